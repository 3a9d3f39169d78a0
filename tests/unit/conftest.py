"""Unit tests talk to nobody."""

import socket

import pytest


@pytest.fixture(autouse=True)
def no_connections(monkeypatch):
    def refuse(*_):
        pytest.fail("a unit test opened a connection; it belongs in tests/integration")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)

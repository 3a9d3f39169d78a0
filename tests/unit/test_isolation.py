"""What keeps unit tests to themselves works."""

import socket

import pytest


def test_a_unit_test_that_opens_a_connection_fails():
    with socket.socket() as client, pytest.raises(pytest.fail.Exception, match="belongs in tests/integration"):
        client.connect(("127.0.0.1", 9))

"""Whoever gives up parked events names those that were shown to them."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest

from shared.principal import Assurance, Principal, Role
from shared.rpc.operating import DropParked, NothingParked, drop

OPERATOR = Principal("account/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))


def test_nothing_is_given_up_and_nothing_noted_where_no_event_is_named():
    context = SimpleNamespace(followers={"board": object()})  # without a database
    with pytest.raises(NothingParked):
        drop(context, OPERATOR, DropParked("board", uuid4(), positions=()))

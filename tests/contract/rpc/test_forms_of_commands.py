"""Whatever a command can hold goes over the wire and comes back as it was, for every command of every context."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType
from typing import Any, NewType, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from operate.contexts import served, service_of
from shared.access import PLATFORM
from shared.refusals import FieldMissing, InvalidForm
from shared.rpc.forms import Form
from shared.rpc.refusals import FieldUnknown

COMMANDS = [
    pytest.param(command, id=f"{name}.{command.__name__}")
    for name in served()
    for command, parties in service_of(name).application.who_may.items()
    if parties != (PLATFORM,)
]

PLAIN = {
    str: st.text(max_size=20),
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    bool: st.booleans(),
    UUID: st.uuids(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.timezones()),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    Any: st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=20), inner, max_size=2),
        max_leaves=4,
    ),
}


def entered(hint):
    """Anything that a field of this type may hold."""
    if isinstance(hint, NewType):
        return entered(hint.__supertype__)
    if NoneType in get_args(hint):
        return st.one_of(*(st.none() if kind is NoneType else entered(kind) for kind in get_args(hint)))
    if get_origin(hint) in {tuple, dict}:
        inner = [entered(kind) for kind in get_args(hint) if kind is not Ellipsis]
        return st.dictionaries(*inner, max_size=2) if len(inner) == 2 else st.lists(*inner, max_size=2).map(tuple)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{part.name: entered(hints[part.name]) for part in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return PLAIN[hint]


def over_the_wire(value):
    return json.loads(msgspec.json.encode(value))


@pytest.mark.parametrize("command", COMMANDS)
@settings(max_examples=10)
@given(data=st.data())
def test_a_command_goes_over_the_wire_and_comes_back(command, data):
    value = data.draw(entered(command))
    assert Form(command).read(over_the_wire(value)) == value


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_but_its_fields_is_taken(command):
    with pytest.raises((FieldUnknown, InvalidForm)) as refused:
        Form(command).read({"no_such_field": 1})
    found = getattr(refused.value, "refusals", (refused.value,))
    assert {type(one) for one in found} <= {FieldUnknown, FieldMissing}
    assert "no_such_field" in {one.field for one in found if isinstance(one, FieldUnknown)}

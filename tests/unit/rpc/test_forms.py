"""A form takes exactly what its dataclass holds, and names every fault by its field."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from shared.refusals import ChoiceUnknown, FieldMissing, InvalidForm, Refusal, TextTooLong
from shared.rpc.forms import TEXT_LIMIT, Form
from shared.rpc.refusals import FieldMalformed, FieldUnknown
from shared.rpc.wire import CallRefused
from shared.sealing import SubjectId

ID = "8b2f3d0e-5a51-4a53-9d3c-5e1f0a7d2c11"


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 1


@dataclass(frozen=True)
class Thing:
    id: UUID
    colour: Colour
    parts: tuple[Part, ...]
    owner: SubjectId | None = None
    made_on: date | None = None
    seen_at: datetime | None = None
    price: Decimal = Decimal(0)
    sold: bool = False
    code: str = field(default="", metadata={"limit": 3})
    spare: Part | None = None
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict, metadata={"limit": 3})
    notes: dict[str, Any] = field(default_factory=dict)


THING = {"id": ID, "colour": "red", "parts": [{"name": "wheel"}]}
form = Form(Thing)


def refused(**changes) -> list[Refusal]:
    with pytest.raises(Refusal) as caught:
        form.read(THING | changes)
    refusal = caught.value
    return list(refusal.refusals) if isinstance(refusal, InvalidForm) else [refusal]


def test_what_json_holds_becomes_what_the_dataclass_says():
    entered = THING | {
        "owner": ID,
        "made_on": "2025-02-18",
        "seen_at": "2025-02-18T09:30:00+08:00",
        "price": "12.50",
        "sold": True,
        "code": "abc",
        "spare": {"name": "axle", "size": 2},
    }
    assert form.read(entered) == Thing(
        id=UUID(ID),
        colour=Colour.RED,
        parts=(Part("wheel"),),
        owner=SubjectId(UUID(ID)),
        made_on=date(2025, 2, 18),
        seen_at=datetime(2025, 2, 18, 1, 30, tzinfo=UTC),
        price=Decimal("12.50"),
        sold=True,
        code="abc",
        spare=Part("axle", 2),
    )


def test_what_is_left_out_is_as_the_dataclass_has_it():
    assert form.read(THING) == Thing(UUID(ID), Colour.RED, (Part("wheel"),))


def test_every_fault_is_named_by_its_field_at_once():
    found = refused(colour="green", parts=[{"name": "x"}, {"size": 2}, 7], spare={"name": None}, made_on="18/2/2025")
    assert [(type(fault), fault.field) for fault in found] == [
        (ChoiceUnknown, "colour"),
        (FieldMissing, "parts.1.name"),
        (FieldMalformed, "parts.2"),
        (FieldMalformed, "made_on"),
        (FieldMissing, "spare.name"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"id": "no uuid"}, "id", "identifier"),
        ({"id": 7}, "id", "identifier"),
        ({"parts": "wheel"}, "parts", "list"),
        ({"parts": [{"name": 1}]}, "parts.0.name", "text"),
        ({"parts": [{"name": b"wheel"}]}, "parts.0.name", "text"),
        ({"parts": [{"name": "x", "size": "1"}]}, "parts.0.size", "whole_number"),
        ({"parts": [{"name": "x", "size": 1.0}]}, "parts.0.size", "whole_number"),
        ({"parts": [{"name": "x", "size": True}]}, "parts.0.size", "whole_number"),
        ({"parts": [{"name": "x", "size": 2**60}]}, "parts.0.size", "whole_number"),
        ({"sold": "yes"}, "sold", "truth_value"),
        ({"price": "cheap"}, "price", "decimal_number"),
        ({"price": "NaN"}, "price", "decimal_number"),
        ({"made_on": "2025-02-30"}, "made_on", "date"),
        ({"seen_at": "2025-02-18T09:30:00"}, "seen_at", "time"),
        ({"spare": []}, "spare", "form"),
    ],
)
def test_nothing_is_guessed(changes, field, expected):
    [fault] = refused(**changes)
    assert (type(fault), fault.field, fault.params) == (FieldMalformed, field, {"expected": expected})


def test_an_unknown_field_is_refused_and_a_long_name_of_one_cut():
    [fault] = refused(**{"x" * 1000: 1})
    assert isinstance(fault, FieldUnknown)
    assert fault.field == "x" * 100


def test_an_unknown_field_whose_name_cannot_be_written_down_is_still_told():
    [fault] = refused(**{"a\ud800b": 1})
    assert fault.field == "a?b"
    assert CallRefused.because_of(fault).refusal.field == "a?b"


def test_a_field_that_is_needed_cannot_be_null_and_one_that_is_not_can():
    [fault] = refused(colour=None)
    assert isinstance(fault, FieldMissing)
    assert form.read(THING | {"spare": None}).spare is None


@pytest.mark.parametrize(("name", "text"), [("code", "four"), ("parts", "x" * (TEXT_LIMIT + 1))])
def test_text_is_limited_where_its_field_says_so_and_everywhere_else(name, text):
    [fault] = refused(code=text) if name == "code" else refused(parts=[{"name": text}])
    assert isinstance(fault, TextTooLong)
    assert fault.params["given"] == len(text)


@pytest.mark.parametrize("payload", [None, [], "text", 7])
def test_what_is_no_form_at_all_is_refused_as_that(payload):
    with pytest.raises(FieldMalformed):
        form.read(payload)


def test_a_type_that_no_form_has_is_an_error_when_the_form_is_made():
    @dataclass
    class Odd:
        anything: object

    with pytest.raises(TypeError, match="no form has a field"):
        Form(Odd)


def test_entries_by_name_keep_their_names_and_are_read_as_their_type():
    assert form.read(THING | {"labels": {"車": ["a", "b"]}}).labels == {"車": ("a", "b")}


@pytest.mark.parametrize(
    ("labels", "refusal"),
    [
        ([], FieldMalformed),
        ({"a": "b"}, FieldMalformed),
        ({"a": ["four"]}, TextTooLong),
        ({"a" * 101: []}, TextTooLong),
    ],
)
def test_entries_of_another_type_or_too_long_are_refused(labels, refusal):
    assert [type(one) for one in refused(labels=labels)] == [refusal]


def test_an_object_whose_meaning_is_the_senders_own_comes_as_it_was_sent():
    notes = {"a": [1, None, {"b": "第一行\n第二行"}], "c": True}
    assert form.read(THING | {"notes": notes}).notes == notes


@pytest.mark.parametrize("notes", [[], "text", {"a": "\ud800"}])
def test_what_is_no_object_or_cannot_be_written_again_is_refused(notes):
    [refusal] = refused(notes=notes)
    assert isinstance(refusal, FieldMalformed)
    assert refusal.params == {"expected": "form"}

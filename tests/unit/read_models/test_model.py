"""A table follows from a row's annotations, and refuses what cannot work."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - the annotations make the columns
from decimal import Decimal  # noqa: TC003 - as above
from enum import StrEnum
from typing import NewType
from uuid import UUID

import msgspec
import pytest

from shared.read_models.model import Column, Table, columns_of
from shared.sealing import Sealed, SubjectId
from tests.controls.orders import Orders

Number = NewType("Number", int)


class Colour(StrEnum):
    """One of two."""

    RED = "red"


class Note(msgspec.Struct):
    """Nested, so it is JSON."""

    text: str


class Everything(msgspec.Struct):
    """Every kind of column."""

    id: UUID
    subject: SubjectId
    number: Number
    colour: Colour | None
    on: date
    at: datetime | None
    price: Decimal
    yes: bool
    words: tuple[str, ...]
    notes: tuple[Note, ...]
    sealed: Sealed[Note] | None


def test_columns_follow_the_annotations():
    assert columns_of(Everything) == (
        Column("id", "uuid", nullable=False),
        Column("subject", "uuid", nullable=False),
        Column("number", "int8", nullable=False),
        Column("colour", "text", nullable=True, enum=Colour),
        Column("on", "date", nullable=False),
        Column("at", "timestamptz", nullable=True),
        Column("price", "numeric", nullable=False),
        Column("yes", "boolean", nullable=False),
        Column("words", "text[]", nullable=False),
        Column("notes", "json", nullable=False, json=tuple[Note, ...]),
        Column("sealed", "json", nullable=True, json=Sealed[Note]),
    )


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"key": ("name",)}, "has no name"),
        ({"indexes": (("at", "nowhere"),)}, "has no nowhere"),
        ({"key": ("colour",)}, "colour cannot be part of a key"),
        ({"key": ("notes",)}, "notes cannot be part of a key"),
        ({"key": ("words",)}, "words cannot be part of a key"),
        ({"subjects": ("number",)}, "number holds neither a SubjectId nor a Sealed value"),
        ({"subjects": ("subject",), "personal": ("on",)}, "on is personal, so it must be able to become None"),
        ({"personal": ("at",)}, "personal columns need the subjects they are about"),
    ],
)
def test_a_table_that_cannot_work_is_refused_where_it_is_declared(wrong, complaint):
    with pytest.raises(TypeError, match=complaint):
        Table("everything", Everything, **{"key": ("id",), **wrong})


def changed(**facts):
    return type("Changed", (Orders,), facts)


def test_the_fingerprint_changes_with_whatever_changes_the_rows():
    table = Orders.table
    others = [
        changed(version=2),
        changed(folds=Orders.folds[:-1]),
        changed(table=Table("orders", table.row, key=("id", "channel"))),
        changed(table=Table("orders", table.row, key=("id",), indexes=(("items",),))),
        changed(table=Table("orders", Everything, key=("id",))),
    ]
    fingerprints = [model.fingerprint() for model in [Orders, *others]]
    assert len(set(fingerprints)) == len(fingerprints)
    assert changed().fingerprint() == Orders.fingerprint()


def test_the_fingerprint_knows_what_is_inside_a_json_column():
    def table_of(**fields):
        line = msgspec.defstruct("Line", list(fields.items()))
        row = msgspec.defstruct("Row", [("id", UUID), ("lines", tuple[line, ...])])
        return changed(table=Table("lines", row, key=("id",)))

    assert table_of(sku=str).fingerprint() != table_of(sku=str, number=int).fingerprint()

"""Searching by one box: a case number goes into the address, a mother's number never does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.work.filters import Filter, Kind
from shared.refusals import FieldMissing
from shared.taiwan.identifiers import parse_passport_number, parse_personal_id
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from datetime import date

SOUGHT = Filter("sought", Kind.TEXT, ("mother",))
"""In an address: the list shows the cases of the mother whose number is held for the caller."""

_CASE_NO = re.compile(r"\d{6}P\d{7,}", re.IGNORECASE)
_LIKE_PERSONAL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]\d{8}")


class MotherSought(msgspec.Struct, frozen=True):
    """母親證號, as the contexts are asked for it."""

    kind: str
    identifier: str


def case_no_in(text: str) -> str | None:
    """The case number that was typed; None where it is something else."""
    typed = folded(text).upper()
    return typed if _CASE_NO.fullmatch(typed) else None


def mother_in(text: str, today: date) -> MotherSought:
    """The mother's number that was typed, and of which kind it is; raises `Refusal` where it is none of any kind."""
    typed = folded(text).upper()
    if not typed:
        raise FieldMissing("q")
    if _LIKE_PERSONAL_ID.fullmatch(typed):
        found = parse_personal_id(typed, on=today, field="q")
        return MotherSought(found.kind, found.number)
    return MotherSought("passport", parse_passport_number(typed, field="q").number)


def remember_mother(queue: str, mother: MotherSought) -> None:
    """Hold the number, sealed, for the caller's list of this name; the one sought before is forgotten."""
    kind = _kind(queue)
    before = caller().ask("gateway.draft", {"kind": kind})
    content = msgspec.to_builtins(mother)
    caller().deed(
        "gateway.save_draft", {"kind": kind, "content": content, "based_on": before["version"] if before else None}
    )


def sought_mother(queue: str) -> MotherSought | None:
    """The number held for the caller's list; None where none is, or no longer."""
    held = caller().ask("gateway.draft", {"kind": _kind(queue)})
    return msgspec.convert(held["content"], MotherSought) if held else None


def _kind(queue: str) -> str:
    return f"search/{queue}"

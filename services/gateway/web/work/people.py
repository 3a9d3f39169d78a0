"""Families as clinics and bureaus are told of them: the child, its mother, the contact."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.ages import age_on
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from services.gateway.web.ages import Age


class Deadline(StrEnum):
    """How near the end of something is, by Taipei days."""

    OPEN = "open"
    TODAY = "today"
    PAST = "past"


def deadline(due_by: datetime | None, now: datetime) -> Deadline:
    """Whether an end is past, comes today, or later; what has no end stays open."""
    if due_by is None:
        return Deadline.OPEN
    if due_by < now:
        return Deadline.PAST
    return Deadline.TODAY if taipei_day(due_by) == taipei_day(now) else Deadline.OPEN


class Address(msgspec.Struct, frozen=True):
    """地址."""

    county: str
    district: str
    street: str = ""


class Child(msgspec.Struct, frozen=True):
    """幼兒: born, or expected on `due_date`; `identifier` is None while 未完成戶籍登記."""

    residence: Address
    birth_date: date | None = None
    due_date: date | None = None
    name: str = ""
    sex: str | None = None
    identifier: str | None = None
    household: Address | None = None

    def age(self, today: date) -> Age | None:
        """How old it is; None while it is not born."""
        return age_on(self.birth_date, today) if self.birth_date else None


class Mother(msgspec.Struct, frozen=True):
    """母親證號."""

    kind: str
    identifier: str


class Contact(msgspec.Struct, frozen=True):
    """聯絡人."""

    relation: str
    name: str
    mobile: str
    email: str = ""

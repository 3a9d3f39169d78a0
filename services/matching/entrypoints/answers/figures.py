"""Figures, with what they rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from services.matching.read_models.case_statistics import InstitutionCounts, ReasonCount

Entry = TypeVar("Entry")


class Figures(msgspec.Struct, Generic[Entry], frozen=True):
    """Rows of a statistic. Everything up to `position` of matching's log is counted; what came meanwhile may be.

    `counted_at` is when the counted rows changed last.
    """

    entries: tuple[Entry, ...]
    position: int
    counted_at: datetime


class InstitutionListed(InstitutionCounts, frozen=True, kw_only=True):
    """One institution in figures, by name."""

    institution_name: str


class ReasonListed(ReasonCount, frozen=True, kw_only=True):
    """How many cases an institution, by name, has declined for one reason."""

    institution_name: str

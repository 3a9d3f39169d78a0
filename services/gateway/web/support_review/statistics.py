"""報備支援統計: what the bureau has approved, by 人員類型, 院所 and 縣市, as figures and as a file."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from flask import request

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.rendering import has_phrase, show, t, today
from services.gateway.web.sheets import sheet
from services.gateway.web.support_review.area import SUPPORT_REVIEW
from services.gateway.web.work.filters import Filter, Filters, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue


class By(StrEnum):
    """By what supports are counted."""

    PROFESSION = "profession"
    """人員類型"""
    INSTITUTION = "institution"
    """院所"""
    PLACE_COUNTY = "place_county"
    """縣市 of the supported place"""


FILTERS = (Filter("first", Kind.DAY), Filter("last", Kind.DAY))
"""核准日期."""
SHOWN = 20
"""Groups that a chart has bars for."""
COLUMNS = ("supports", "practitioners", "going-on", "cancelled")


class _Counted(msgspec.Struct, frozen=True):
    """One group, as support tells it."""

    code: str
    name: str
    supports: int
    practitioners: int
    going_on: int
    cancelled: int


class Group(NamedTuple):
    """One group under the name that people know it by, and its figures in the order of `COLUMNS`."""

    name: str
    figures: tuple[int, int, int, int]

    @property
    def supports(self) -> int:
        """How many were approved."""
        return self.figures[0]


@SUPPORT_REVIEW.page("/bureau/support/statistics", BUREAUS)
def statistics() -> ResponseReturnValue:
    """The charts, and the same as tables."""
    filters = _filters()
    return show(
        "support_review/statistics.html",
        filters=filters,
        groups={by: _groups(by, filters) for by in By},
        columns=COLUMNS,
        shown=SHOWN,
    )


@SUPPORT_REVIEW.page("/bureau/support/statistics.csv", BUREAUS)
def statistics_file() -> ResponseReturnValue:
    """All three as a file."""
    return sheet(f"caretrail-support-statistics-{today():%Y%m%d}.csv", _rows(_filters()))


def _filters() -> Filters:
    return Filters.read(FILTERS, request.args.to_dict(flat=False))


def _groups(by: By, filters: Filters) -> list[Group]:
    found = caller().ask("support.statistics", {**filters.asked(), "by": by})
    return [
        Group(_name(by, one), (one.supports, one.practitioners, one.going_on, one.cancelled))
        for one in msgspec.convert(found, list[_Counted])
    ]


def _name(by: By, one: _Counted) -> str:
    """What a group is called: a profession by its code, an institution by its name, a county by itself."""
    if by is By.PROFESSION:
        key = f"practice.profession.{one.code}"
        return t(key) if has_phrase(key) else one.code or t("support_review.statistics.unknown")
    return one.name or one.code


def _rows(filters: Filters) -> Iterator[tuple[object, ...]]:
    yield (t("support_review.statistics.by"), t("support_review.statistics.group"), *map(_heading, COLUMNS))
    for by in By:
        for group in _groups(by, filters):
            yield (t(f"support_review.statistics.of.{by}"), group.name, *group.figures)


def _heading(name: str) -> str:
    return t(f"support_review.statistics.{name}")

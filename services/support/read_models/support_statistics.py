"""統計: how many supports a bureau has approved, by 人員類型, 院所 or 縣市, and how many of them go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from services.support.domain.access import OVERSEERS
from shared.access import BUREAU
from shared.calendar import end_of_day, start_of_day

if TYPE_CHECKING:
    from shared.principal import Principal
    from shared.read_models.reader import Reader

MOST_GROUPS = 500
"""So many groups are told, those with the most supports first."""


class CountedBy(StrEnum):
    """By what supports are counted."""

    PROFESSION = "profession"
    """人員類型, by the code of 醫事人員類別; empty of whom the register has forgotten."""
    INSTITUTION = "institution"
    """院所: the home institution, by its code."""
    PLACE_COUNTY = "place_county"
    """縣市 of the supported place."""


@dataclass(frozen=True)
class CountFilters:
    """Which supports are counted: those approved between these Taipei days, inclusive.

    On which day the system before approved what was brought over nobody knows: with either day it is left out.
    """

    first: date | None = None
    last: date | None = None


class GroupCount(msgspec.Struct, frozen=True):
    """The supports of one group: in all, of how many practitioners, how many go on, and how many were cancelled."""

    code: str
    supports: int
    practitioners: int
    going_on: int
    cancelled: int


_GROUPS = {
    CountedBy.PROFESSION: "coalesce(known.profession, '')",
    CountedBy.INSTITUTION: "supports.institution",
    CountedBy.PLACE_COUNTY: "supports.place_county",
}


def counted_by(
    reader: Reader, principal: Principal, by: CountedBy, filters: CountFilters, now: datetime
) -> list[GroupCount]:
    """What the caller's bureau has approved, the overseers of every county; `now` (aware) says what goes on."""
    is_overseer = any(principal.role in party.roles for party in OVERSEERS)
    if not is_overseer and principal.role not in BUREAU.roles:
        return []
    conditions = ["true" if is_overseer else "supports.county = %(county)s"]
    if filters != CountFilters():
        conditions.append("supports.source = ''")
    if filters.first is not None:
        conditions.append("supports.approved_at >= %(first)s")
    if filters.last is not None:
        conditions.append("supports.approved_at <= %(last)s")
    query = f"""
    select
        {_GROUPS[by]} as code,
        count(*) as supports,
        count(distinct supports.practitioner) as practitioners,
        count(*) filter (where supports.state <> 'cancelled' and supports.ends_at > %(now)s) as going_on,
        count(*) filter (where supports.state = 'cancelled') as cancelled
    from supports left join known_practitioners known on known.number = supports.practitioner
    where {" and ".join(conditions)}
    group by 1 order by supports desc, code limit {MOST_GROUPS}
    """
    parameters = {
        "county": principal.jurisdiction,
        "now": now,
        "first": start_of_day(filters.first) if filters.first else None,
        "last": end_of_day(filters.last) if filters.last else None,
    }
    return reader.rows(GroupCount, query, parameters)

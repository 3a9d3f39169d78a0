"""被支援機構查詢: institutions and non-medical places, found by code or name and county (S001, 新增被支援機構)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from services.identity.events import InstitutionKind
from services.support.domain.refusals import PlaceSearchTooGeneral, PlaceSearchTooShort
from services.support.events import PlaceKind
from services.support.read_models.known_institutions import sought
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from shared.read_models.reader import Reader

LEAST_CHARACTERS = 2
"""請輸入至少2碼查詢 (S001)."""
_GENERIC = ("股份有限公司", "有限公司", "衛生所", "醫院", "診所", "藥局", "公司", "醫事", "機構", "中心")
"""Words that thousands of places have in their names: 不得僅輸入「醫院」 (S001)."""


class PlaceStanding(StrEnum):
    """開業狀態 on the day of the question."""

    OPEN = "open"
    """開業"""
    SUSPENDED = "suspended"
    """停業"""
    CLOSED = "closed"
    """歇業"""


class PlaceFound(msgspec.Struct, frozen=True):
    """被支援機構: `institution_kind` is None of a non-medical place, of whose standing nobody tells.

    `since` is the first day of a suspension or closure.
    """

    kind: PlaceKind
    code: str
    name: str
    county: str
    institution_kind: InstitutionKind | None
    standing: PlaceStanding
    since: date | None


class _Row(msgspec.Struct, frozen=True):
    kind: PlaceKind
    code: str
    name: str
    county: str
    institution_kind: str
    id: UUID
    suspended_since: date | None
    suspended_until: date | None
    closed_since: date | None


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends."""

    kind: PlaceKind
    code: str
    id: UUID


@dataclass(frozen=True)
class PlaceFilters:
    """A code, the beginning of one, or characters of a name; in a county, or anywhere where that is empty."""

    text: str
    county: str = ""


_NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"
_FOUND = f"""
select 'institution' as kind, code, name, county, kind as institution_kind, {_NOBODY} as id, sought,
    suspended_since, suspended_until, closed_since
from known_institutions
union all
select 'non_medical' as kind, code, name, county, '' as institution_kind, id, sought, null, null, null
from known_places
"""


def places_found(
    reader: Reader, filters: PlaceFilters, today: date, *, limit: int, cursor: str | None = None
) -> Page[PlaceFound]:
    """A page of places, institutions before others, by code.

    Raises PlaceSearchTooShort, PlaceSearchTooGeneral, PageTooLong, CursorUnknown.
    """
    check_limit(limit)
    typed = folded(filters.text).upper()
    if len(typed) < LEAST_CHARACTERS:
        raise PlaceSearchTooShort("text", least=LEAST_CHARACTERS)
    if not _without_generic_words(typed):
        raise PlaceSearchTooGeneral("text", text=typed)
    conditions = ["(starts_with(code, %(typed)s) or strpos(sought, %(name)s) > 0)"]
    parameters: dict[str, object] = {"typed": typed, "name": sought(filters.text), "rows": limit + 1}
    if county := with_formal_tai(folded(filters.county)):
        conditions.append("county = %(county)s")
        parameters["county"] = county
    if cursor is not None:
        place = place_of(cursor, _Place)
        conditions.append("(kind, code, id) > (%(after_kind)s, %(after_code)s, %(after_id)s)")
        parameters |= {"after_kind": place.kind, "after_code": place.code, "after_id": place.id}
    query = (
        "select kind, code, name, county, institution_kind, id, suspended_since, suspended_until, closed_since"
        f" from ({_FOUND}) found where {' and '.join(conditions)} order by kind, code, id limit %(rows)s"
    )
    page = page_of(reader.rows(_Row, query, parameters), limit, lambda row: _Place(row.kind, row.code, row.id))
    return Page(tuple(_found(row, today) for row in page.entries), page.following)


def _without_generic_words(text: str) -> str:
    for word in _GENERIC:
        text = text.replace(word, "")
    return text


def _found(row: _Row, today: date) -> PlaceFound:
    standing, since = PlaceStanding.OPEN, None
    if row.closed_since is not None and row.closed_since <= today:
        standing, since = PlaceStanding.CLOSED, row.closed_since
    elif (
        row.suspended_since is not None
        and row.suspended_since <= today
        and (row.suspended_until is None or today <= row.suspended_until)
    ):
        standing, since = PlaceStanding.SUSPENDED, row.suspended_since
    kind = InstitutionKind(row.institution_kind) if row.institution_kind else None
    return PlaceFound(row.kind, row.code, row.name, row.county, kind, standing, since)

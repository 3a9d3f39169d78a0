"""邀請進度: which institutions and doctors of a programme nobody has invited, who has not answered, who is in.

The register says who there is, the list of accounts who was invited: both are identity's own, so one query asks both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from services.identity import events
from services.identity.domain.registry.policies import is_complete
from services.identity.read_models.institutions import sought
from services.identity.read_models.personnel import Standing
from shared.principal import Role
from shared.read_models.paging import Page, check_limit, page_of, place_of
from shared.taiwan.places import with_formal_tai
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from shared.principal import Principal
    from shared.read_models.reader import Reader

_PHYSICIAN = "A"
"""西醫師: the profession of those who can be a child's dedicated doctor."""


class Progress(StrEnum):
    """How far an invitation has come; of several accounts the one that has come furthest counts."""

    NOBODY = "nobody"
    """未邀請"""
    INVITED = "invited"
    """未開通"""
    EXPIRED = "expired"
    """逾期"""
    ACTIVE = "active"
    """已開通"""
    DISABLED = "disabled"
    """停用"""


@dataclass(frozen=True)
class InvitationSearch:
    """Whose invitations are asked for; what is left out does not narrow the answer.

    `text` is the beginning of an institution's code, or characters of its name or of a doctor's.
    """

    programme: events.Programme = events.Programme.DEDICATED_DOCTOR
    county: str = field(default="", metadata={"limit": 20})
    progress: Progress | None = None
    text: str = field(default="", metadata={"limit": 100})


class InvitedInstitution(msgspec.Struct, frozen=True):
    """One institution, and its accounts: how many are active, and how far the furthest has come."""

    institution: str
    institution_name: str
    county: str
    district: str
    phone: str
    progress: Progress
    active: int
    account: UUID | None
    invited_at: datetime | None
    expires_at: datetime | None


class InvitedDoctor(msgspec.Struct, frozen=True):
    """One doctor at one institution, with the account that has come furthest, if there is any.

    `since` and `until` are the days of taking part in the programme, `is_trained` whether it asks for no more credits.
    """

    institution: str
    institution_name: str
    county: str
    district: str
    doctor: str
    doctor_name: str
    progress: Progress
    account: UUID | None
    invited_at: datetime | None
    expires_at: datetime | None
    signed_in_at: datetime | None
    since: date | None
    until: date | None
    credits: int
    is_trained: bool


class ProgressCount(msgspec.Struct, frozen=True):
    """How many have come so far."""

    progress: Progress
    number: int


class _DoctorRow(msgspec.Struct, frozen=True):
    institution: str
    institution_name: str
    county: str
    district: str
    doctor: str
    doctor_name: str
    progress: Progress
    account: UUID | None
    invited_at: datetime | None
    expires_at: datetime | None
    signed_in_at: datetime | None
    programmes: tuple[Standing, ...]


class _Place(msgspec.Struct, frozen=True):
    """Where a page ends; `doctor` is empty in a list of institutions."""

    institution: str
    doctor: str = ""


_FURTHEST = (
    "order by array_position(array['active', 'invited', 'expired', 'disabled'], status), invited_at desc limit 1"
)
_TAKING_PART = """
%(programme)s = any(i.programmes) and i.closed_since is null and (%(everywhere)s or i.county = %(county)s)
"""
_INSTITUTIONS = f"""
select i.code as institution, i.name as institution_name, i.county, i.district, i.phone,
    coalesce(a.status, 'nobody') as progress, coalesce(a.active, 0)::int4 as active,
    a.id as account, a.invited_at, a.expires_at
from institutions i left join lateral (
    select *, count(*) filter (where status = 'active') over () as active from accounts
    where institution = i.code {_FURTHEST}
) a on true
where {_TAKING_PART} and (%(text)s = '' or starts_with(i.code, %(text)s) or strpos(i.sought, %(text)s) > 0)
"""
_DOCTORS = f"""
select i.code as institution, i.name as institution_name, i.county, i.district, p.number as doctor,
    p.name as doctor_name, coalesce(a.status, 'nobody') as progress, a.id as account, a.invited_at, a.expires_at,
    a.signed_in_at, p.programmes
from institutions i join personnel p on p.institution = i.code and p.profession = '{_PHYSICIAN}'
left join lateral (
    select * from accounts
    where institution = i.code and role = '{Role.DOCTOR}' and p.number = any(acts_for) {_FURTHEST}
) a on true
where {_TAKING_PART}
    and (%(text)s = '' or starts_with(i.code, %(text)s) or strpos(i.sought, %(text)s) > 0
        or strpos(p.name, %(text)s) > 0)
"""
_COUNTS = "select progress, count(*)::int4 as number from ({asked}) asked group by progress"
_FROM_HERE = "where (%(progress)s::text is null or progress = %(progress)s)"
_INSTITUTIONS_PAGE = f"""
select * from ({_INSTITUTIONS}) asked {_FROM_HERE} and institution > %(after)s order by institution limit %(rows)s
"""
_DOCTORS_PAGE = f"""
select * from ({_DOCTORS}) asked {_FROM_HERE} and (institution, doctor) > (%(after)s, %(after_doctor)s)
order by institution, doctor limit %(rows)s
"""


def invited_institutions(
    reader: Reader, principal: Principal, search: InvitationSearch, *, limit: int = 50, cursor: str | None = None
) -> Page[InvitedInstitution]:
    """A page of the institutions of a programme, by code. Refuses with `PageTooLong` and `CursorUnknown`."""
    parameters = _scope(principal, search) | _place(search, limit, cursor)
    found = reader.rows(InvitedInstitution, _INSTITUTIONS_PAGE, parameters)
    return page_of(found, limit, lambda row: _Place(row.institution))


def invited_doctors(
    reader: Reader, principal: Principal, search: InvitationSearch, *, limit: int = 50, cursor: str | None = None
) -> Page[InvitedDoctor]:
    """A page of the doctors of a programme's institutions, by institution. Refuses as `invited_institutions` does."""
    found = reader.rows(_DoctorRow, _DOCTORS_PAGE, _scope(principal, search) | _place(search, limit, cursor))
    page = page_of(found, limit, lambda row: _Place(row.institution, row.doctor))
    return Page(tuple(_doctor(row, search.programme) for row in page.entries), page.following)


def institution_counts(reader: Reader, principal: Principal, search: InvitationSearch) -> list[ProgressCount]:
    """How many institutions have come how far, whatever progress the search names."""
    return _counted(reader.rows(ProgressCount, _COUNTS.format(asked=_INSTITUTIONS), _scope(principal, search)))


def doctor_counts(reader: Reader, principal: Principal, search: InvitationSearch) -> list[ProgressCount]:
    """How many doctors have come how far, whatever progress the search names."""
    return _counted(reader.rows(ProgressCount, _COUNTS.format(asked=_DOCTORS), _scope(principal, search)))


def _counted(found: list[ProgressCount]) -> list[ProgressCount]:
    numbers = {count.progress: count.number for count in found}
    return [ProgressCount(progress, numbers.get(progress, 0)) for progress in Progress]


def _scope(principal: Principal, search: InvitationSearch) -> dict[str, Any]:
    """A manager asks about the own county, whatever was entered; whoever sees all, about one or all of them."""
    asked = with_formal_tai(folded(search.county))
    is_manager = principal.role is Role.BUREAU_MANAGER
    return {
        "programme": str(search.programme),
        "everywhere": not is_manager and not asked,
        "county": principal.jurisdiction if is_manager else asked,
        "text": sought(search.text),
    }


def _place(search: InvitationSearch, limit: int, cursor: str | None) -> dict[str, Any]:
    check_limit(limit)
    after = place_of(cursor, _Place) if cursor else _Place("")
    return {
        "progress": search.progress,
        "after": after.institution,
        "after_doctor": after.doctor,
        "rows": limit + 1,
    }


def _doctor(row: _DoctorRow, programme: events.Programme) -> InvitedDoctor:
    standing = next((told for told in row.programmes if told.programme == programme), Standing(programme))
    shown = {name: getattr(row, name) for name in _DoctorRow.__struct_fields__ if name != "programmes"}
    return InvitedDoctor(
        **shown,
        since=standing.since,
        until=standing.until,
        credits=standing.credits,
        is_trained=is_complete(programme, standing.credits),
    )

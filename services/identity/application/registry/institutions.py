"""Institutions: entered and changed as the register has them, opened and closed, in programmes and out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.registry.lookups import decided, institution_of, known_institution
from services.identity.application.registry.sheet import NAME_LIMIT, Sheet
from services.identity.commands import Standing
from services.identity.domain.registry.access import keeping_entries_of, keeping_hours_of
from services.identity.domain.registry.institution import Institution
from services.identity.events import InstitutionProfile
from shared.calendar import taipei_day
from shared.refusals import heed

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands import (
        ChangeServiceHours,
        CloseInstitution,
        JoinProgramme,
        LeaveProgramme,
        RecordInstitution,
        ResumeInstitution,
        StandingEntry,
        SuspendInstitution,
    )
    from shared.application import Decision
    from shared.principal import Principal


def record_institution(desk: Desk, command: RecordInstitution, principal: Principal, now: datetime) -> Decision:
    """An institution as the register has it, with its standing and its programmes where they are told."""
    sheet = Sheet(taipei_day(now))
    code = sheet.institution_code(command.institution)
    known = known_institution(desk, code) if code else None
    profile = _profile(sheet, command, known)
    sheet.finish()
    heed(keeping_entries_of(principal, [known.county if known else "", profile.address.county]))
    institution = known or Institution.register(code, profile, now)
    institution.change(profile, now)
    for joined in command.programmes:
        institution.join(joined.programme, joined.since, joined.until, now)
    if command.standing is not None:
        _stand(institution, command.standing, now)
    return decided(institution, code, sheet.notices)


def change_service_hours(desk: Desk, command: ChangeServiceHours, principal: Principal, now: datetime) -> Decision:
    """服務時段, 長假期時段 and phone."""
    institution = institution_of(desk, command.institution)
    heed(keeping_hours_of(principal, institution.code, institution.county))
    sheet, known = Sheet(taipei_day(now)), institution.profile
    profile = replace(
        known,
        phone=known.phone if command.phone is None else sheet.phone(command.phone),
        hours=known.hours if command.hours is None else sheet.hours(command.hours),
        holiday_hours=(
            known.holiday_hours if command.holiday_hours is None else sheet.holiday_hours(command.holiday_hours)
        ),
    )
    sheet.finish()
    institution.change(profile, now)
    return decided(institution, institution.code)


def suspend_institution(desk: Desk, command: SuspendInstitution, principal: Principal, now: datetime) -> Decision:
    """停業."""
    institution = _kept(desk, command.institution, principal)
    institution.suspend(command.since, command.until, command.reason, now)
    return decided(institution, institution.code)


def resume_institution(desk: Desk, command: ResumeInstitution, principal: Principal, now: datetime) -> Decision:
    """復業."""
    institution = _kept(desk, command.institution, principal)
    institution.resume(command.since, now)
    return decided(institution, institution.code)


def close_institution(desk: Desk, command: CloseInstitution, principal: Principal, now: datetime) -> Decision:
    """歇業."""
    institution = _kept(desk, command.institution, principal)
    institution.close(command.since, command.reason, now)
    return decided(institution, institution.code)


def join_programme(desk: Desk, command: JoinProgramme, principal: Principal, now: datetime) -> Decision:
    """參與計畫."""
    institution = _kept(desk, command.institution, principal)
    institution.join(command.programme, command.since, command.until, now)
    return decided(institution, institution.code)


def leave_programme(desk: Desk, command: LeaveProgramme, principal: Principal, now: datetime) -> Decision:
    """退出計畫."""
    institution = _kept(desk, command.institution, principal)
    institution.leave(command.programme, command.until, command.reason, now)
    return decided(institution, institution.code)


def _kept(desk: Desk, code: str, principal: Principal) -> Institution:
    """An institution whose entry the caller may keep."""
    institution = institution_of(desk, code)
    heed(keeping_entries_of(principal, [institution.county]))
    return institution


def _profile(sheet: Sheet, command: RecordInstitution, known: Institution | None) -> InstitutionProfile:
    """What was entered; hours that were left out stay as they are known."""
    hours = known.profile.hours if known else ()
    holidays = known.profile.holiday_hours if known else ()
    return InstitutionProfile(
        name=sheet.needed_text(command.name, "name", NAME_LIMIT),
        kind=command.kind,
        address=sheet.address(command.county, command.district, command.street),
        phone=sheet.phone(command.phone),
        coordinates=sheet.coordinates(command.latitude, command.longitude),
        departments=sheet.departments(command.departments),
        hours=hours if command.hours is None else sheet.hours(command.hours),
        holiday_hours=holidays if command.holiday_hours is None else sheet.holiday_hours(command.holiday_hours),
    )


def _stand(institution: Institution, entry: StandingEntry, now: datetime) -> None:
    """The standing that a register states; being open already needs no resumption."""
    since = entry.since or taipei_day(now)
    match entry.standing:
        case Standing.SUSPENDED:
            known = institution.suspension
            institution.suspend(entry.since or (known.since if known else since), entry.until, entry.reason, now)
        case Standing.CLOSED:
            institution.close(entry.since or institution.closed_since or since, entry.reason, now)
        case Standing.OPEN if institution.suspension is not None or institution.closed_since is not None:
            institution.resume(since, now)

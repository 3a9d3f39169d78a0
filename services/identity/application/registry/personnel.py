"""Practitioners: entered and changed as the register has them, moved, suspended, licensed, trained, in programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.registry.lookups import (
    decided,
    institution_of,
    known_institution,
    known_practitioner,
    practitioner_of,
    sealed_identity,
)
from services.identity.application.registry.sheet import NAME_LIMIT, NUMBER_LIMIT, Sheet
from services.identity.domain.registry import refusals
from services.identity.domain.registry.access import keeping_entries_of
from services.identity.domain.registry.practitioner import Practitioner
from services.identity.events import Licence
from shared.calendar import taipei_day
from shared.refusals import FieldMissing, heed
from shared.store.append import Reservation
from shared.taiwan.codes import professions

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.commands import (
        AdmitPractitioner,
        CreditTraining,
        DismissPractitioner,
        ExpireLicence,
        LicenceEntry,
        MovePractitioner,
        RecordLicence,
        RecordPractitioner,
        ResumePractitioner,
        SuspendPractitioner,
        WarnOfExpiringLicence,
    )
    from services.identity.events import PractitionerIdentity
    from shared.application import Decision
    from shared.principal import Principal
    from shared.sealing import Sealed, SubjectId


class _Checked(NamedTuple):
    """What an entry says of a practitioner, found to be in order."""

    name: str
    profession: str
    institution: str


def record_practitioner(desk: Desk, command: RecordPractitioner, principal: Principal, now: datetime) -> Decision:
    """A practitioner as the register has them, with what else it tells of them."""
    sheet = Sheet(taipei_day(now))
    number = sheet.needed_text(command.practitioner, "practitioner", NUMBER_LIMIT)
    known = known_practitioner(desk, number)
    entry = _Checked(
        name=sheet.needed_text(command.name, "name", NAME_LIMIT),
        profession=sheet.profession(command.profession),
        institution=sheet.institution_code(command.institution) if command.institution.strip() else "",
    )
    place = entry.institution
    identifier, mobile = sheet.identifier(command.identifier), sheet.mobile(command.mobile)
    if known is None and not command.identifier.strip():
        sheet.object(FieldMissing("identifier"))
    if command.training is not None:
        sheet.training(command.training)
    sheet.finish()
    former = _county(desk, known.institution) if known else ""
    heed(keeping_entries_of(principal, [_county(desk, place), former]))
    if place:
        institution_of(desk, place)
    identity = sealed_identity(desk, known, identifier, mobile)
    practitioner = known or _registered(number, entry, identity, now)
    practitioner.change(entry.name, entry.profession, identity, now)
    if place:
        practitioner.move(place, command.since or taipei_day(now), now)
    _add(practitioner, command, now)
    return decided(practitioner, number, sheet.notices, _held(desk, practitioner))


def move_practitioner(desk: Desk, command: MovePractitioner, principal: Principal, now: datetime) -> Decision:
    """異動執登場所: taken from the bureau of either place."""
    practitioner = practitioner_of(desk, command.practitioner)
    place = institution_of(desk, command.institution).code if command.institution else ""
    heed(keeping_entries_of(principal, [_county(desk, place), _county(desk, practitioner.institution)]))
    practitioner.move(place, command.since, now)
    return decided(practitioner, practitioner.number)


def suspend_practitioner(desk: Desk, command: SuspendPractitioner, principal: Principal, now: datetime) -> Decision:
    """停業 of a person."""
    practitioner = _kept(desk, command.practitioner, principal)
    practitioner.suspend(command.since, command.until, command.reason, now)
    return decided(practitioner, practitioner.number)


def resume_practitioner(desk: Desk, command: ResumePractitioner, principal: Principal, now: datetime) -> Decision:
    """復業 of a person."""
    practitioner = _kept(desk, command.practitioner, principal)
    practitioner.resume(command.since, now)
    return decided(practitioner, practitioner.number)


def record_licence(desk: Desk, command: RecordLicence, principal: Principal, now: datetime) -> Decision:
    """執業執照."""
    practitioner = _kept(desk, command.practitioner, principal)
    practitioner.record_licence(_licence(command.licence), now)
    return decided(practitioner, practitioner.number)


def credit_training(desk: Desk, command: CreditTraining, principal: Principal, now: datetime) -> Decision:
    """教育訓練學分."""
    practitioner = _kept(desk, command.practitioner, principal)
    sheet = Sheet(taipei_day(now))
    training = sheet.training(command.training)
    sheet.finish()
    practitioner.credit(training.programme, training.course.strip(), training.credits, training.earned_on, now)
    return decided(practitioner, practitioner.number)


def admit_practitioner(desk: Desk, command: AdmitPractitioner, principal: Principal, now: datetime) -> Decision:
    """A practitioner takes part in a programme."""
    practitioner = _kept(desk, command.practitioner, principal)
    practitioner.join(command.programme, command.since, command.until, now)
    return decided(practitioner, practitioner.number)


def dismiss_practitioner(desk: Desk, command: DismissPractitioner, principal: Principal, now: datetime) -> Decision:
    """A practitioner leaves a programme."""
    practitioner = _kept(desk, command.practitioner, principal)
    practitioner.leave(command.programme, command.until, now)
    return decided(practitioner, practitioner.number)


def warn_of_expiring_licence(desk: Desk, command: WarnOfExpiringLicence, _: Principal, now: datetime) -> Decision:
    """執照將屆期."""
    practitioner = practitioner_of(desk, command.practitioner)
    practitioner.warn_of_licence(command.licence, now)
    return decided(practitioner, practitioner.number)


def expire_licence(desk: Desk, command: ExpireLicence, _: Principal, now: datetime) -> Decision:
    """執照逾期."""
    practitioner = practitioner_of(desk, command.practitioner)
    practitioner.expire_licence(command.licence, now)
    return decided(practitioner, practitioner.number)


def _kept(desk: Desk, number: str, principal: Principal) -> Practitioner:
    """A practitioner whose entry the caller may keep."""
    practitioner = practitioner_of(desk, number)
    heed(keeping_entries_of(principal, [_county(desk, practitioner.institution)]))
    return practitioner


def _county(desk: Desk, institution: str) -> str:
    found = known_institution(desk, institution) if institution else None
    return found.county if found else ""


def _registered(
    number: str, checked: _Checked, identity: Sealed[PractitionerIdentity] | None, now: datetime
) -> Practitioner:
    if identity is None:
        raise FieldMissing("identifier")
    return Practitioner.register(number, **checked._asdict(), identity=identity, now=now)


def _add(practitioner: Practitioner, command: RecordPractitioner, now: datetime) -> None:
    """What the register tells beside the entry itself."""
    if command.licence is not None:
        practitioner.record_licence(_licence(command.licence), now)
    if (training := command.training) is not None:
        practitioner.credit(training.programme, training.course.strip(), training.credits, training.earned_on, now)
    for joined in command.programmes:
        practitioner.join(joined.programme, joined.since, joined.until, now)


def _licence(entry: LicenceEntry) -> Licence:
    if not entry.number.strip():
        raise FieldMissing("licence.number")
    return Licence(entry.number.strip(), entry.valid_from, entry.valid_until)


_PERSON = "practitioner"
"""One number for each person and profession."""


def registered_once(subject: SubjectId, profession: str, practitioner_id: UUID) -> Reservation:
    """A person in a profession, for good."""
    return Reservation(_PERSON, f"{subject}/{profession}", practitioner_id)


def practitioners_of(desk: Desk, subject: SubjectId) -> list[Practitioner]:
    """The practitioners that a person is by now, one for each profession, by their numbers."""
    subjects = {subject, *desk.vault.subjects_of([subject])}
    keys = [f"{one}/{code}" for one in subjects for code in professions()]
    ids = set(desk.store.holders(_PERSON, keys).values())
    found = [desk.store.load(Practitioner, one) for one in ids]
    return sorted((one for one in found if one.subject in subjects), key=lambda one: one.number)


def _held(desk: Desk, practitioner: Practitioner) -> list[Reservation]:
    """What makes sure that a person is registered once in a profession, where it is not held yet."""
    wanted = registered_once(practitioner.subject, practitioner.profession, practitioner.id)
    holder = desk.store.holder_of(wanted.scope, wanted.key)
    if holder is None:
        return [wanted]
    if holder != practitioner.id:
        raise refusals.IdentifierOfAnotherPractitioner("identifier")
    return []

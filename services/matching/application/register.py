"""What the register (個案管理資訊系統) tells, row by row, and what the bureau confirms: enrolments and closures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from services.matching.application import reservations
from services.matching.domain import access, guards, refusals
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.refusals import heed
from services.matching.domain.registry import objection_to_place
from services.matching.events import ClosureReason, Source
from shared.application.outcome import Decision, Notice, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from services.matching.application.desk import Desk
    from services.matching.application.forms import CheckedChild
    from services.matching.application.reservations import Turn
    from services.matching.commands import CloseEnrolment, ConfirmClosure, RecordEnrolment
    from services.matching.domain.case import Case
    from services.matching.domain.registry import InstitutionFacts
    from services.matching.events import Contact, Mother
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.vault.blind_index import Identifier


@dataclass(frozen=True)
class _EnrolmentRow:
    """One row of enrolments, its fields checked."""

    institution: InstitutionFacts
    doctor: str
    enrolled_on: date
    child: CheckedChild
    mother: Mother
    contact: Contact | None
    case_no: str
    evidence: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _ClosureRow:
    """One row of closures, its fields checked."""

    institution: str
    identifier: Identifier | None
    mother: Mother | None
    notices: tuple[Notice, ...]


def record_enrolment(desk: Desk, command: RecordEnrolment, principal: Principal, now: datetime) -> Decision:
    """收案: the end of the family's live case, where there is one; other families came on paper."""
    row = _enrolment_row(desk, command, now)
    heed(access.keeping_register_of(principal, row.institution.code, row.institution.county))
    mother = desk.people.mother(row.mother).subject
    people = {mother, *desk.people.child(row.child, mother)}
    turn = desk.turn(people)
    known = desk.people.known_child(row.child.identifier, row.mother, row.child.birth_order, row.child.day)
    if (before := _enrolled_before(desk, known, row)) is not None:
        notices = [*row.notices, *what_stands(before, row.doctor, row.enrolled_on)]
        return Decision(Outcome(before.id, before.version, before.case_no, Result.UNCHANGED, tuple(notices)))
    cases = _cases_of(desk, row, known)
    enrolment = _enrolment(desk, row, cases, now)
    rows = reservations.enrolled_rows(reservations.child_keys(enrolment.family), row.institution.code, row.enrolled_on)
    others = desk.turn(enrolment.family.people - people)
    reserve = [*reservations.taken(rows, enrolment), *reservations.open_enrolment(enrolment)]
    release = [held for case in cases for held in reservations.held_by(case)]
    notices, recognised = list(row.notices), []
    for case in cases:
        expected, known_as = case.preferences.open, case.family.child_subject
        if not case.born:
            case.report_birth(enrolment.family, now)
        case.enrol(enrolment, row.evidence, now)
        if case.enrolled_elsewhere and expected is not None:
            notices.append(Notice.of(refusals.EnrolledElsewhereThanAgreed(expected=expected.institution)))
        recognised.append(partial(desk.people.recognise, enrolment.family.child_subject, known_as))
    outcome = Outcome(enrolment.id, enrolment.version, enrolment.case_no, notices=tuple(notices))
    return Decision(
        outcome,
        [enrolment, *cases],
        reserve=[*reserve, *turn.reserve, *others.reserve],
        release=[*release, *turn.release, *others.release],
        beforehand=recognised,
    )


def _enrolment_row(desk: Desk, command: RecordEnrolment, now: datetime) -> _EnrolmentRow:
    form = desk.form(now)
    institution, doctor = form.known_institution(command.institution, "institution"), command.doctor.strip()
    if institution.code:
        form.object(objection_to_place(desk.registry.doctor(doctor), institution.code, "doctor"))
    row = _EnrolmentRow(
        institution=institution,
        doctor=doctor,
        enrolled_on=form.past_day(command.enrolled_on, "enrolled_on"),
        child=form.enrolled_child(command.child, command.enrolled_on),
        mother=form.mother(command.mother),
        contact=form.contact(command.contact) if command.contact else None,
        case_no=command.case_no.strip(),
        evidence=form.digest(command.evidence, "evidence") if command.evidence else "",
        notices=form.notices,
    )
    form.finish()
    return row


def _enrolled_before(desk: Desk, known: Sequence[str], row: _EnrolmentRow) -> Enrolment | None:
    """The enrolment that this row, or one to the same effect, has made; another institution's must be closed first."""
    before = desk.taken_row(reservations.enrolled_rows(known, row.institution.code, row.enrolled_on))
    enrolment = before or desk.open_enrolment(known)
    if enrolment is not None:
        _refuse_sibling(desk, enrolment, row.child.identifier, "child.birth_order")
    if before is None and enrolment is not None and enrolment.institution != row.institution.code:
        raise refusals.EnrolledElsewhereNotClosed("institution", institution=enrolment.institution)
    return enrolment


def what_stands(enrolment: Enrolment, doctor: str, enrolled_on: date) -> list[Notice]:
    """What a row that is known again does not say of the enrolment that it has led to."""
    notices: list[Refusal] = []
    if enrolment.closed_on is not None:
        notices.append(refusals.EnrolmentClosedSince("enrolled_on", closed_on=enrolment.closed_on))
    if enrolment.doctor != doctor:
        notices.append(refusals.AnotherDoctorOnRecord("doctor", doctor=enrolment.doctor))
    if enrolment.enrolled_on != enrolled_on:
        notices.append(refusals.AnotherDayOnRecord("enrolled_on", enrolled_on=enrolment.enrolled_on))
    return [Notice.of(notice) for notice in notices]


def _refuse_sibling(desk: Desk, matter: Case | Enrolment, identifier: Identifier | None, field: str) -> None:
    """Twins that were both entered as a single child have one birth, and must not be taken for one child."""
    if desk.people.is_another(matter.family.child, identifier):
        raise refusals.AnotherChildOfThisBirth(field)


def _cases_of(desk: Desk, row: _EnrolmentRow, known: Sequence[str]) -> list[Case]:
    """The cases that end with this row: the child's live one first, then those that had found nobody for it."""
    mother = desk.people.known_mother(row.mother)
    live, keys = desk.live_case(known), known
    if mother is not None:
        live = live or desk.expecting_case(mother, row.child.birth_order, row.child.day)
        keys = (*known, *reservations.expected_keys(mother, row.child.birth_order))
    cases = [*([live] if live else []), *desk.unmatched_cases(keys, row.child.day)]
    for case in cases:
        _refuse_sibling(desk, case, row.child.identifier, "child.birth_order")
    if row.case_no:
        named = desk.case_numbered(row.case_no)
        if named.family.mother_subject != mother:
            raise refusals.CaseOfAnotherFamily("case_no")
        if reservations.held_by(named) and named.id not in {case.id for case in cases}:
            raise refusals.CaseOfAnotherChild("case_no")
    return cases


def _enrolment(desk: Desk, row: _EnrolmentRow, cases: Sequence[Case], now: datetime) -> Enrolment:
    """The enrolment of a row; what it leaves out of the child and the contact, the case knows."""
    case = cases[0] if cases else None
    if case is not None and desk.people.can_be_reached(case.family.contact):
        contact = case.family.contact  # whose phone was proved, which no row can say of its own
    elif row.contact is not None:
        contact = desk.people.contact(row.contact)
    else:
        raise refusals.ContactMissing("contact.mobile")
    child = row.child if case is None else desk.people.completed(row.child, case.family.child)
    return Enrolment.record(
        desk.people.family(child, desk.people.mother(row.mother), contact),
        institution=row.institution.code,
        institution_county=row.institution.county,
        doctor=row.doctor,
        enrolled_on=row.enrolled_on,
        source=Source.IMPORT,
        case_no="" if case is None else case.case_no,
        now=now,
    )


def close_enrolment(desk: Desk, command: CloseEnrolment, principal: Principal, now: datetime) -> Decision:
    """結案: a change that waited for it goes on."""
    row = _closure_row(desk, command, principal, now)
    known = desk.people.known_child(row.identifier, row.mother, command.birth_order, command.birth_date)
    before = desk.taken_row(reservations.closed_rows(known, row.institution, command.closed_on))
    if before is not None:
        _refuse_sibling(desk, before, row.identifier, "birth_order")
        return Decision(Outcome(before.id, before.version, before.case_no, Result.UNCHANGED, row.notices))
    enrolment = desk.open_enrolment(known)
    if enrolment is None or enrolment.institution != row.institution:
        raise refusals.EnrolmentUnknown("institution")
    _refuse_sibling(desk, enrolment, row.identifier, "birth_order")
    turn = desk.turn([enrolment.family.mother_subject])
    enrolment.close(command.closed_on, command.reason, Source.IMPORT, now)
    case = desk.live_case_of(enrolment.family)
    if case is None or case.former_enrolment_id != enrolment.id or guards.closing_previous(case) is not None:
        return _closed(
            Outcome(enrolment.id, enrolment.version, notices=row.notices), turn, command.closed_on, enrolment
        )
    case.close_previous_enrolment(command.closed_on, Source.IMPORT, now)
    outcome = Outcome(enrolment.id, enrolment.version, case.case_no, notices=row.notices)
    return _closed(outcome, turn, command.closed_on, enrolment, case)


def _closure_row(desk: Desk, command: CloseEnrolment, principal: Principal, now: datetime) -> _ClosureRow:
    form = desk.form(now)
    institution = form.known_institution(command.institution, "institution")
    form.past_day(command.closed_on, "closed_on")
    identifier = form.child_identifier(command.child_identifier, "child_identifier")
    mother = form.mother(command.mother) if command.mother else None
    if not command.child_identifier.strip() and (mother is None or command.birth_date is None):
        form.object(refusals.FieldMissing("child_identifier"))
    form.finish()
    heed(access.keeping_register_of(principal, institution.code, institution.county))
    return _ClosureRow(institution.code, identifier, mother, form.notices)


def confirm_closure(desk: Desk, command: ConfirmClosure, principal: Principal, now: datetime) -> Decision:
    """結案, confirmed by the bureau: the enrolment closes, unless the register was faster, and the case goes on."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case))
    heed(guards.closing_previous(case))
    form = desk.form(now)
    form.past_day(command.closed_on, "closed_on")
    form.finish()
    case.close_previous_enrolment(command.closed_on, Source.BUREAU, now)
    outcome = Outcome(case.id, case.version, case.case_no)
    enrolment = desk.former_enrolment(case)
    if not enrolment.is_open:
        return Decision(outcome, [case])
    turn = desk.turn([enrolment.family.mother_subject])
    enrolment.close(command.closed_on, ClosureReason.CHANGE_OF_DOCTOR, Source.BUREAU, now)
    return _closed(outcome, turn, command.closed_on, enrolment, case)


def _closed(outcome: Outcome, turn: Turn, closed_on: date, enrolment: Enrolment, *cases: Case) -> Decision:
    """Save a closure, with the case that it sets free; a row that tells the same is known from now on."""
    children = reservations.child_keys(enrolment.family)
    rows = reservations.closed_rows(children, enrolment.institution, closed_on)
    reserve = [*reservations.taken(rows, enrolment), *turn.reserve]
    return Decision(outcome, [enrolment, *cases], reserve, [*reservations.open_enrolment(enrolment), *turn.release])

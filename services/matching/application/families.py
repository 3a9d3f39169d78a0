"""What a family asks: to apply, amend, withdraw, report a birth, be reached elsewhere, change doctors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.application import reservations
from services.matching.domain import access, guards, refusals
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.refusals import heed
from shared.access import FAMILY
from shared.application.outcome import Decision, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.application.forms import CheckedChild
    from services.matching.application.reservations import Turn
    from services.matching.commands import (
        AmendPreferences,
        ChangeContact,
        ReportBirth,
        RequestChange,
        SubmitApplication,
        Withdraw,
    )
    from services.matching.domain.family import Family
    from shared.application.outcome import Notice
    from shared.principal import Principal
    from shared.store.append import Reservation


def submit_application(desk: Desk, command: SubmitApplication, principal: Principal, now: datetime) -> Decision:
    """申請: one live case a child, asked of the first preference at once."""
    form = desk.form(now)
    contact, mother = form.contact(command.contact), form.mother(command.mother)
    child = form.applied_for(command.child)
    preferences = form.preferences(command.preferences)
    form.finish()
    if principal.subject is None or desk.people.with_phone(contact.mobile) != principal.subject:
        raise refusals.PhoneNotProved("contact.mobile")
    family = desk.people.family(child, desk.people.mother(mother), desk.people.contact(contact))
    turn = desk.turn(family.people)
    _refuse_second(desk, family, child, now)
    case = Case.submit(
        family,
        preferences,
        case_no=desk.new_case_no(now),
        born=child.born,
        terms=desk.offer_terms(now),
        now=now,
    )
    return _begun(case, form.notices, turn)


def amend_preferences(desk: Desk, command: AmendPreferences, principal: Principal, now: datetime) -> Decision:
    """修改志願: what is locked or asked stays; a list as it was changes nothing."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case))
    heed(guards.amending(case, desk.policy(now)))
    form = desk.form(now)
    preferences = form.preferences(command.preferences, kept=case.preferences.preferences)
    form.object(guards.amending_to(case, preferences, desk.policy(now)))
    form.finish()
    if preferences == case.preferences.preferences:
        return Decision(Outcome(case.id, case.version, case.case_no, Result.UNCHANGED))
    case.amend_preferences(preferences, desk.policy(now), now)
    return Decision(Outcome(case.id, case.version, case.case_no, notices=form.notices), [case])


def withdraw(desk: Desk, command: Withdraw, principal: Principal, now: datetime) -> Decision:
    """撤回: the child may be applied for again."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case))
    case.withdraw(command.reason, desk.policy(now), now)
    return Decision(Outcome(case.id, case.version, case.case_no), [case], release=reservations.live_case(case))


def report_birth(desk: Desk, command: ReportBirth, principal: Principal, now: datetime) -> Decision:
    """出生: from now on the child itself is known by the case."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case))
    heed(guards.reporting_birth(case))
    form = desk.form(now)
    child = form.newborn(command.child, desk.births_expected(case))
    form.object(guards.reporting_birth_as(case, child.birth_order))
    form.finish()
    family = desk.people.family(child, case.family.mother, case.family.contact)
    turn = desk.turn(family.people)
    _refuse_second(desk, family, child, now, own=case)
    held, expected = reservations.held_by(case), case.family.child_subject
    case.report_birth(family, now)
    reserve, release = reservations.difference(held, reservations.held_by(case))
    desk.people.recognise(family.child_subject, expected)
    outcome = Outcome(case.id, case.version, case.case_no, notices=form.notices)
    return Decision(outcome, [case], [*reserve, *turn.reserve], [*release, *turn.release])


def change_contact(desk: Desk, command: ChangeContact, principal: Principal, now: datetime) -> Decision:
    """變更聯絡人: by the phone that opens the case so far, once codes proved what is new; by staff where it is lost."""
    matter = desk.case_or_enrolment(command.case_or_enrolment_id)
    case, enrolment = desk.both_of(matter)
    if isinstance(matter, Case):
        heed(access.to_case(type(command), principal, matter))
        heed(guards.changing_contact(matter, enrolment))
    else:
        heed(access.to_enrolment(type(command), principal, matter))
        heed(matter.objection_to_changing_contact())
    form = desk.form(now)
    contact = form.contact(command.contact)
    if principal.role in FAMILY.roles:  # a bureau or a clinic has seen who asks
        for objection in desk.people.objections_to_contact(contact, matter.family.contact, principal.contacts):
            form.object(objection)
    form.finish()
    changed = [one for one in (case, enrolment) if one is not None]
    held, sealed = _held_by(changed), desk.people.contact(contact)
    turn = desk.turn({matter.family.child_subject, sealed.subject})
    proved_by = access.PROVED_BY[principal.role]
    if case is not None:
        case.change_contact(sealed, proved_by, now, enrolment)
    if enrolment is not None:
        enrolment.change_contact(sealed, proved_by, now)
    reserve, release = reservations.difference(held, _held_by(changed))
    outcome = Outcome(matter.id, matter.version, matter.case_no)
    return Decision(outcome, changed, [*reserve, *turn.reserve], [*release, *turn.release])


def _held_by(matters: Iterable[Case | Enrolment]) -> list[Reservation]:
    return [held for matter in matters for held in reservations.held_by(matter)]


def request_change(desk: Desk, command: RequestChange, principal: Principal, now: datetime) -> Decision:
    """變更申請: a new case about the enrolment that the family has."""
    enrolment, turn = _enrolment_to_change(desk, command, principal)
    form = desk.form(now)
    preferences = form.preferences(command.preferences)
    form.object(guards.naming_former_doctor(preferences, enrolment.institution, enrolment.doctor))
    form.refuse_too_old(desk.people.birth_date(enrolment.family.child))
    explanation = form.text(command.explanation, "explanation", desk.policy(now).explanation_limit)
    residence = form.address(command.residence, "residence") if command.residence else None
    form.finish()
    family = desk.people.moved(enrolment.family, residence) if residence else enrolment.family
    case = Case.request_change(
        enrolment,
        family,
        preferences,
        case_no=desk.new_case_no(now),
        reason=command.reason,
        explanation=desk.people.words(family.child_subject, explanation) if explanation else None,
        now=now,
    )
    return _begun(case, form.notices, turn)


def _begun(case: Case, notices: tuple[Notice, ...], turn: Turn) -> Decision:
    """Save a new case, its number, and that it is the live one of its child."""
    reserve = [reservations.numbered(case.case_no, case.id), *reservations.live_case(case), *turn.reserve]
    return Decision(Outcome(case.id, case.version, case.case_no, notices=notices), [case], reserve, turn.release)


def _enrolment_to_change(desk: Desk, command: RequestChange, principal: Principal) -> tuple[Enrolment, Turn]:
    """The open enrolment that a change is asked of, named by itself or by the case that led to it, and its turn."""
    matter = desk.case_or_enrolment(command.case_or_enrolment_id)
    if isinstance(matter, Case):
        heed(access.to_case(type(command), principal, matter))
        heed(guards.requesting_change(matter))
        matter = desk.enrolment_of(matter)
    turn = desk.turn(matter.family.people)
    enrolment = desk.enrolment(matter.id)  # as it stands at this turn
    heed(access.to_enrolment(type(command), principal, enrolment))
    heed(guards.changing_from(enrolment, desk.live_case_of(enrolment.family)))
    return enrolment, turn


def _refuse_second(desk: Desk, family: Family, child: CheckedChild, now: datetime, own: Case | None = None) -> None:
    """A child has one doctor, and one case under way, which may be `own`; only its own phone is told which."""
    matter = _matter_of(desk, family, child, now)
    if matter is None or (own is not None and matter.id == own.id):
        return
    ours = matter.family.contact_subject == family.contact_subject
    before = matter.family.child
    if before.subject != family.child_subject and (
        desk.people.is_another(before, child.identifier)
        or (ours and desk.people.is_called_otherwise(before, child.child.name))
    ):
        raise refusals.AnotherChildOfThisBirth("child.birth_order")
    if isinstance(matter, Enrolment):
        raise refusals.AlreadyEnrolled
    raise refusals.LiveCaseExists(case_no=matter.case_no if ours else "")


def _matter_of(desk: Desk, family: Family, child: CheckedChild, now: datetime) -> Case | Enrolment | None:
    """The open enrolment or the live case that a child has, whether it was met before or after its birth."""
    known = desk.child_keys(family)
    if (enrolment := desk.open_enrolment(known)) is not None:
        return enrolment
    if child.born:
        return desk.live_case(known) or desk.expecting_case(family.mother_subject, child.birth_order, child.day)
    expected = reservations.expected_key(family.mother_subject, family.birth_order)
    return desk.live_case((*known, expected)) or desk.newborn_matter(family, child.day, now)

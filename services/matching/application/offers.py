"""What institutions answer to an offer, and what the platform does when they, or the families, do not act in time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.matching.application import reservations
from services.matching.domain import access, guards
from services.matching.domain.refusals import heed
from services.matching.domain.registry import reason_to_pass_over
from shared.application.outcome import Decision, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.commands import (
        AcceptOffer,
        DeclineOffer,
        ExpireOffer,
        LapseNotice,
        NotifyFormerInstitution,
        OfferNextPreference,
        ReleaseNotice,
        RemindOffer,
    )
    from services.matching.domain.case import Case
    from shared.principal import Principal


def accept_offer(desk: Desk, command: AcceptOffer, principal: Principal, now: datetime) -> Decision:
    """同意收案: a family that expects its child has until after the due date to sign."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case, command.rank))
    heed(guards.accepting(case, command.rank, now, desk.registry))
    due_date = None if case.born else desk.people.due_date(case.family.child)
    case.accept(command.rank, sign_by=desk.policy(now).sign_by(now, desk.calendar, due_date), now=now)
    return _changed(case)


def decline_offer(desk: Desk, command: DeclineOffer, principal: Principal, now: datetime) -> Decision:
    """未能同意收案: with a coded reason and an explanation."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case, command.rank))
    heed(guards.answering(case, command.rank, now))
    form = desk.form(now)
    text = form.explanation(command.explanation, "explanation")
    form.finish()
    explanation = desk.people.words(case.family.child_subject, text)
    case.decline(command.rank, reason=command.reason, explanation=explanation, now=now)
    return _changed(case)


def release_notice(desk: Desk, command: ReleaseNotice, principal: Principal, now: datetime) -> Decision:
    """解除待簽: by the institution that has agreed, or by the bureau."""
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case, command.rank))
    heed(guards.releasing(case, command.rank))
    form = desk.form(now)
    text = form.explanation(command.explanation, "explanation")
    form.finish()
    case.release_notice(
        command.rank,
        by=access.PROVED_BY[principal.role],
        explanation=desk.people.words(case.family.child_subject, text),
        resume_at=desk.policy(now).resume_at(now, desk.calendar),
        now=now,
    )
    return _changed(case)


def offer_next_preference(desk: Desk, command: OfferNextPreference, principal: Principal, now: datetime) -> Decision:
    """The next preference that still takes part is asked; where none is left the case is over."""
    case = _case_for_platform(desk, command, principal)
    case.offer_next(partial(reason_to_pass_over, registry=desk.registry), desk.offer_terms(now), now)
    return _changed(case)


def remind_offer(desk: Desk, command: RemindOffer, principal: Principal, now: datetime) -> Decision:
    """The institution is reminded."""
    case = _case_for_platform(desk, command, principal)
    case.remind(command.rank, command.number, now)
    return _changed(case)


def expire_offer(desk: Desk, command: ExpireOffer, principal: Principal, now: datetime) -> Decision:
    """逾時."""
    case = _case_for_platform(desk, command, principal)
    case.expire_offer(command.rank, now)
    return _changed(case)


def lapse_notice(desk: Desk, command: LapseNotice, principal: Principal, now: datetime) -> Decision:
    """逾期."""
    case = _case_for_platform(desk, command, principal)
    case.lapse_notice(command.rank, now)
    return _changed(case)


def notify_former_institution(
    desk: Desk, command: NotifyFormerInstitution, principal: Principal, now: datetime
) -> Decision:
    """The former institution hears of the change, and its bureau gets the task of the closure."""
    case = _case_for_platform(desk, command, principal)
    case.notify_former_institution(desk.policy(now).closure_due_by(now, desk.calendar), now)
    return _changed(case)


def _case_for_platform(
    desk: Desk,
    command: OfferNextPreference | RemindOffer | ExpireOffer | LapseNotice | NotifyFormerInstitution,
    principal: Principal,
) -> Case:
    case = desk.case(command.case_id)
    heed(access.to_case(type(command), principal, case))
    return case


def _changed(case: Case) -> Decision:
    """Save the case; when it has found nobody it is no longer held as a live one."""
    outcome = Outcome(case.id, case.version, case.case_no)
    if case.is_live:
        return Decision(outcome, [case])
    return Decision(outcome, [case], reservations.held_by(case), reservations.live_case(case))

"""審查: what the bureau of the home county does with what was submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.application import reservations
from services.support.domain import access, guards
from services.support.domain.findings import span_of
from services.support.domain.refusals import heed
from services.support.domain.schedules import occurrences_of
from services.support.domain.support import Support
from shared.application import Decision, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import ApproveApplication, AssignReview, DenyApplication, ReturnApplication
    from services.support.domain.application import Application
    from services.support.domain.support import Span
    from services.support.events import ReviewersRemarks, Terms
    from shared.principal import Principal
    from shared.sealing import Sealed
    from shared.store.append import Reservation


def assign_review(desk: Desk, command: AssignReview, principal: Principal, now: datetime) -> Decision:
    """分案; to whom it is assigned already changes nothing."""
    application = _under_review(desk, command, principal)
    reviewer = command.reviewer.strip() or principal.id
    heed(access.assigning(principal, reviewer))
    if application.reviewer == reviewer:
        return Decision(Outcome(application.id, application.version, application.case_no, Result.UNCHANGED))
    application.assign(reviewer, now)
    return _decided(application, ())


def approve_application(desk: Desk, command: ApproveApplication, principal: Principal, now: datetime) -> Decision:
    """核准: every line becomes a support; every change or cancellation asked for holds from now on."""
    application = _under_review(desk, command, principal)
    application.approve(now)
    granted = [Support.approve(line, application, _span(line.terms), now) for line in application.lines.values()]
    changed = desk.supports_of(application)
    for support in changed:
        support.grant_change(application, _span(application.supports[support.id].after or support.terms), now)
    return _decided(application, [*granted, *changed], reserve=[reservations.support(support) for support in granted])


def deny_application(desk: Desk, command: DenyApplication, principal: Principal, now: datetime) -> Decision:
    """不核准: supports that were to change stay as they are."""
    application = _under_review(desk, command, principal)
    opinion = _opinion(desk, command, application, now)
    supports = desk.supports_of(application)
    application.deny(command.reason, opinion, now)
    for support in supports:
        support.refuse_change(application, command.reason, now)
    return _decided(application, supports)


def return_application(desk: Desk, command: ReturnApplication, principal: Principal, now: datetime) -> Decision:
    """退回: until it comes again, another application may be about the same supports."""
    application = _under_review(desk, command, principal)
    opinion = _opinion(desk, command, application, now)
    supports = desk.supports_of(application)
    application.send_back(command.reason, opinion, now)
    for support in supports:
        support.let_go_of_change(application, now)
    return _decided(application, supports)


def _under_review(
    desk: Desk,
    command: AssignReview | ApproveApplication | DenyApplication | ReturnApplication,
    principal: Principal,
) -> Application:
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    heed(guards.deciding(application))
    return application


def _opinion(
    desk: Desk, command: DenyApplication | ReturnApplication, application: Application, now: datetime
) -> Sealed[ReviewersRemarks] | None:
    """審查意見 as it was entered; refuses with `InvalidForm`."""
    form = desk.form(now)
    text = form.explanation(command.reason, command.explanation, "explanation")
    form.finish()
    return desk.opinion(application, text)


def _span(terms: Terms) -> Span:
    return span_of(occurrences_of(terms.schedule))


def _decided(application: Application, supports: Iterable[Support], reserve: Iterable[Reservation] = ()) -> Decision:
    """Save the application and the supports of which anything was decided; those cancelled are held no longer."""
    changed = [support for support in supports if support.pending_events]
    outcome = Outcome(application.id, application.version, application.case_no)
    return Decision(outcome, [application, *changed], list(reserve), reservations.cancelled(changed))

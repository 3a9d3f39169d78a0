"""保存期限: what was written in an application is forgotten when its time is over, unless somebody holds it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.support.application import reservations
from services.support.domain import access, guards
from services.support.domain.policies import policy_in_force
from services.support.domain.refusals import heed
from shared.application import Decision, Outcome
from shared.calendar import end_of_day, taipei_day
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import ForgetApplication, HoldRetention, LiftRetentionHold
    from services.support.domain.application import Application
    from shared.principal import Principal
    from shared.store.append import Reservation

GROUND = "自送審日起保存三年期滿（報備支援系統查詢條件）"
"""What the ledger of forgotten people says of it."""


def hold_retention(desk: Desk, command: HoldRetention, principal: Principal, now: datetime) -> Decision:
    """法律保全 by the bureau's manager or an operator."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    application.hold(command.ground, now)
    return Decision(_outcome(application), [application])


def lift_retention_hold(desk: Desk, command: LiftRetentionHold, principal: Principal, now: datetime) -> Decision:
    """解除保全."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    application.lift_hold(now)
    return Decision(_outcome(application), [application])


def forget_application(desk: Desk, command: ForgetApplication, _: Principal, now: datetime) -> Decision:
    """Destroy the key first, then say so: whoever dies in between does it again, and the vault has nothing to add."""
    application = desk.application(command.application_id)
    heed(guards.forgetting(application))
    submitted_on = taipei_day(application.submitted_at or now)
    kept_until = policy_in_force(submitted_on, desk.policies).kept_until(submitted_on)
    heed(guards.retained(end_of_day(kept_until), now) or guards.in_use(desk.supports_granted(application), now))
    leaving = _leaving(desk, application)
    subject = SubjectId(leaving.holder)
    application.forget(subject, now)
    destroy = partial(desk.vault.forget, subject, GROUND)
    return Decision(_outcome(application), [application], release=[leaving], beforehand=[destroy])


def _leaving(desk: Desk, application: Application) -> Reservation:
    """Whose key is to be destroyed, remembered until the log says so: the vault finds nobody once it is done."""
    known = desk.store.holder_of(reservations.BEING_FORGOTTEN, str(application.id))
    if known is not None:
        return reservations.being_forgotten(application, known)
    leaving = reservations.being_forgotten(application, desk.keeper_of(application))
    desk.store.seizing([leaving], lambda: None)
    return leaving


def _outcome(application: Application) -> Outcome:
    return Outcome(application.id, application.version, application.case_no)

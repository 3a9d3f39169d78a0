"""異動執登場所: who has left, whom the lock keeps out, and the supports that are cancelled so that it opens again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.application import reservations
from services.support.domain import access, refusals
from services.support.domain.move_lock import Departure, MoveLock
from services.support.domain.refusals import heed
from services.support.domain.strength import Strength
from services.support.events import Outstanding, ReleaseCause
from shared.application import Decision, Outcome, Result
from shared.principal import Role

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import (
        CancelAllOutstanding,
        EngageMoveLock,
        NoteDeparture,
        NoteReturn,
        ReleaseMoveLock,
        StateStrength,
    )
    from shared.principal import Principal


def note_departure(desk: Desk, command: NoteDeparture, _: Principal, now: datetime) -> Decision:
    """Support's own record of what the registry has told: from its place in the log on the locks follow."""
    known = desk.departure(command.institution, command.practitioner, command.cause)
    if known is not None:
        return Decision(Outcome(known.id, known.version, result=Result.UNCHANGED))
    noted = Departure.record(command.institution, command.practitioner, command.cause, now)
    return Decision(Outcome(noted.id, noted.version), [noted], [reservations.departure(noted)])


def note_return(desk: Desk, command: NoteReturn, _: Principal, now: datetime) -> Decision:
    """As `note_departure`, the other way; refuses with `NobodyDeparted`."""
    noted = desk.departure(command.institution, command.practitioner, command.cause)
    if noted is None:
        raise refusals.NobodyDeparted
    noted.end(now)
    return Decision(Outcome(noted.id, noted.version), [noted], release=[reservations.departure(noted)])


def engage_move_lock(desk: Desk, command: EngageMoveLock, _: Principal, now: datetime) -> Decision:
    """One lock for each institution that a practitioner has left with supports."""
    if desk.lock(command.practitioner, command.institution) is not None:
        raise refusals.MoveLockAlreadySet
    supports = desk.outstanding(command.practitioner, command.institution, now)
    outstanding = [Outstanding(support.id, support.span.ends_at) for support in supports]
    lock = MoveLock.engage(command.practitioner, command.institution, command.cause, outstanding, now)
    return Decision(Outcome(lock.id, lock.version), [lock], [reservations.lock(lock)])


def release_move_lock(desk: Desk, command: ReleaseMoveLock, _: Principal, now: datetime) -> Decision:
    """The lock opens by itself once nothing is left, or the practitioner has come back."""
    lock = _lock(desk, command.practitioner, command.institution)
    outstanding = desk.outstanding(command.practitioner, command.institution, now)
    if outstanding and desk.has_departed(command.practitioner, command.institution):
        raise refusals.MoveLockHolds(count=len(outstanding))
    lock.release(command.cause, len(outstanding), now)
    return Decision(Outcome(lock.id, lock.version), [lock], release=[reservations.lock(lock)])


def cancel_all_outstanding(desk: Desk, command: CancelAllOutstanding, principal: Principal, now: datetime) -> Decision:
    """執行整批註銷 of as many supports as the caller has confirmed; the lock opens with the last of them."""
    _heed_whoever_speaks(desk, command, principal)
    lock = _lock(desk, command.practitioner, command.institution)
    supports = desk.outstanding(command.practitioner, command.institution, now)
    if len(supports) != command.supports:
        raise refusals.OutstandingChanged("supports", count=len(supports))
    for support in supports:
        support.cancel_after_departure(now)
    lock.release(ReleaseCause.CANCELLED if supports else ReleaseCause.EXPIRED, 0, now)
    release = [reservations.lock(lock), *reservations.cancelled(supports)]
    return Decision(Outcome(lock.id, lock.version), [lock, *supports], release=release)


def state_strength(_: Desk, command: StateStrength, principal: Principal, now: datetime) -> Decision:
    """自有診次與醫師數, as the institution says from now on."""
    record = Strength.record(principal.institution or "", command.weekly_sessions, command.doctors, now)
    return Decision(Outcome(record.id, record.version), [record])


def _lock(desk: Desk, practitioner: str, institution: str) -> MoveLock:
    lock = desk.lock(practitioner, institution)
    if lock is None:
        raise refusals.NoMoveLock
    return lock


def _heed_whoever_speaks(desk: Desk, command: CancelAllOutstanding, principal: Principal) -> None:
    """The practitioner, the institution that was left, or that where the practitioner practises by now."""
    heed(access.for_practitioner(principal, command.practitioner, "practitioner"))
    if principal.role is not Role.INSTITUTION or principal.institution == command.institution:
        return
    known = desk.register.practitioner(command.practitioner)
    if known is None or known.institution != principal.institution:
        raise refusals.NotYourStaff("practitioner")

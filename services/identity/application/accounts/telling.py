"""What happened at the entrance, told to the log; what merely ran into a limit, told to the operators' own lines.

A stranger must not be able to fill the log: only what a limit has let through becomes an event.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

import structlog

from services.identity.domain.accounts.records import Lock, RefusedLogin
from shared.principal import VISITOR
from shared.store.append import Cause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.domain.accounts.records import Tried
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.store.append import Reservation
    from shared.store.application import Changed

_log = structlog.get_logger()


def tell(
    desk: Desk,
    who: Principal,
    now: datetime,
    *changed: Changed,
    reserve: Sequence[Reservation] = (),
    release: Sequence[Reservation] = (),
) -> None:
    """Append what happened, by whom, under which policy; raises as `StoredApplication.append` does."""
    cause = Cause(who, correlation_id=token_hex(16), policy_version=desk.entrance.policy(now).version)
    desk.store.append(*changed, cause=cause, reserve=reserve, release=release)


def tell_refused(desk: Desk, tried: Tried, reason: str, locked_until: datetime | None, now: datetime) -> None:
    """Somebody did not come in; `locked_until` where it was once too often."""
    records: list[Changed] = [RefusedLogin.record(tried, reason, now)]
    if locked_until is not None:
        records.append(Lock.record(tried, locked_until, now))
    tell(desk, VISITOR, now, *records)


def turned_away(way: str, refusal: Refusal) -> Refusal:
    """The refusal, noted for operators: nothing was looked at."""
    _log.info("login_turned_away", way=way, reason=refusal.code)
    return refusal

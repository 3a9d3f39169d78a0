"""登錄異動後的帳號: what the register says of a place and of who practises there holds for its accounts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.people import account, accounts_at
from services.identity.application.registry.lookups import known_institution, known_practitioner
from services.identity.domain.accounts.account import AccountStatus
from services.identity.domain.accounts.register_standing import Standing
from services.identity.domain.registry.institution import institution_id
from services.identity.events import SessionEnd
from shared.application import Decision, Outcome, Result
from shared.calendar import taipei_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import FollowRegister
    from services.identity.domain.accounts.account import Account
    from shared.principal import Principal


def follow_register(desk: Desk, command: FollowRegister, _: Principal, now: datetime) -> Decision:
    """Whoever may do less by now, or more, signs in again; they are out before it is told."""
    ids = desk.store.holders_in([accounts_at(command.institution)])
    accounts = [account(desk, account_id) for account_id in ids]
    here = [found for found in accounts if found.given.institution == command.institution]
    standing = standing_of(desk, command.institution, here, now)
    for found in here:
        found.follow_register(standing, now)
    changed = [found for found in here if found.pending_events]
    for found in changed:
        is_disabled = found.status is AccountStatus.DISABLED
        end = SessionEnd.ACCOUNT_DISABLED if is_disabled else SessionEnd.RIGHTS_CHANGED
        desk.entrance.sessions.close_all(found.id, end)
    result = Result.DONE if changed else Result.UNCHANGED
    outcome = Outcome(institution_id(command.institution), len(changed), command.institution, result)
    return Decision(outcome, changed)


def standing_of(desk: Desk, code: str, accounts: Iterable[Account], now: datetime) -> Standing:
    """How the institution stands today, and who of those acted for practises there."""
    today = taipei_day(now)
    institution = known_institution(desk, code)
    numbers = {number for found in accounts for number in found.given.acts_for}
    known = (known_practitioner(desk, number) for number in numbers)
    practising = frozenset(one.number for one in known if one is not None and one.practises_at(code, today))
    return Standing(institution is not None and institution.is_open(today), practising)

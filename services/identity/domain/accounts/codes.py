"""簡訊驗證碼: what a guess at a one-time code comes to, and when somebody has to wait (IDENTITY §7).

Everything is counted for one user **and** one client, so that a stranger elsewhere cannot lock a parent out.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.domain.accounts.policies import Policy
    from services.identity.events import CodePurpose


class Verdict(StrEnum):
    """What a guess came to."""

    RIGHT = "right"
    WRONG = "wrong"
    USED_UP = "used_up"
    """The code had no tries left."""
    USED = "used"
    """It was entered rightly before."""
    EXPIRED = "expired"
    LOCKED = "locked"
    """Too many codes were used up: not even the right one counts now."""


@dataclass(frozen=True)
class Code:
    """One code on its way: all that is known of it is a keyed digest."""

    purpose: CodePurpose
    session: UUID | None
    """The open session that asked for it; None where somebody is coming in."""
    digest: bytes = field(repr=False)
    expires_at: datetime
    tries_left: int
    used: bool = False


@dataclass(frozen=True)
class Standing:
    """How one user stands at one client: the last code, and how many in a row were used up by wrong guesses."""

    code: Code | None = None
    used_up: int = 0
    locks: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Whether neither a new code nor a guess is taken at that moment."""
        return self.locked_until is not None and now < self.locked_until

    def issue(self, code: Code) -> Standing:
        """The new code voids the old one; what was counted stays counted."""
        return replace(self, code=code)


class Guessed(NamedTuple):
    """A guess, and how the user stands after it."""

    verdict: Verdict
    standing: Standing


def guess(standing: Standing, digest: bytes, now: datetime, policy: Policy) -> Guessed:
    """Compare and consume; the caller makes sure that nobody else does so at the same moment.

    `digest` is of the user, the purpose and what was entered. The comparison is made whatever stands in the way.
    """
    code = standing.code
    matches = code is not None and hmac.compare_digest(code.digest, digest)
    if standing.is_locked(now):
        return Guessed(Verdict.LOCKED, standing)
    if code is None or code.used:
        return Guessed(Verdict.USED, standing)
    if not code.tries_left:
        return Guessed(Verdict.USED_UP, standing)
    if now >= code.expires_at:
        return Guessed(Verdict.EXPIRED, standing)
    if matches:
        return Guessed(Verdict.RIGHT, Standing(code=replace(code, used=True)))
    code = replace(code, tries_left=code.tries_left - 1)
    after = replace(standing, code=code)
    return Guessed(Verdict.WRONG, after if code.tries_left else _used_up(after, now, policy))


def _used_up(standing: Standing, now: datetime, policy: Policy) -> Standing:
    used_up = standing.used_up + 1
    if used_up < policy.code_lock.after:
        return replace(standing, used_up=used_up)
    until = now + policy.code_lock.wait_after(standing.locks)
    return replace(standing, used_up=0, locks=standing.locks + 1, locked_until=until)

"""密碼錯誤次數: when a password may be tried, when a question comes first, when somebody has to wait.

A try is counted before the password is looked at, so that a hundred tries at once are a hundred tries; the right
password takes the count back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.domain.accounts.policies import LockTerms, Policy


class Answer(StrEnum):
    """What became of the plain-language question."""

    NOT_ASKED = "not_asked"
    RIGHT = "right"
    WRONG = "wrong"


class Obstacle(StrEnum):
    """What stands before a try."""

    NONE = "none"
    QUESTION = "question"
    LOCK = "lock"
    BLOCK = "block"
    """So many wrong passwords that only a reset by mail helps."""


@dataclass(frozen=True)
class Failures:
    """Wrong passwords in a row, and how often they led to a wait."""

    in_a_row: int = 0
    locks: int = 0
    locked_until: datetime | None = None

    def another(self, now: datetime, terms: LockTerms) -> Failures:
        """One more; every so many lead to a wait, each twice as long as the one before."""
        in_a_row = self.in_a_row + 1
        if in_a_row % terms.after:
            return Failures(in_a_row, self.locks, self.locked_until)
        return Failures(in_a_row, self.locks + 1, now + terms.wait_after(self.locks))


def obstacle_to_try(here: Failures, anywhere: Failures, answer: Answer, now: datetime, policy: Policy) -> Obstacle:
    """What stands before a try, given the failures for this account here, and in all places together."""
    if anywhere.in_a_row >= policy.failures_most:
        return Obstacle.BLOCK
    if here.locked_until is not None and now < here.locked_until:
        return Obstacle.LOCK
    asks = (
        here.in_a_row >= policy.failures_before_question
        or anywhere.in_a_row >= policy.failures_anywhere_before_question
    )
    return Obstacle.QUESTION if asks and answer is not Answer.RIGHT else Obstacle.NONE

"""Policy values are dated: each set holds from a Taipei day until the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


class Dated(Protocol):
    """A set of policy values with the Taipei day from which it holds."""

    @property
    def effective_from(self) -> date:
        """The first day."""


Policy = TypeVar("Policy", bound=Dated)


def in_force(day: date, policies: Sequence[Policy]) -> Policy:
    """The newest set that has begun by that Taipei day, in whichever order they are listed; before all, the first."""
    begun = [policy for policy in policies if policy.effective_from <= day]
    return max(begun or [min(policies, key=_begins)], key=_begins)


def _begins(policy: Dated) -> date:
    return policy.effective_from

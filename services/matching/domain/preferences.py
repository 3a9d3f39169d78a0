"""志願序: the preferences of one case in order, and what has become of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from services.matching.domain import refusals
from services.matching.domain.statuses import PreferenceStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from services.matching.domain.policies import Policy
    from services.matching.events import Preference
    from shared.refusals import Refusal

_BINDING = (PreferenceStatus.OFFERED, PreferenceStatus.ACCEPTED)


@dataclass(frozen=True)
class RankedPreferences:
    """Preferences by rank, from 1 and without gaps, each with its status."""

    preferences: tuple[Preference, ...]
    statuses: tuple[PreferenceStatus, ...]

    @classmethod
    def new(cls, preferences: Sequence[Preference]) -> Self:
        """None of them asked yet."""
        return cls(tuple(preferences), (PreferenceStatus.WAITING,) * len(preferences))

    def of(self, rank: int) -> Preference:
        """The preference of this rank; a guard has made sure that there is one."""
        return self.preferences[rank - 1]

    def status(self, rank: int) -> PreferenceStatus | None:
        """What has become of this rank, where there is one."""
        return self.statuses[rank - 1] if 1 <= rank <= len(self.statuses) else None

    @property
    def open(self) -> Preference | None:
        """The one that is asked, or has agreed: never more than one."""
        return next((self.preferences[place] for place, status in enumerate(self.statuses) if status in _BINDING), None)

    @property
    def waiting(self) -> tuple[Preference, ...]:
        """Those not asked yet, in order."""
        return tuple(
            preference
            for preference, status in zip(self.preferences, self.statuses, strict=True)
            if status == PreferenceStatus.WAITING
        )

    def asked_of(self, institution: str | None, doctors: Collection[str]) -> tuple[Preference, ...]:
        """Those ever put before one of these doctors of the institution, in order."""
        unheard_of = (PreferenceStatus.WAITING, PreferenceStatus.PASSED_OVER)
        return tuple(
            preference
            for preference, status in zip(self.preferences, self.statuses, strict=True)
            if preference.institution == institution and preference.doctor in doctors and status not in unheard_of
        )

    def marked(self, rank: int, status: PreferenceStatus) -> Self:
        """With another status for this rank."""
        return type(self)(self.preferences, (*self.statuses[: rank - 1], status, *self.statuses[rank:]))

    def amended(self, preferences: Sequence[Preference]) -> Self:
        """With these preferences; the ranks that were asked keep what has become of them."""
        statuses = (self.status(preference.rank) or PreferenceStatus.WAITING for preference in preferences)
        return type(self)(tuple(preferences), tuple(statuses))

    def objection_to_any_amendment(self, policy: Policy) -> Refusal | None:
        """Why no list of preferences could be taken instead of this one; None where some could."""
        fixed = sum(self._is_fixed(rank, policy) for rank in range(1, policy.preferences + 1))
        return refusals.NoPreferenceLeftToAmend() if fixed == policy.preferences else None

    def objection_to_amendment(self, amended: Sequence[Preference], policy: Policy) -> Refusal | None:
        """Why these cannot replace the present preferences; None where they can."""
        for rank, preference in enumerate(self.preferences, start=1):
            kept = rank <= len(amended) and _same_choice(amended[rank - 1], preference)
            if kept or not self._is_fixed(rank, policy):
                continue
            field = f"preferences.{rank - 1}"
            if self.status(rank) == PreferenceStatus.WAITING or rank == 1:
                return refusals.FirstPreferenceLocked(field)
            return refusals.PreferenceAlreadyAsked(field, rank=rank)
        return None

    def _is_fixed(self, rank: int, policy: Policy) -> bool:
        status = self.status(rank)
        return status is not None and (status != PreferenceStatus.WAITING or rank in policy.locked_ranks)


def _same_choice(one: Preference, other: Preference) -> bool:
    return (one.institution, one.doctor) == (other.institution, other.doctor)

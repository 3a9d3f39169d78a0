"""What is told of an institution's quota (額度)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

if TYPE_CHECKING:
    from services.support.domain.forty_percent import OwnStrength, Quota


class WeekUsed(msgspec.Struct, frozen=True):
    """The sessions of support in a week, beside the institution's own, and how many are allowed and left."""

    week: str
    sessions: int
    own_sessions: int | None
    allowed: int | None
    left: int | None
    exceeds: bool | None


class MonthUsed(msgspec.Struct, frozen=True):
    """The practitioners who support the institution in a month, beside its own doctors, and how many are allowed."""

    month: str
    supporters: int
    own_doctors: int | None
    allowed: int | None
    exceeds: bool | None


class QuotaTold(msgspec.Struct, frozen=True):
    """報備支援額度限制: what is used, what is allowed, by which rule, from what the institution has said of itself."""

    institution: str
    institution_name: str
    weekly_sessions: int | None
    doctors: int | None
    weeks: tuple[WeekUsed, ...]
    months: tuple[MonthUsed, ...]
    source: str

    @classmethod
    def of(cls, institution: str, name: str, own: OwnStrength | None, used: Quota) -> Self:
        """The quota as it is told."""
        return cls(
            institution,
            name,
            own.weekly_sessions if own else None,
            own.doctors if own else None,
            tuple(
                WeekUsed(
                    one.share.week,
                    one.share.sessions,
                    one.share.own_sessions,
                    one.allowed,
                    one.left,
                    one.share.exceeds,
                )
                for one in used.weeks
            ),
            tuple(
                MonthUsed(one.code, one.supporters, one.own_doctors, one.allowed, one.exceeds) for one in used.months
            ),
            used.source,
        )

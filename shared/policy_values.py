"""The dated policy values of a context as people read them: what each is, from which day, and what was before."""

from __future__ import annotations

import dataclasses
from datetime import date, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shared.policies import Dated
    from shared.words import PolicyWords

_SINCE = "effective_from"
_UNITS = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))
_TWO_DAYS = timedelta(days=2)
"""From here on durations are told in days: a single day is 24 hours."""


class Standing(StrEnum):
    """Where a value stands on the day that is asked about."""

    IN_FORCE = "in-force"
    FUTURE = "future"
    PAST = "past"


class PolicyVersion(msgspec.Struct, frozen=True):
    """A value, in several lines where it holds several, and the first Taipei day of it, until that of the next."""

    value: tuple[str, ...]
    since: date
    standing: Standing


class PolicyValue(msgspec.Struct, frozen=True):
    """One value: `name` as the code has it, `title` and `source` in words, its versions from the last back."""

    name: str
    title: str
    source: str
    versions: tuple[PolicyVersion, ...]


def policy_values(policies: Sequence[Dated], words: PolicyWords, today: date) -> list[PolicyValue]:
    """Every value of a context's dated sets, in the order of the code; `today` is a Taipei day."""
    if not policies:
        return []
    names = [field.name for field in dataclasses.fields(policies[0]) if field.name != _SINCE]  # type: ignore[arg-type]
    ordered = sorted(policies, key=_since)
    return [
        PolicyValue(name, words.titles[name], words.sources[name], tuple(_versions(name, ordered, words, today))[::-1])
        for name in names
    ]


def _since(policy: Dated) -> date:
    return policy.effective_from


def _versions(name: str, ordered: Sequence[Dated], words: PolicyWords, today: date) -> Iterator[PolicyVersion]:
    """The versions of one value: a set that leaves it as it was begins no new one."""
    begun = [policy for policy in ordered if not _is_repeated(name, ordered, policy)]
    for policy, following in zip(begun, [*begun[1:], None], strict=True):
        if policy.effective_from > today:
            standing = Standing.FUTURE
        elif following is not None and following.effective_from <= today:
            standing = Standing.PAST
        else:
            standing = Standing.IN_FORCE
        yield PolicyVersion(_lines(getattr(policy, name), words), policy.effective_from, standing)


def _is_repeated(name: str, ordered: Sequence[Dated], policy: Dated) -> bool:
    place = ordered.index(policy)
    return place > 0 and getattr(ordered[place - 1], name) == getattr(policy, name)


def _lines(value: Any, words: PolicyWords) -> tuple[str, ...]:
    """A value in words, several values in a line each; figures that belong together have a sentence of their own."""
    if isinstance(value, dict):
        return tuple(f"{_told(key, words)}{words.separator}{_told(one, words)}" for key, one in value.items())
    if _figures(value) is None and isinstance(value, tuple | frozenset):
        parts = sorted(value) if isinstance(value, frozenset) else value
        return tuple(_told(one, words) for one in parts)
    return (_told(value, words),)


def _told(value: Any, words: PolicyWords) -> str:
    """One value: a duration in its largest whole unit, a code in words."""
    if (figures := _figures(value)) is not None:
        return words.forms[type(value).__name__].format_map({key: _told(one, words) for key, one in figures.items()})
    if isinstance(value, bool):
        return words.units["yes" if value else "no"]
    if isinstance(value, timedelta):
        return _duration(value, words)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, StrEnum):
        return words.values.get(value, str(value))
    return str(value)


def _figures(value: Any) -> Mapping[str, Any] | None:
    if dataclasses.is_dataclass(value):
        return vars(value)
    return value._asdict() if hasattr(value, "_asdict") else None


def _duration(value: timedelta, words: PolicyWords) -> str:
    for name, unit in _UNITS[0 if value >= _TWO_DAYS else 1 :]:
        if value and value % unit == timedelta():
            return words.units[name].format(count=value // unit)
    return words.units["seconds"].format(count=int(value.total_seconds()))

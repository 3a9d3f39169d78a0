"""What can be done to a case now, and why something cannot, as the guards of the commands say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from services.gateway.web.rendering import words_of
from shared.rpc.wire import Told

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True)
class CannotDo:
    """A command that would be refused now, and why."""

    command: str
    why: str


def allowed(told: Sequence[dict[str, Any]]) -> frozenset[str]:
    """The commands that would be taken now."""
    return frozenset(one["command"] for one in told if one["objection"] is None)


def objections(told: Sequence[dict[str, Any]], shown: Collection[str]) -> list[CannotDo]:
    """Of the commands that a page speaks of, those that would be refused, each with the reason in words."""
    why_not = {one["command"]: one["objection"] for one in told if one["objection"] is not None}
    return [CannotDo(name, words_of(msgspec.convert(why_not[name], Told))) for name in shown if name in why_not]

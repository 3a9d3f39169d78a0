"""What follows matching's log, read models and processes alike, by the names that operators give."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from operate.failures import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.matching.bootstrap import MatchingContext
    from shared.read_models.model import ReadModel


def followers(matched: MatchingContext) -> dict[str, ReadModel[Any]]:
    """Every read model and every process, which has rows as well."""
    return {**matched.models, **matched.processes}


def named(matched: MatchingContext, name: str) -> ReadModel[Any]:
    """The follower of this name; raises `Mistake` with the names that come near."""
    known = followers(matched)
    if name not in known:
        raise Mistake("mistakes.unknown-model", given=name, known=_near(name, known))
    return known[name]


def chosen(matched: MatchingContext, name: str | None, *, everything: bool) -> list[ReadModel[Any]]:
    """The one that was named, or all where all were asked for; raises `Mistake` unless it is one or the other."""
    if everything is (name is not None):
        raise Mistake("mistakes.one-or-all", known=", ".join(followers(matched)))
    return [named(matched, name)] if name is not None else list(followers(matched).values())


def _near(name: str, known: Iterable[str]) -> str:
    names = list(known)
    return ", ".join(difflib.get_close_matches(name, names) or names)

"""What follows the logs, read models and processes alike, by the names that operators give."""

from __future__ import annotations

import difflib
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from operate.contexts import compose, contexts, known
from operate.failures import Mistake
from shared.installation import installation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from operate.words import Words
    from shared.context import Context
    from shared.read_models.filling import Progress
    from shared.read_models.model import ReadModel
    from shared.settings import Settings

USUAL = "matching"
"""The context that is meant where none is named."""


@contextmanager
def opened(settings: Settings, name: str) -> Iterator[Context[Any]]:
    """The context of this name, put together but not at work; raises `Mistake`."""
    known(name, contexts())
    with installation(settings) as place, ExitStack() as closing:
        if settings.is_embedded:
            # It may follow another context's log, which nobody else has installed yet.
            for other in contexts():
                if other != name:
                    closing.enter_context(compose(other)(place))
        yield closing.enter_context(compose(name)(place))


def followers(context: Context[Any]) -> dict[str, ReadModel[Any]]:
    """Every read model and every process, which has rows as well."""
    return {**context.models, **context.processes}


def named(context: Context[Any], name: str) -> ReadModel[Any]:
    """The follower of this name; raises `Mistake` with the names that come near."""
    there = followers(context)
    if name not in there:
        raise Mistake("mistakes.unknown-model", given=name, known=_near(name, there))
    return there[name]


def chosen(context: Context[Any], name: str | None, *, everything: bool) -> list[ReadModel[Any]]:
    """The one that was named, or all where all were asked for; raises `Mistake` unless it is one or the other."""
    if everything is (name is not None):
        raise Mistake("mistakes.one-or-all", known=", ".join(followers(context)))
    return [named(context, name)] if name is not None else list(followers(context).values())


def labelled(words: Words, model: ReadModel[Any], watch: Progress) -> Progress:
    """Shows which model it is about, and the stage in words."""

    def show(stage: str, done: int, total: int) -> None:
        watch(f"{model.table.name}: {words(f'stages.{stage}')}", done, total)

    return show


def _near(name: str, there: Iterable[str]) -> str:
    names = list(there)
    return ", ".join(difflib.get_close_matches(name, names) or names)

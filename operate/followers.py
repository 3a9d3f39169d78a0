"""What follows the logs, read models and processes alike, by the names that operators give."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from operate.contexts import compose, contexts, known
from operate.failures import Mistake
from shared.installation import installation
from shared.near_names import near_names

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def named(context: Context[Any], name: str) -> ReadModel[Any]:
    """The follower of this name; raises `Mistake` with the names that come near."""
    followers = context.followers
    if name not in followers:
        raise Mistake("mistakes.unknown-model", given=name, known=", ".join(near_names(name, followers)))
    return followers[name]


def chosen(context: Context[Any], name: str | None, *, everything: bool) -> list[ReadModel[Any]]:
    """The one that was named, or all where all were asked for; raises `Mistake` unless it is one or the other."""
    if everything is (name is not None):
        raise Mistake("mistakes.one-or-all", known=", ".join(context.followers))
    return [named(context, name)] if name is not None else list(context.followers.values())


def labelled(words: Words, model: ReadModel[Any], watch: Progress) -> Progress:
    """Shows which model it is about, and the stage in words."""

    def show(stage: str, done: int, total: int) -> None:
        watch(f"{model.table.name}: {words(f'stages.{stage}')}", done, total)

    return show

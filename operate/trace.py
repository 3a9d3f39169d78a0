"""`caretrail trace`: one request across all contexts, what caused what, and what was refused of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from operate.contexts import compose, contexts
from operate.failures import Mistake
from operate.inspecting import named
from operate.session import Session, taipei_time
from shared.inspection.asking import Inspection, Patience
from shared.inspection.events import Fact
from shared.inspection.trace import Step, Traced, tree
from shared.installation import installation

if TYPE_CHECKING:
    from operate.words import Words
    from shared.context import Context


class Request(msgspec.Struct):
    """All that is known of one request, context by context."""

    correlation: str
    contexts: list[Traced]


def trace(context: typer.Context, *, correlation: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show what one request has led to, and what was refused of it."""
    session: Session = context.obj
    known = []
    with installation(session.settings) as place:
        for name in contexts():
            with compose(name)(place) as composed, session.progress() as watch:
                known.append(_known(session.words, composed, correlation, watch))
    if not any(one.facts or one.refused for one in known):
        raise Mistake("mistakes.unknown-request", given=correlation)
    told = [_line(session.words, step) for step in tree(known)]
    left_out = [session.words("trace.more", context=one.context, count=one.more) for one in known if one.more]
    session.show(Request(correlation, known), *told, *left_out)


def _known(words: Words, composed: Context[Any], correlation: str, watch: Any) -> Traced:
    def progress(stage: str, done: int, total: int) -> None:
        watch(f"{composed.name}: {words(f'stages.{stage}')}", done, total)

    return Inspection(composed, Patience(progress=progress)).trace(correlation)


def _line(words: Words, step: Step) -> str:
    indent = "  " * step.depth
    if isinstance(step.what, Fact):
        return indent + named(step.what)
    refused = step.what
    figures = {"at": taipei_time(refused.at), "method": refused.method, "code": refused.code}
    return indent + words("trace.refused", **figures, role=refused.role, actor=refused.actor)

"""Which contexts there are to ask, and what each can be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, url_for

from services.gateway.web.asking import caller
from services.gateway.web.wording import CONTEXTS, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Callable


def known_context(name: str) -> str:
    """The name, where there is such a context; else the page is not there."""
    if name not in CONTEXTS:
        abort(404)
    return name


def event_address(event_id: str) -> str | None:
    """The page of the event of this id, `matching/48166`; None for what is no event, such as the id of a command."""
    context, _, position = event_id.partition("/")
    if context not in CONTEXTS or not position.isdigit():
        return None
    return url_for("console.event", context=context, position=int(position))


def of_each(ask: Callable[[str], Any]) -> tuple[dict[str, Any], list[str]]:
    """What every context answers, by name, and those that do not answer at present."""
    answers, silent = {}, []
    for name in CONTEXTS:
        try:
            answers[name] = ask(name)
        except UNANSWERED:
            silent.append(name)
    return answers, silent


def inspectables() -> dict[str, Any]:
    """What can be asked about, by context; those that do not answer at present are left out."""
    return of_each(lambda name: caller().ask(f"{name}.inspectable"))[0]

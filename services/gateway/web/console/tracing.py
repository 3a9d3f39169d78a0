"""One request across the contexts: what it has led to, what caused what, and what was refused of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import of_each
from services.gateway.web.rendering import show
from shared.inspection.events import Fact
from shared.inspection.trace import Traced, tree

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@CONSOLE.page("/console/trace", READERS)
def ask_trace() -> ResponseReturnValue:
    """Enter the id that a page, a log line or an event names."""
    if correlation := request.args.get("correlation", "").strip():
        return redirect(url_for("console.trace", correlation=correlation), 303)
    return show("console/ask_trace.html")


@CONSOLE.page("/console/trace/<path:correlation>", READERS)
def trace(correlation: str) -> ResponseReturnValue:
    """All that belongs to one request, each event below the one that caused it."""
    answers, silent = of_each(lambda name: caller().ask(f"{name}.trace_request", {"correlation_id": correlation}))
    unfinished = [answer for answer in answers.values() if answer["traced"] is None]
    if unfinished:
        looked, total = (sum(answer[part] for answer in unfinished) for part in ("looked", "total"))
        return show("console/looking.html", looked=looked, total=total)
    known = [msgspec.convert(answer["traced"], Traced) for answer in answers.values()]
    return show(
        "console/trace.html",
        correlation=correlation,
        steps=[(step, isinstance(step.what, Fact)) for step in tree(known)],
        more=sum(one.more for one in known),
        silent=silent,
    )

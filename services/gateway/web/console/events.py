"""事件紀錄: what has happened in a context, the newest first, and each event as it was published."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from flask import request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import inspectables, known_context
from services.gateway.web.console.places import place_in
from services.gateway.web.faults import Faults
from services.gateway.web.rendering import refused, show
from services.gateway.web.wording import CONTEXTS
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@CONSOLE.page("/console/events", READERS)
def events() -> ResponseReturnValue:
    """The events of one context, narrowed by type, by what they are about, and from where on."""
    context = known_context(request.args.get("context") or CONTEXTS[0])
    kind, subject = request.args.get("type", ""), folded(request.args.get("subject", ""))
    faults = Faults()
    known = inspectables()
    types = known[context]["types"] if context in known else []
    asked: dict[str, Any] = {"types": [kind] if kind in types else [], "subject": subject}
    asked |= place_in("before", request.args.get("before", ""), "before", faults)
    found = caller().ask(f"{context}.find_events", asked)
    if found["facts"] is None:
        return show("console/looking.html", looked=found["looked"], total=found["total"])
    narrowed = {"context": context, "type": kind, "subject": subject}
    return (refused if faults else show)(
        "console/events.html",
        facts=found["facts"],
        older=_address({**narrowed, "before": found["before"]}) if found["before"] else None,
        context=context,
        contexts=CONTEXTS,
        kind=kind,
        types=types,
        subject=subject,
        before=request.args.get("before", ""),
        faults=faults,
    )


@CONSOLE.page("/console/events/<context>/<int:position>", READERS)
def event(context: str, position: int) -> ResponseReturnValue:
    """One event as it was published."""
    answer = caller().ask(f"{known_context(context)}.published_event", {"position": position})
    told = msgspec.json.decode(answer["body"])
    return show(
        "console/event.html",
        told=told,
        context=context,
        position=position,
        body=json.dumps(told, ensure_ascii=False, indent=2),
    )


def _address(narrowed: dict[str, Any]) -> str:
    return f"{url_for('console.events')}?{urlencode({name: given for name, given in narrowed.items() if given})}"

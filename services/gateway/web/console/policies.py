"""政策: the dated values that decisions are made by, and what was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import known_context
from services.gateway.web.rendering import language, show
from services.gateway.web.wording import CONTEXTS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@CONSOLE.page("/console/policies", READERS)
def policies() -> ResponseReturnValue:
    """Every value of one context, with its versions."""
    context = known_context(request.args.get("context") or CONTEXTS[0])
    values = caller().ask(f"{context}.policy_values", {"language": language()})
    return show("console/policies.html", values=values, context=context, contexts=CONTEXTS)

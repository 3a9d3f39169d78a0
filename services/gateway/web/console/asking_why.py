"""為什麼: which row is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.rendering import show

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@CONSOLE.page("/console/why", READERS)
def ask_why() -> ResponseReturnValue:
    """Choose a row of a read model."""
    return show("console/ask_why.html", typed=request.args)

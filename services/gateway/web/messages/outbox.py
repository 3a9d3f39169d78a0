"""本機寄件匣: every mail and SMS with its codes and links, on a machine that sends none and is nobody else's to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.messages.area import MESSAGES
from services.gateway.web.rendering import show

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@MESSAGES.page("/outbox", EVERYBODY)
def outbox() -> ResponseReturnValue:
    """The newest first; the notifier refuses where messages are really sent, or the site is not this machine's."""
    cursor = request.args.get("after")
    found = caller().ask("notifier.outbox", {"cursor": cursor} if cursor else {})
    following = url_for("messages.outbox", after=found["following"]) if found["following"] else None
    return show("messages/outbox.html", letters=found["entries"], following=following)

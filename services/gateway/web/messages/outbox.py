"""本機寄件匣: every mail and SMS with its codes and links, on a machine that sends none and is nobody else's to see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import request, url_for

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.messages.area import MESSAGES
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show
from shared.rpc.wire import RemoteRefusal, Told
from shared.settings import LOOPBACK

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
"""What proxies add to a request, whose sender may be anybody."""


@MESSAGES.page("/outbox", EVERYBODY)
def outbox() -> ResponseReturnValue:
    """The newest first; refused where messages are really sent, the site is not this machine's, or who asks is not."""
    if not _is_from_this_machine():
        raise RemoteRefusal(Told("outbox-not-shown"))
    found = caller().ask("notifier.outbox", {"cursor": cursor_asked()})
    following = url_for("messages.outbox", cursor=found["following"]) if found["following"] else None
    return show("messages/outbox.html", letters=found["entries"], following=following)


def _is_from_this_machine() -> bool:
    """Whether a browser here asks, by a name of this machine: a page elsewhere can have its own name lead here."""
    is_passed_on = any(name in request.headers for name in _PASSED_ON)
    return request.remote_addr in LOOPBACK and _HOST.fullmatch(request.host) is not None and not is_passed_on

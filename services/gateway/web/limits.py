"""How often one network address may do a thing: a first wall, counted in this process.

What matters is counted again where it is kept: identity's own limits hold for all processes, and outlive them.
"""

from __future__ import annotations

import functools
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from services.gateway.web.asking import API_PATH
from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue
    from limits import WindowStats

    from services.gateway.web.areas import View

FORMS = "300/minute"
"""Forms sent from one address; a whole institution may stand behind one."""
_EXTENSION = "limits"
_MINUTE = 60


class TooOften(TooManyRequests):
    """One address has asked for a thing too often; `again_at` is the minute from which it is taken again."""

    def __init__(self, again_at: datetime) -> None:
        self.again_at = again_at
        super().__init__(retry_after=again_at)

    def seconds(self, now: datetime) -> int:
        """How long to wait, for `Retry-After`."""
        return max(1, math.ceil((self.again_at - now).total_seconds()))


def guard(app: Flask) -> None:
    """Count every form that is sent, and whatever is `limited`."""
    app.extensions[_EXTENSION] = MovingWindowRateLimiter(MemoryStorage())
    app.before_request(_count_forms)


def limited(name: str, rate: str) -> Callable[[View], View]:
    """Answer a view so often to one address, `10/minute` say; those of one name are counted together."""

    def guarding(view: View) -> View:
        @functools.wraps(view)
        def counted(**arguments: Any) -> ResponseReturnValue:
            count(name, rate)
            return view(**arguments)

        return counted

    return guarding


def count(name: str, rate: str, who: str | None = None) -> WindowStats:
    """One more of this name from somebody, or else from the present request's address; what is left.

    Raises `TooOften`.
    """
    limiter: MovingWindowRateLimiter = current_app.extensions[_EXTENSION]
    item, place = parse(rate), (name, who or counted_address(request.remote_addr or ""))
    is_taken = limiter.hit(item, *place)
    left = limiter.get_window_stats(item, *place)
    if not is_taken:
        raise TooOften(datetime.fromtimestamp(math.ceil(left.reset_time / _MINUTE) * _MINUTE, UTC))
    return left


def _count_forms() -> None:
    if request.method == "POST" and not request.path.startswith(API_PATH):  # programs are counted one by one
        count("forms", FORMS)

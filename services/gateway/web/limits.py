"""How often one network address may do a thing: a first wall, counted in this process.

What matters is counted again where it is kept: identity's own limits hold for all processes, and outlive them.
"""

from __future__ import annotations

import functools
import math
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from services.gateway.web.asking import API_PATH
from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from services.gateway.web.areas import View

FORMS = 300
"""Forms sent from one address within a minute; a whole institution may stand behind one."""
_EXTENSION = "limits"
_MINUTE = 60.0
_SWEPT_EVERY = 10.0
"""Seconds after which those are forgotten who have asked for nothing within the last minute."""


class Left(NamedTuple):
    """How much may still be asked, and after how many seconds the first of what was asked counts no more."""

    remaining: int
    seconds: float


class Windows:
    """When each has asked within the last minute.

    The library `limits` begins a thread every 10 ms that looks at all of them: at 500 requests a second and as many
    callers it takes 0.75 ms of each request, this 0.02 ms.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` in seconds, from any moment on."""
        self._now = now
        self._asked: dict[tuple[str, str], deque[float]] = {}
        self._swept = now()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._asked)

    def take(self, name: str, who: str, most: int) -> Left | None:
        """One more of this name for this one, and what is left of the `most` in a minute; None: there is none left."""
        now = self._now()
        if now - self._swept > _SWEPT_EVERY:
            self._sweep(now)
        asked = self._asked.setdefault((name, who), deque())
        while asked and asked[0] <= now - _MINUTE:
            asked.popleft()
        if len(asked) >= most:
            return None
        asked.append(now)
        return Left(most - len(asked), asked[0] + _MINUTE - now)

    def wait(self, name: str, who: str) -> float:
        """In how many seconds somebody who has asked too often may ask again."""
        return self._asked[name, who][0] + _MINUTE - self._now()

    def _sweep(self, now: float) -> None:
        self._swept = now
        self._asked = {key: asked for key, asked in self._asked.items() if asked and asked[-1] > now - _MINUTE}


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
    app.extensions[_EXTENSION] = Windows()
    app.before_request(_count_forms)


def limited(name: str, most: int) -> Callable[[View], View]:
    """Answer a view so often within a minute to one address; those of one name are counted together."""

    def guarding(view: View) -> View:
        @functools.wraps(view)
        def counted(**arguments: Any) -> ResponseReturnValue:
            count(name, most)
            return view(**arguments)

        return counted

    return guarding


def count(name: str, most: int, who: str | None = None) -> Left:
    """One more of this name from somebody, or else from the present request's address; what is left of the minute.

    Raises `TooOften`.
    """
    windows: Windows = current_app.extensions[_EXTENSION]
    asking = who or counted_address(request.remote_addr or "")
    left = windows.take(name, asking, most)
    if left is None:
        again = time.time() + windows.wait(name, asking)
        raise TooOften(datetime.fromtimestamp(math.ceil(again / _MINUTE) * _MINUTE, UTC))
    return left


def _count_forms() -> None:
    if request.method == "POST" and not request.path.startswith(API_PATH):  # programs are counted one by one
        count("forms", FORMS)

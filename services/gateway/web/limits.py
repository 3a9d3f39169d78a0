"""How often one network address may do a thing: a first wall, counted in this process.

What matters is counted again where it is kept: identity's own limits hold for all processes, and outlive them.
"""

from __future__ import annotations

import functools
import math
import time
from collections import OrderedDict, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from services.gateway.web.asking import API_PATH
from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from services.gateway.web.areas import View

FORMS = 300
"""Forms a minute sent from one address; a whole institution may stand behind one."""
_EXTENSION = "limits"
_MINUTE = 60


class Window(NamedTuple):
    """Whether one more is taken, how many are left, and in how many seconds there is one more again."""

    is_taken: bool
    left: int
    seconds: float


class Tally:
    """What each has done within the last minute; whoever has done nothing for so long is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._moments: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def take(self, who: Hashable, most: int) -> Window:
        """One more of somebody who may do it `most` times a minute, at least once."""
        now = self._clock()
        self._forget(now - _MINUTE)
        moments = self._moments.setdefault(who, deque())
        while moments and moments[0] <= now - _MINUTE:
            moments.popleft()
        if is_taken := len(moments) < most:
            moments.append(now)
            self._moments.move_to_end(who)
        return Window(is_taken, max(0, most - len(moments)), moments[0] + _MINUTE - now)

    def _forget(self, before: float) -> None:
        """Whoever has come last comes last here."""
        while self._moments and next(iter(self._moments.values()))[-1] <= before:
            self._moments.popitem(last=False)

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._moments)


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
    app.extensions[_EXTENSION] = Tally()
    app.before_request(_count_forms)


def limited(name: str, most: int) -> Callable[[View], View]:
    """Answer a view so often a minute to one address; those of one name are counted together."""

    def guarding(view: View) -> View:
        @functools.wraps(view)
        def counted(**arguments: Any) -> ResponseReturnValue:
            count(name, most)
            return view(**arguments)

        return counted

    return guarding


def count(name: str, most: int, who: str | None = None) -> Window:
    """One more of this name from somebody, or else from the present request's address; what is left of the minute.

    Raises `TooOften`.
    """
    tally: Tally = current_app.extensions[_EXTENSION]
    window = tally.take((name, who or counted_address(request.remote_addr or "")), most)
    if not window.is_taken:
        raise TooOften(datetime.fromtimestamp(math.ceil((time.time() + window.seconds) / _MINUTE) * _MINUTE, UTC))
    return window


def _count_forms() -> None:
    if request.method == "POST" and not request.path.startswith(API_PATH):  # programs are counted one by one
        count("forms", FORMS)

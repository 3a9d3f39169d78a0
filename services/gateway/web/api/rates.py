"""How often one caller may ask, told with every answer (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from flask import g, request

from services.gateway.web.asking import caller
from services.gateway.web.limits import count
from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from flask import Response

_MINUTE = 60
_NAME = "api"


def count_caller() -> None:
    """One request more of whoever is signed in, or else of this address. Raises `TooOften`."""
    known = caller().known
    who = known.session_id if known else counted_address(request.remote_addr or "")
    g.rate_left = count(_NAME, f"{caller().front.api_rate}/minute", who)


def tell_rate(response: Response) -> Response:
    """Say what is allowed, and how much of it is left for how many seconds."""
    response.headers["RateLimit-Policy"] = f'"{_NAME}";q={caller().front.api_rate};w={_MINUTE}'
    if "rate_left" in g:
        seconds = max(0, math.ceil(g.rate_left.reset_time - time.time()))
        response.headers["RateLimit"] = f'"{_NAME}";r={g.rate_left.remaining};t={seconds}'
    return response

"""How often one caller may ask, told with every answer (draft-ietf-httpapi-ratelimit-headers-10)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flask import g, request

from services.gateway.web.asking import caller
from services.gateway.web.limits import count
from shared.client_addresses import counted_address

if TYPE_CHECKING:
    from flask import Response

    from services.gateway.web.limits import Left

_MINUTE = 60
_NAME = "api"


def count_caller() -> None:
    """One request more of whoever is signed in, or else of this address. Raises `TooOften`."""
    known = caller().known
    who = known.session_id if known else counted_address(request.remote_addr or "")
    g.rate_left = count(_NAME, caller().front.api_rate, who)


def tell_rate(response: Response) -> Response:
    """Say what is allowed, and how much of it is left for how many seconds."""
    response.headers["RateLimit-Policy"] = f'"{_NAME}";q={caller().front.api_rate};w={_MINUTE}'
    if "rate_left" in g:
        left: Left = g.rate_left
        response.headers["RateLimit"] = f'"{_NAME}";r={left.remaining};t={math.ceil(left.seconds)}'
    return response

"""讀卡程式: where a page finds the card agent on its reader's own computer, and may ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.asking import caller
from services.gateway.web.rendering import show
from services.gateway.web.security import CONTENT_SECURITY
from shared.cards.agent import PORTS, VERSION
from shared.cards.profiles import CardKind

if TYPE_CHECKING:
    from http import HTTPStatus

    from flask import Response

ADDRESSES = tuple(f"http://127.0.0.1:{port}" for port in PORTS)
"""Where the agent may listen."""
_CONTENT_SECURITY = f"{CONTENT_SECURITY}; connect-src 'self' {' '.join(ADDRESSES)}"


def show_with_agent(template: str, status: HTTPStatus, **figures: object) -> Response:
    """A page whose script may speak to the agent on the reader's computer, which no other page may."""
    page = show(
        template,
        status,
        agents=ADDRESSES,
        oldest_agent=VERSION,
        agent_command=f"caretrail card agent --origin {caller().front.site}",
        kinds=tuple(CardKind),
        **figures,
    )
    page.headers["Content-Security-Policy"] = _CONTENT_SECURITY
    return page

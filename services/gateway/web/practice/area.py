"""What people see of the register who come in by a card."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import session

from services.gateway.web.areas import Area
from services.gateway.web.menu import staff_menu
from services.gateway.web.practice.licences import Standing, standing_until
from services.gateway.web.rendering import today
from services.gateway.web.sign_in.front_desk import CARD_ENDS_ON
from shared.principal import Role

PRACTICE = Area("practice", __name__)
PRACTICE.context_processor(staff_menu)

PRACTITIONERS = frozenset({Role.PRACTITIONER})
INSTITUTIONS = frozenset({Role.INSTITUTION})


@PRACTICE.context_processor
def of_every_page() -> dict[str, Any]:
    """When the card ends by which somebody has come in, where that is soon; None otherwise."""
    told = session.get(CARD_ENDS_ON)
    ends = date.fromisoformat(told) if told else None
    return {"card_ends": ends if standing_until(ends, today()) is Standing.ENDS else None}

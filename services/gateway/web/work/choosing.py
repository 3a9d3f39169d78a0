"""What the filters of a work list offer to choose from."""

from __future__ import annotations

from services.gateway.web.asking import caller
from services.gateway.web.counties import Choice
from services.gateway.web.rendering import t

BIRTH_ORDERS = ("0", "1", "2", "3", "4")
"""胎次: 0 for a single child."""


def birth_order_choices() -> list[Choice]:
    """胎次."""
    return [
        Choice(order, t("work.child.single") if order == "0" else t("work.child.twin", number=order))
        for order in BIRTH_ORDERS
    ]


def own_doctors() -> dict[str, str]:
    """The doctors in whose name the caller works: names by number, the number itself where there is no name."""
    known = caller().known
    return {one.number: one.name or one.number for one in known.badge.doctors} if known else {}

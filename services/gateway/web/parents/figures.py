"""What every page of a family can say: the phone by which it came in, counties and districts."""

from __future__ import annotations

from typing import Any

from services.gateway.web.asking import caller
from services.gateway.web.counties import county_choices, district_choices
from services.gateway.web.parents.area import PARENTS


def proved_mobile() -> str:
    """The phone by which the family came in, at which it will be reached; empty of a visitor."""
    known = caller().known
    return known.badge.mobile if known else ""


@PARENTS.context_processor
def figures() -> dict[str, Any]:
    """For the templates."""
    return {
        "mobile": proved_mobile(),
        "counties": county_choices(),
        "districts_of": district_choices,
    }

"""What health bureaus see: the cases of their county, and what waits for them."""

from __future__ import annotations

from typing import Any

from services.gateway.web.areas import Area
from services.gateway.web.menu import staff_menu
from services.gateway.web.rendering import today

BUREAU = Area("bureau", __name__)
BUREAU.context_processor(staff_menu)


@BUREAU.context_processor
def of_every_page() -> dict[str, Any]:
    """The day."""
    return {"today": today()}

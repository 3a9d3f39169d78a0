"""What clinics see: what their doctors have been asked, and what they answer."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from services.gateway.web.areas import Area
from services.gateway.web.rendering import t, today
from services.gateway.web.work.choosing import Choice, own_doctors

CLINIC = Area("clinic", __name__)


@CLINIC.context_processor
def of_every_page() -> dict[str, Any]:
    """The menu, the day, and the doctors in whose name the caller works."""
    doctors = own_doctors()
    return {
        "today": today(),
        "doctors": doctors,
        "doctor_choices": [Choice(number, name) for number, name in doctors.items()],
        "menu": _menu(),
    }


def _menu() -> list[dict[str, Any]]:
    here = (request.endpoint or "").partition(".")[2]
    pages = (
        (t("clinic.menu.queue"), url_for("clinic.queue"), here not in {"enrolled", "close", "places"}),
        (t("clinic.menu.enrolled"), url_for("clinic.enrolled"), here in {"enrolled", "close"}),
        (t("clinic.menu.places"), url_for("clinic.places"), here == "places"),
        (t("work.menu.messages"), "/messages", False),
    )
    return [{"text": text, "href": href, "current": current} for text, href, current in pages]

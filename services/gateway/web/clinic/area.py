"""What clinics see: what their doctors have been asked, and what they answer."""

from __future__ import annotations

from typing import Any

from services.gateway.web.areas import Area
from services.gateway.web.counties import Choice
from services.gateway.web.menu import staff_menu
from services.gateway.web.rendering import today
from services.gateway.web.work.choosing import own_doctors

CLINIC = Area("clinic", __name__)
CLINIC.context_processor(staff_menu)


@CLINIC.context_processor
def of_every_page() -> dict[str, Any]:
    """The day, and the doctors in whose name the caller works."""
    doctors = own_doctors()
    choices = [Choice(number, name) for number, name in doctors.items()]
    return {"today": today(), "doctors": doctors, "doctor_choices": choices}

"""One case as the clinic sees it: the decision first, what cannot be done and why, the family, what has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.clinic.offers import Offer
from services.gateway.web.letters import letters_of
from services.gateway.web.rendering import show
from services.gateway.web.work.actions import allowed, objections

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

SHOWN = ("accept_offer", "decline_offer", "release_notice", "export_cases", "change_contact")
"""The commands that the page speaks of, in this order."""


@CLINIC.page("/clinic/cases/<uuid:case_id>", CLINICS)
def offer(case_id: UUID) -> ResponseReturnValue:
    """媒合案件."""
    told = caller().ask("matching.clinic_case", {"case_id": str(case_id)})
    offered = msgspec.convert(told["offer"], Offer)
    return show(
        "clinic/offer.html",
        offer=offered,
        earlier=msgspec.convert(told["earlier"], list[Offer]),
        can=allowed(told["actions"]),
        cannot=objections(told["actions"], SHOWN),
        letters=letters_of(offered.case_no),
    )

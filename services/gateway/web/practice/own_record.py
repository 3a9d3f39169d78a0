"""個人資料: what the register says of whoever has come in by a card of their own, and what ends soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.practice.area import PRACTICE, PRACTITIONERS
from services.gateway.web.practice.licences import Practitioner
from services.gateway.web.rendering import show, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@PRACTICE.page("/practice", PRACTITIONERS)
def own_record() -> ResponseReturnValue:
    """Name, profession, place and licences (S001)."""
    found = msgspec.convert(caller().ask("identity.own_record"), Practitioner | None)
    if found is None:
        return show("practice/no_record.html")
    place = caller().ask("identity.institution", {"code": found.institution}) if found.institution else None
    licences = [(one, one.standing(today())) for one in found.licences]
    return show("practice/own_record.html", record=found, place=place, licences=licences)

"""本院所人員: who practises at the institution whose card somebody holds; of no other institution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import url_for

from services.gateway.web.asking import caller
from services.gateway.web.paging import cursor_asked
from services.gateway.web.practice.area import INSTITUTIONS, PRACTICE
from services.gateway.web.practice.licences import Practitioner
from services.gateway.web.rendering import show, today

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 50


@PRACTICE.page("/practice/staff", INSTITUTIONS)
def staff() -> ResponseReturnValue:
    """A page of them, with the licence of each that holds longest."""
    known = caller().known
    code = known.institution if known else None
    asked = {"institution": code, "limit": PAGE, "cursor": cursor_asked()}
    found = caller().ask("identity.personnel", asked)
    people = msgspec.convert(found["entries"], list[Practitioner])
    rows = [(one, lasting, lasting and lasting.standing(today())) for one in people for lasting in [one.lasting()]]
    following = url_for("practice.staff", cursor=found["following"]) if found["following"] else None
    return show("practice/staff.html", staff=rows, following=following, code=code)

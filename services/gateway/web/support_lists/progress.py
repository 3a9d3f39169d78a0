"""申辦進度查詢: how far a case has come, for anybody who holds its number; and no word of whom it is about."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec
from flask import request

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.limits import count
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.support_lists.area import SUPPORT_LISTS
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ASKED_A_MINUTE = 20
"""Case numbers follow one another: whoever tries them out gets no further than this."""
_NUMBER_LIMIT = 20


class Progress(msgspec.Struct, frozen=True):
    """What anybody is told."""

    case_no: str
    kind: str
    state: str
    submitted_at: datetime | None
    due_by: datetime | None
    decided_at: datetime | None


@SUPPORT_LISTS.page("/support/progress", EVERYBODY)
def progress() -> ResponseReturnValue:
    """Asks for a number, and tells of its case."""
    number = folded(request.args.get("case_no", ""))
    if "case_no" not in request.args:
        return show("support_lists/progress.html", typed=number, told=None, faults=Faults())
    count("support-progress", ASKED_A_MINUTE)
    faults = Faults()
    if not number.isdecimal() or len(number) > _NUMBER_LIMIT:
        faults.add("case_no", t("support_lists.progress.no-number"))
        return refused("support_lists/progress.html", typed=number, told=None, faults=faults)
    try:
        told = msgspec.convert(caller().ask("support.progress", {"case_no": number}), Progress)
    except RemoteRefusal as refusal:
        return refused("support_lists/progress.html", typed=number, told=None, faults=Faults.of(refusal))
    return show("support_lists/progress.html", typed=number, told=told, faults=faults)

"""異動執登場所: what locks somebody out of 登錄 and 變更, and 執行整批註銷 of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import counted, refused, show
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.shapes import LockListed
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def own_locks() -> list[LockListed]:
    """What locks the caller, or the caller's people, out."""
    return msgspec.convert(caller().ask("support.move_locks"), list[LockListed])


@SUPPORT.page("/support/locks", APPLICANTS, ("GET", "POST"))
def locks() -> ResponseReturnValue:
    """未註銷之已核准報備支援案件, and 整批註銷 of those of one practitioner once it has been confirmed."""
    faults = Faults()
    if not is_opened():
        form = request.form
        named = {name: form.get(name, "") for name in ("practitioner", "institution")}
        count = form.get("supports", 0, int)
        if "confirmed" not in form:
            return _page(faults, confirming=(named["practitioner"], named["institution"]))
        if given_command("support.cancel_all_outstanding", {**named, "supports": count}, form, faults):
            flash(counted("support.locks.done", count), "done")
            return redirect(url_for("support.locks"), HTTPStatus.SEE_OTHER)
    return _page(faults)


def _page(faults: Faults, confirming: tuple[str, str] | None = None) -> ResponseReturnValue:
    answer = refused if faults else show
    return answer("support/locks.html", locks=own_locks(), confirming=confirming, faults=faults)

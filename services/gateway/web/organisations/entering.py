"""設定機構管理者, 新增機構使用者: who and from when to when, looked at once more, and only then the command."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.organisations.area import KEEPERS, NAMING, ORGANISATIONS
from services.gateway.web.organisations.days import days_entered
from services.gateway.web.organisations.members import own_organisation
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

_NEEDED = ("name", "identifier")


@ORGANISATIONS.page("/organisation/people/add", KEEPERS, ("GET", "POST"))
def enter() -> ResponseReturnValue:
    """A manager, by the card of the organisation; a user, by a manager."""
    form, faults = typed(), Faults()
    what = "manager" if caller().role in NAMING else "user"
    page: dict[str, Any] = {"what": what, "typed": form, "faults": faults}
    if is_opened() or "mend" in form:
        return show("organisations/enter.html", **page)
    entered = _entered(form, faults)
    if not faults and "confirmed" in form:
        method = "identity.name_manager" if what == "manager" else "identity.add_user"
        if outcome := given_command(method, {"organisation": own_organisation(), **entered}, form, faults):
            flash(t(f"organisations.enter.done-{what}", name=entered["name"]), "done")
            return redirect(url_for("organisations.person", member=outcome.number), HTTPStatus.SEE_OTHER)
    if faults:
        return refused("organisations/enter.html", **page)
    return show("organisations/enter_check.html", **page, entered=entered)


def _entered(form: Mapping[str, str], faults: Faults) -> dict[str, str | None]:
    """What was typed, as the commands take it; `faults` hears of what is missing."""
    for name in _NEEDED:
        if not form.get(name, "").strip():
            faults.add(name, t(f"organisations.enter.{name}-missing"))
    people = {name: form.get(name, "").strip() for name in (*_NEEDED, "mobile")}
    return people | days_entered(form, faults)

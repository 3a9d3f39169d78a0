"""使用者授權管理: what somebody of the organisation may use, from when to when; and no longer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.organisations.area import MANAGERS, ORGANISATIONS
from services.gateway.web.organisations.days import days_entered
from services.gateway.web.organisations.members import member_of_own, own_organisation
from services.gateway.web.rendering import label, refused, show, t, today
from services.gateway.web.work.giving import given as given_command
from shared.principal import Service

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


@ORGANISATIONS.page("/organisation/people/<uuid:member>/grant", MANAGERS, ("GET", "POST"))
def grant(member: UUID) -> ResponseReturnValue:
    """A service and its days, looked at once more; a service that is granted already gets other days."""
    person, form, faults = member_of_own(member), typed(), Faults()
    offered = _offered()
    chosen = _service(form.get("service") or request.args.get("service", ""), offered)
    page: dict[str, Any] = {
        "person": person,
        "offered": offered,
        "chosen": chosen,
        "typed": form,
        "faults": faults,
        "today": today(),
    }
    if is_opened() or "mend" in form:
        return show("organisations/grant.html", **page)
    if chosen is None:
        faults.add("service", t("organisations.grant.service-missing"))
    days = days_entered(form, faults)
    if not faults and "confirmed" in form:
        asked = {"organisation": own_organisation(), "member": str(member), "service": chosen, **days}
        if given_command("identity.grant_service", asked, form, faults):
            flash(t("organisations.grant.done", service=label(chosen), name=person.name or ""), "done")
            return redirect(url_for("organisations.person", member=member), HTTPStatus.SEE_OTHER)
    if faults:
        return refused("organisations/grant.html", **page)
    return show("organisations/grant_check.html", **page, days=days)


@ORGANISATIONS.page("/organisation/people/<uuid:member>/revoke/<service>", MANAGERS, ("GET", "POST"))
def revoke(member: UUID, service: str) -> ResponseReturnValue:
    """取消授權: confirmed on a page of its own."""
    person, faults = member_of_own(member), Faults()
    granted = _service(service, tuple(one.service for one in person.grants))
    if granted is None:
        raise NotFound
    if not is_opened():
        asked = {"organisation": own_organisation(), "member": str(member), "service": granted}
        if given_command("identity.revoke_service", asked, request.form, faults):
            flash(t("organisations.revoke.done", service=label(granted), name=person.name or ""), "done")
            return redirect(url_for("organisations.person", member=member), HTTPStatus.SEE_OTHER)
        return refused("organisations/revoke.html", person=person, service=granted, faults=faults)
    return show("organisations/revoke.html", person=person, service=granted, faults=faults)


def _offered() -> tuple[Service, ...]:
    """The services that the caller's organisation grants, as identity knows."""
    found = caller().ask("identity.organisation", {"organisation": own_organisation()})
    return tuple(Service(one) for one in found["offered"])


def _service(given: str, among: tuple[Service, ...]) -> Service | None:
    return next((one for one in among if one == given), None)

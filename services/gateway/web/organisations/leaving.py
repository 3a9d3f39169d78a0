"""取消機構管理者, 移除機構使用者: confirmed on a page of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import Forbidden

from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.organisations.area import KEEPERS, ORGANISATIONS
from services.gateway.web.organisations.members import member_of_own, own_organisation
from services.gateway.web.organisations.people import may_remove
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


@ORGANISATIONS.page("/organisation/people/<uuid:member>/remove", KEEPERS, ("GET", "POST"))
def remove(member: UUID) -> ResponseReturnValue:
    """With every service granted to them here."""
    person, faults = member_of_own(member), Faults()
    if not may_remove(person):
        raise Forbidden
    if not is_opened():
        method = "identity.remove_manager" if person.is_manager else "identity.remove_user"
        if given_command(method, {"organisation": own_organisation(), "member": str(member)}, request.form, faults):
            flash(t("organisations.remove.done", name=person.name or ""), "done")
            return redirect(url_for("organisations.people"), HTTPStatus.SEE_OTHER)
        return refused("organisations/remove.html", person=person, faults=faults)
    return show("organisations/remove.html", person=person, faults=faults)

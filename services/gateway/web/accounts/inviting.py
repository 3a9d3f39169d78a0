"""邀請帳號: the role and the place first, then the person."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from services.gateway.web.accounts.area import ACCOUNTS, KEEPERS
from services.gateway.web.accounts.rights import choices_of, faults_of, rights_entered, role_chosen, roles_to_give
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


@ACCOUNTS.page("/accounts/invite", KEEPERS, ("GET", "POST"))
def invite() -> ResponseReturnValue:
    """A link by mail, good for seven days."""
    role = role_chosen(request.values.get("role", ""))
    institution = folded(request.values.get("institution", ""))
    if role is None:
        return show("accounts/choose_role.html", roles=roles_to_give(), institution=institution)
    choices = choices_of(role, institution)
    if is_opened():
        chosen = request.args.getlist("doctor")
        return show(
            "accounts/invite.html", **choices, form_values=typed() or request.args, chosen=chosen, faults=Faults()
        )
    asked = {
        "name": request.form.get("name", ""),
        "email": request.form.get("email", ""),
        "rights": rights_entered(role),
    }
    try:
        outcome = caller().command("identity.invite_account", asked, request.form["idempotency_key"])
    except RemoteRefusal as refusal:
        chosen = request.form.getlist("rights.acts_for")
        faults = faults_of(refusal)
        return refused("accounts/invite.html", **choices, form_values=request.form, chosen=chosen, faults=faults)
    flash(t("accounts.invite.done"), "done")
    return redirect(url_for("accounts.account", account_id=outcome.id), HTTPStatus.SEE_OTHER)


@ACCOUNTS.page("/accounts/<uuid:account_id>/resend", KEEPERS, ("POST",))
def resend(account_id: UUID) -> ResponseReturnValue:
    """重寄邀請: a new link, the former is void."""
    caller().command("identity.resend_invitation", {"account_id": str(account_id)}, request.form["idempotency_key"])
    flash(t("accounts.resend.done"), "done")
    return redirect(url_for("accounts.account", account_id=account_id), HTTPStatus.SEE_OTHER)

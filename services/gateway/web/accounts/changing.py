"""權限變更, 停用 and 復用."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from services.gateway.web.accounts.area import ACCOUNTS, KEEPERS, REASONS
from services.gateway.web.accounts.listing import account_of
from services.gateway.web.accounts.rights import choices_of, faults_of, rights_entered, role_chosen, roles_to_give
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue


@ACCOUNTS.page("/accounts/<uuid:account_id>/rights", KEEPERS, ("GET", "POST"))
def change_rights(account_id: UUID) -> ResponseReturnValue:
    """All rights, as they should be; whoever is in by the account has to come in again."""
    found = account_of(account_id)
    role = role_chosen(request.values.get("role", found["role"]))
    if role is None:
        return show("accounts/choose_role.html", roles=roles_to_give(), institution="", account=found)
    choices = choices_of(role, folded(request.values.get("institution", found["institution"] or "")))
    if is_opened():
        chosen = [*found["acts_for"], *found["withheld"]]
        return show("accounts/rights.html", **choices, account=found, chosen=chosen, faults=Faults())
    try:
        caller().command(
            "identity.change_rights",
            {"account_id": str(account_id), "rights": rights_entered(role)},
            request.form["idempotency_key"],
        )
    except RemoteRefusal as refusal:
        chosen = request.form.getlist("rights.acts_for")
        return refused("accounts/rights.html", **choices, account=found, chosen=chosen, faults=faults_of(refusal))
    return _done(account_id, t("accounts.rights.done"))


@ACCOUNTS.page("/accounts/<uuid:account_id>/disable", KEEPERS, ("GET", "POST"))
def disable(account_id: UUID) -> ResponseReturnValue:
    """停用, with the reason."""
    found = account_of(account_id)
    if is_opened():
        return show("accounts/disable.html", account=found, reasons=REASONS, faults=Faults())
    reason = request.form.get("reason", "")
    try:
        caller().command(
            "identity.disable_account",
            {"account_id": str(account_id), "reason": reason},
            request.form["idempotency_key"],
        )
    except RemoteRefusal as refusal:
        faults = Faults.of(refusal)
        return refused("accounts/disable.html", account=found, reasons=REASONS, reason=reason, faults=faults)
    return _done(account_id, t("accounts.disable.done"))


@ACCOUNTS.page("/accounts/<uuid:account_id>/enable", KEEPERS, ("POST",))
def enable(account_id: UUID) -> ResponseReturnValue:
    """復用."""
    caller().command("identity.enable_account", {"account_id": str(account_id)}, request.form["idempotency_key"])
    return _done(account_id, t("accounts.enable.done"))


def _done(account_id: UUID, told: str) -> ResponseReturnValue:
    flash(told, "done")
    return redirect(url_for("accounts.account", account_id=account_id), HTTPStatus.SEE_OTHER)

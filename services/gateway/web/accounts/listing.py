"""帳號清單, and one account with those who came in by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from services.gateway.web.accounts.area import ACCOUNTS, KEEPERS, READERS, STATUSES
from services.gateway.web.asking import caller
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show
from services.gateway.web.work.filters import Filter, Filters, Kind
from shared.principal import OF_ACCOUNTS

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_ROLES = tuple(sorted(OF_ACCOUNTS))
FILTERS = (
    Filter("role", Kind.TEXT, _ROLES),
    Filter("institution", Kind.TEXT),
)
_RECENT = 20
_INVITED = {"invited", "expired"}
"""An invitation that has not been used can be sent again."""


@ACCOUNTS.page("/accounts", READERS)
def listed() -> ResponseReturnValue:
    """The accounts that the caller answers for, invited last first."""
    status = request.args.get("tab", "")
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), status if status in STATUSES else "")
    sought = {**filters.asked(), **({"status": filters.tab} if filters.tab else {})}
    found = caller().ask("identity.find_accounts", {"sought": sought, "cursor": cursor_asked()})
    return show(
        "accounts/listed.html",
        accounts=found["entries"],
        following=filters.address(cursor=found["following"]) if found["following"] else None,
        filters=filters,
        tabs=[(name, filters.on_tab(name)) for name in ("", *STATUSES)],
        roles=_ROLES,
        keeps=caller().role in KEEPERS,
    )


@ACCOUNTS.page("/accounts/<uuid:account_id>", READERS)
def account(account_id: UUID) -> ResponseReturnValue:
    """How it stands, what can be done about it, and its latest sign-ins."""
    asked = {"account_id": str(account_id), "limit": _RECENT}
    signed_in = caller().ask("identity.sign_ins", asked)["entries"]
    found = account_of(account_id)
    return show(
        "accounts/account.html",
        account=found,
        keeps=caller().role in KEEPERS,
        is_invited=found["status"] in _INVITED,
        is_disabled=found["status"] == "disabled",
        sign_ins=signed_in,
        back=url_for("accounts.listed"),
    )


def account_of(account_id: UUID) -> dict[str, Any]:
    """One account. Raises `RemoteRefusal`."""
    found: dict[str, Any] = caller().ask("identity.account", {"account_id": str(account_id)})
    return found

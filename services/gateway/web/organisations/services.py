"""服務項目: what is granted to whoever has come in, and nothing else (S002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import NotFound

from services.gateway.web.organisations.area import ORGANISATIONS, SERVED
from services.gateway.web.organisations.grants import own_grants
from services.gateway.web.rendering import show

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@ORGANISATIONS.page("/services", SERVED)
def services() -> ResponseReturnValue:
    """Every service that may be used today."""
    return show("organisations/services.html", granted=own_grants())


@ORGANISATIONS.page("/services/<service>", SERVED)
def service(service: str) -> ResponseReturnValue:
    """One of them: none has pages here yet, and this one says so."""
    granted = next((one for one in own_grants() if one.service == service), None)
    if granted is None:
        raise NotFound
    return show("organisations/service.html", granted=granted)

"""登入方式: every way in of those who work with Caretrail, by who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.cards.area import CARDS
from services.gateway.web.holding import typed
from services.gateway.web.rendering import show
from services.gateway.web.sign_in.already_in import already_in
from services.gateway.web.sign_in.returning import path_back

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@CARDS.page("/sign-in/staff", EVERYBODY)
def ways() -> ResponseReturnValue:
    """Who one is, and what one has at hand."""
    if caller().known:
        return already_in()
    return show("cards/ways.html", back=path_back(typed()) or None)

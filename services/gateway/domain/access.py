"""Who may ask what of the gateway, and whose pages somebody may edit: one table, and one tie to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway import commands
from services.gateway.domain import refusals
from shared.access import BUREAU, CLINIC, FAMILY, OPERATOR, PLATFORM, Party
from shared.principal import Assurance, Role

if TYPE_CHECKING:
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

ANYBODY = Party(frozenset(Role), frozenset(Assurance))
"""Whoever asks, also without having come in."""
MANAGER = Party(frozenset({Role.BUREAU_MANAGER}), BUREAU.proofs)
"""衛生局「主管」, who speaks for the bureau."""
EDITORS = (MANAGER, OPERATOR)
DRAFTERS = (FAMILY, CLINIC, BUREAU, OPERATOR)
"""Whoever has long forms to fill in."""

WHO_MAY: WhoMay = {
    commands.PublishPage: EDITORS,
    commands.RevisePage: EDITORS,
    commands.WithdrawPage: EDITORS,
    commands.PublishFirstPage: (PLATFORM,),
    commands.SaveDraft: DRAFTERS,
    commands.DropDraft: DRAFTERS,
    commands.HoldForm: (ANYBODY,),
    commands.HeldForm: (ANYBODY,),
    commands.SaveFilter: (CLINIC, BUREAU),
    commands.DropFilter: (CLINIC, BUREAU),
}
"""Every command, and the parties that may give it."""


def county_of(principal: Principal) -> str:
    """For whom the caller publishes: a bureau for its county, anybody else for the nation."""
    return principal.jurisdiction or "" if principal.role in MANAGER.roles else ""


def editing(principal: Principal, county: str) -> Refusal | None:
    """A bureau edits the pages of its county, an operator every page."""
    if principal.role in MANAGER.roles and principal.jurisdiction != county:
        return refusals.PageNotYours("page_id", county=county)
    return None

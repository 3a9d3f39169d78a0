"""Who may do what about the users of an organisation: its card names managers, its managers the rest. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.commands import organisations as commands
from services.identity.domain.cards.access import BY_CARD
from services.identity.domain.organisations import refusals
from services.identity.domain.organisations.organisation import OrganisationKey, OrganisationKind
from shared.access import AUDITOR, BUREAU, Party
from shared.principal import OF_CARDS, Assurance, Role

if TYPE_CHECKING:
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

NAMING_CARD = Party(frozenset({Role.INSTITUTION, Role.CENTRE}), frozenset({Assurance.CARD_PIN}))
"""醫事機構憑證卡, or the 政府憑證卡 of a 長照中心."""
MANAGER = Party(frozenset({Role.INSTITUTION_MANAGER, Role.CENTRE_MANAGER}), frozenset({Assurance.CARD_PIN}))
"""機構管理者; whoever came in by an NHI card proves a card and PIN besides."""
LOOKING_MANAGER = Party(MANAGER.roles, BY_CARD)
"""機構管理者, who looks and changes nothing."""
SEES_MEMBERS = (NAMING_CARD, LOOKING_MANAGER, BUREAU, AUDITOR)
"""Who is shown an organisation's users: the organisation itself, the bureau of its county, auditors."""
PROVED_BY_CARD = Party(OF_CARDS, BY_CARD)
"""Whoever came in by a card: about what is granted to themselves."""

WHO_MAY: WhoMay = {
    commands.NameManager: (NAMING_CARD,),
    commands.RemoveManager: (NAMING_CARD,),
    commands.AddUser: (MANAGER,),
    commands.RemoveUser: (MANAGER,),
    commands.GrantService: (MANAGER,),
    commands.RevokeService: (MANAGER,),
}
"""Every command about the users of an organisation, and the parties that may give it."""


_OF_INSTITUTION = frozenset({Role.INSTITUTION, Role.INSTITUTION_MANAGER, Role.INSTITUTION_USER})
_OF_CENTRE = frozenset({Role.CENTRE, Role.CENTRE_MANAGER, Role.CENTRE_USER})


def organisation_of(principal: Principal) -> OrganisationKey | None:
    """The organisation for which somebody has come in, by its card or as one of its people; None of anybody else."""
    if principal.role in _OF_INSTITUTION and principal.institution:
        return OrganisationKey(OrganisationKind.INSTITUTION, principal.institution)
    if principal.role in _OF_CENTRE and principal.jurisdiction:
        return OrganisationKey(OrganisationKind.CENTRE, principal.jurisdiction)
    return None


def speaking_for(principal: Principal, key: OrganisationKey) -> Refusal | None:
    """Nobody names, adds or grants at another organisation than the own."""
    return None if organisation_of(principal) == key else refusals.NotYourOrganisation("organisation")


def may_see(principal: Principal, organisation: str, county: str) -> bool:
    """Whether somebody is shown the users of this organisation, which lies in that county."""
    if principal.role in AUDITOR.roles:
        return True
    if principal.role in BUREAU.roles:
        return bool(county) and principal.jurisdiction == county
    own = organisation_of(principal)
    is_of_it = own is not None and own.text == organisation
    return is_of_it and principal.role in NAMING_CARD.roles | MANAGER.roles

"""Who may do what about NHI cards. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.commands import nhi_cards as commands
from services.identity.domain.accounts.access import ANYBODY_IN, VISITOR
from shared.access import PLATFORM, Party
from shared.principal import OF_CARDS

if TYPE_CHECKING:
    from shared.access import WhoMay

IN_BY_CARD = Party(OF_CARDS, ANYBODY_IN.proofs)
"""Whoever is in as what a card gives, however that was proved."""

WHO_MAY: WhoMay = {
    commands.AskNhiCode: (VISITOR, ANYBODY_IN),
    commands.VerifyNhiCode: (VISITOR, ANYBODY_IN),
    commands.LogInByNhiNumber: (VISITOR,),
    commands.LogInByNhiCard: (VISITOR,),
    commands.RegisterNhiCard: (VISITOR, ANYBODY_IN),
    commands.SetNhiPassword: (VISITOR, ANYBODY_IN),
    commands.RemoveNhiCard: (IN_BY_CARD,),
    commands.CloseVoidNhiSessions: (PLATFORM,),
}
"""Every command about NHI cards, and the parties that may give it."""

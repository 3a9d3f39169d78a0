"""Who may do what with cards: by role and by proof. One table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.commands import cards as commands
from services.identity.domain.accounts.access import ANYBODY_IN, MANAGER, VISITOR
from shared.access import BUREAU, OPERATOR, PLATFORM, SHELL, Party
from shared.principal import OF_ACCOUNTS, Assurance, Role

if TYPE_CHECKING:
    from shared.access import WhoMay

BY_CARD = frozenset({Assurance.CARD_PIN, Assurance.CARD_PASSWORD, Assurance.OTP_CARD_NUMBER})
"""The proofs of a person that a card gives, of whatever kind."""
PRACTITIONER = Party(frozenset({Role.PRACTITIONER}), BY_CARD)
"""醫事人員 for themselves."""
INSTITUTION = Party(frozenset({Role.INSTITUTION}), frozenset({Assurance.CARD_PIN}))
"""醫事機構 by its own card."""
KNOWS_PASSWORD = Party(OF_ACCOUNTS, frozenset({Assurance.PASSWORD}))
"""Whoever came in by an account's password, or has proved it since."""

WHO_MAY: WhoMay = {
    commands.AskCardNonce: (VISITOR, ANYBODY_IN),
    commands.LogInByCard: (VISITOR,),
    commands.ProveCard: (ANYBODY_IN,),
    commands.TakeCapacity: (ANYBODY_IN,),
    commands.CheckCardToken: (VISITOR, ANYBODY_IN),
    commands.BindCard: (KNOWS_PASSWORD,),
    commands.UnbindCard: (Party(OF_ACCOUNTS, ANYBODY_IN.proofs),),
    commands.RegisterCard: (BUREAU, OPERATOR, SHELL),
    commands.WithdrawCard: (BUREAU, OPERATOR, SHELL),
    commands.CloseVoidCapacities: (PLATFORM,),
    commands.CloseVoidSessionsOfCard: (PLATFORM,),
}
"""Every command about cards, and the parties that may give it."""

SEES_CARDS = (BUREAU, OPERATOR, MANAGER)
"""Who is shown whose cards are registered: each bureau its county's."""

"""帳號綁定憑證卡: which cards open an account, bound by its own person and unbound by who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import Done
from services.identity.application.accounts.by_password import account_of_session
from services.identity.application.accounts.people import account, holder_of, known_account
from services.identity.application.accounts.telling import tell
from services.identity.application.capacities.sources import source_of_card
from services.identity.application.cards.ending import end_entries, end_entries_and_tell
from services.identity.application.cards.entries import (
    binding_of,
    card_binding,
    cards_bound_to,
    entry_of_card,
    face_of,
    held_by_card,
    kept_card,
    shown_cards,
)
from services.identity.application.cards.giving import is_of_agency
from services.identity.application.cards.proving import refuse_holder, show
from services.identity.domain.accounts import access as accounts_access
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.accounts.records import Tried
from services.identity.domain.cards import refusals
from services.identity.domain.cards.access import WHO_MAY
from services.identity.domain.cards.card import CardBinding
from services.identity.events import CardEnd, SessionEnd, Way
from shared.access import objection_to
from shared.application import Decision, Outcome, Result
from shared.cards.profiles import CardKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.accounts.answers import CardEntry
    from services.identity.application.cards.proving import Shown
    from services.identity.application.desk import Desk
    from services.identity.commands.cards import BindCard, UnbindCard
    from services.identity.domain.accounts.account import Account
    from shared.principal import Principal
    from shared.refusals import Refusal


def bind_card(desk: Desk, command: BindCard, principal: Principal, now: datetime) -> Done:
    """帳號綁定憑證卡: whoever has proved the account's password shows a card of their own."""
    session = desk.entrance.sessions.find(command.session, now)
    refusals.heed(objection_to(session.principal, WHO_MAY[type(command)]))
    own = account_of_session(desk, command.session, now)
    name = holder_of(desk, own).name
    shown = show(desk, command.attempt, command.token, session.id, command.client, now)
    certificate = shown.certificate
    if objection := _objection(desk, shown, own, name):
        refuse_holder(desk, objection, now, Tried(Way.CARD, own.subject, own.id, session.place))
    card = kept_card(desk, certificate)
    if binding_of(desk, card, own.id) is None:
        face = desk.vault.seal(own.subject, face_of(certificate))
        bound = CardBinding.bind(card, certificate.kind, account=own.id, holder=own.holder, face=face, now=now)
        tell(desk, principal, now, bound, reserve=held_by_card(bound))
        _heed_password(desk, bound, own, principal, now)
    return Done()


def unbind_card(desk: Desk, command: UnbindCard, principal: Principal, now: datetime) -> Decision:
    """解除綁定: by the account itself, or by who answers for it."""
    binding = card_binding(desk, command.binding)
    _heed_answering_for(desk, binding.account, principal)
    if not binding.counts:
        return Decision(Outcome(binding.id, binding.version, result=Result.UNCHANGED))
    ended = end_entries(desk, [binding], command.reason, now)
    desk.entrance.sessions.close_via(source_of_card(binding.card), SessionEnd.CARD_WITHDRAWN)
    outcome = Outcome(binding.id, binding.version)
    return Decision(outcome, [binding], release=ended.release, beforehand=ended.beforehand)


def cards_of_account(desk: Desk, account_id: UUID, principal: Principal) -> list[CardEntry]:
    """The cards by which an account is opened: for itself, and for who answers for it."""
    _heed_answering_for(desk, account_id, principal)
    return shown_cards(desk, cards_bound_to(desk, account_id))


def _objection(desk: Desk, shown: Shown, own: Account, name: str) -> Refusal | None:
    """Why a card is not one by which this account may be opened, whose holder has this name."""
    match shown.certificate.kind:
        case CardKind.INSTITUTION:
            return refusals.CardNotForAccounts()
        case CardKind.GOVERNMENT:
            entry = entry_of_card(desk, shown.card) if shown.card else None
            return None if is_of_agency(entry, own) else refusals.CardOfAnotherAgency()
        case CardKind.PERSONNEL | CardKind.CITIZEN:
            return None if shown.certificate.common_name.strip() == name else refusals.CardOfAnother()


def _heed_password(desk: Desk, bound: CardBinding, seen: Account, principal: Principal, now: datetime) -> None:
    """Whoever reset the password unbound the cards, perhaps before this one was there to be unbound."""
    present = known_account(desk, seen.id)
    if present is None or present.password != seen.password:
        end_entries_and_tell(desk, [bound], CardEnd.RESET, principal, now)
        raise account_refusals.SessionUnknown


def _heed_answering_for(desk: Desk, account_id: UUID, principal: Principal) -> None:
    """The account itself, and whoever may close it, answer for its cards."""
    of = account(desk, account_id)
    if principal.id != f"account/{of.id}":
        refusals.heed(accounts_access.closing(principal, of.rights, of.county))

"""憑證登入: a session for whoever's card has signed, and an open one that counts the card too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.accounts.opening import Arrival, end_session, open_session, prove
from services.identity.application.accounts.people import whereabouts
from services.identity.application.capacities.sources import source_of_card
from services.identity.application.cards.entries import bindings_of_card, entry_of_card
from services.identity.application.cards.giving import of_card
from services.identity.application.cards.introducing import introduce
from services.identity.application.cards.proving import refuse_holder, show
from services.identity.application.cards.reviewing import counts_in
from services.identity.application.session_sources import of_sources
from services.identity.domain.accounts.records import Tried
from services.identity.domain.cards import refusals
from services.identity.events import Proof, SessionEnd, Way
from shared.calendar import taipei_day
from shared.cards.profiles import CardKind
from shared.principal import Assurance
from shared.taiwan.identifiers import parse_personal_id

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.answers import SignedIn
    from services.identity.application.capacities import Capacities
    from services.identity.application.cards.proving import Shown
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from services.identity.commands.cards import LogInByCard, ProveCard
    from shared.principal import Principal
    from shared.sealing import SubjectId


def log_in_by_card(desk: Desk, command: LogInByCard, _: Principal, now: datetime) -> SignedIn:
    """A session in the likeliest capacity of the card; the others may be taken in it."""
    typed = command.identifier.strip()
    identifier = parse_personal_id(typed, on=taipei_day(now), field="identifier") if typed else None
    shown = show(desk, command.attempt, command.token, None, command.client, now)
    card = shown.card if shown.card is not None and of_card(desk, shown.card, now).is_known else None
    is_nobodys = shown.card is None or entry_of_card(desk, shown.card) is None
    if shown.certificate.kind is CardKind.CITIZEN and (card is None or (identifier is not None and is_nobodys)):
        card = introduce(desk, shown, identifier, now)
    if card is None:
        refuse_holder(desk, refusals.CardHolderUnknown(), now)
    found = of_card(desk, card, now)
    if not found.held:
        tried = _tried(desk, card, command.client)
        refuse_holder(desk, next(iter(found.objections), refusals.CardHolderUnknown()), now, tried)
    source = source_of_card(card)
    arrival = Arrival(found.held[0], (Proof(Assurance.CARD_PIN, source),), command.client, via=(source,))
    return _answered(open_session(desk, arrival, now), shown, found)


def prove_card(desk: Desk, command: ProveCard, _: Principal, now: datetime) -> SignedIn:
    """再驗證: an open session counts the card of its own person, institution or agency."""
    session = desk.entrance.sessions.find(command.session, now)
    shown = show(desk, command.attempt, command.token, session.id, command.client, now)
    tried = Tried(Way.CARD, session.subject, where=session.place)
    if shown.card is None or not counts_in(desk, session, shown.card, now):
        refuse_holder(desk, refusals.CardOfAnother(), now, tried)
    source = source_of_card(shown.card)
    proved = prove(desk, command.session, Proof(Assurance.CARD_PIN, source), now, via=(source,))
    if not counts_in(desk, session, shown.card, now):
        # Whoever withdrew it closed its sessions, perhaps before this one was one of them.
        end_session(desk, session.id, session.principal, SessionEnd.CARD_WITHDRAWN, now)
        refuse_holder(desk, refusals.CardOfAnother(), now, tried)
    return _answered(proved, shown, of_sources(desk, (*session.via, source), now, session.account))


def _tried(desk: Desk, card: SubjectId, client: Client) -> Tried:
    """Whose record it is noted in that the card opened nothing: its holder's, or the only account's that has it."""
    entry = entry_of_card(desk, card)
    bound = bindings_of_card(desk, card)
    if entry is None and len(bound) > 1:
        return Tried(Way.CARD)
    subject = next((one.subject for one in (entry, *bound) if one is not None), None)
    where = None if subject is None else whereabouts(desk, subject, client)
    return Tried(Way.CARD, subject, None if entry or not bound else bound[0].account, where)


def _answered(signed_in: SignedIn, shown: Shown, found: Capacities) -> SignedIn:
    ends_on = taipei_day(shown.certificate.valid_to)
    return replace(signed_in, may_choose=len(found.held) > 1, card_ends_on=ends_on)

"""憑證登入: a session for whoever's card has signed, in one of the capacities that the card gives at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from services.identity.application.accounts.answers import CardChecked, CardNonce, Done, OwnCapacity
from services.identity.application.accounts.by_password import account_of_session
from services.identity.application.accounts.opening import Arrival, end_session, open_session, prove
from services.identity.application.accounts.people import holder_of, known_account, whereabouts
from services.identity.application.accounts.telling import tell
from services.identity.application.capacities import of_person
from services.identity.application.capacities.sources import is_of_agency, of_card, of_sources
from services.identity.application.cards.ending import end_entries_and_tell
from services.identity.application.cards.entries import (
    binding_of,
    bindings_of_card,
    cards_held_by,
    entry_of_card,
    face_of,
    forgetting_of,
    held_by_card,
    kept_card,
    source_of_card,
)
from services.identity.application.cards.proving import (
    count,
    count_refused,
    heed_limit,
    is_malformed,
    refuse,
    refuse_holder,
    show,
)
from services.identity.application.cards.reviewing import counts_in
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.accounts.records import Tried
from services.identity.domain.accounts.session import Session
from services.identity.domain.cards import refusals
from services.identity.domain.cards.access import BY_CARD, WHO_MAY
from services.identity.domain.cards.card import Card, CardBinding
from services.identity.domain.cards.reasons import CardReason
from services.identity.events import CardEnd, CardHolder, HolderKind, Proof, SessionEnd, Way
from shared.access import objection_to
from shared.calendar import taipei_day
from shared.cards.profiles import CardKind
from shared.cards.reasons import TokenRefused
from shared.principal import Assurance
from shared.store.errors import ReservationTaken
from shared.taiwan.identifiers import parse_personal_id
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.answers import SignedIn
    from services.identity.application.capacities import Capacities
    from services.identity.application.cards.proving import Shown
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from services.identity.commands.cards import (
        AskCardNonce,
        BindCard,
        CheckCardToken,
        LogInByCard,
        ProveCard,
        TakeCapacity,
    )
    from services.identity.domain.accounts.account import Account
    from shared.principal import Principal
    from shared.sealing import SubjectId
    from shared.taiwan.identifiers import PersonalId


def ask_card_nonce(desk: Desk, command: AskCardNonce, _: Principal, now: datetime) -> CardNonce:
    """Something to sign, for this browser alone."""
    entrance, policy = desk.entrance, desk.entrance.policy(now)
    session = entrance.sessions.find(command.session, now).id if command.session else None
    count(desk, entrance.keys.nonces_from(command.client.address), policy.card_nonces, now)
    return CardNonce(*entrance.cards.nonces.give(session, now, policy.card_nonce_lifetime))


def log_in_by_card(desk: Desk, command: LogInByCard, _: Principal, now: datetime) -> SignedIn:
    """A session in the likeliest capacity of the card; the others may be taken in it."""
    typed = command.identifier.strip()
    identifier = parse_personal_id(typed, on=taipei_day(now), field="identifier") if typed else None
    shown = show(desk, command.attempt, command.token, None, command.client, now)
    card = shown.card if shown.card is not None and of_card(desk, shown.card, now).is_known else None
    is_nobodys = shown.card is None or entry_of_card(desk, shown.card) is None
    if shown.certificate.kind is CardKind.CITIZEN and (card is None or (identifier is not None and is_nobodys)):
        card = _introduce(desk, shown, identifier, now)
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


def take_capacity(desk: Desk, command: TakeCapacity, _: Principal, now: datetime) -> SignedIn:
    """切換身分: another session with the proofs of this one that are of the person, and ends no later than this one.

    Refuses with `SessionUnknown` where this one was ended, or its capacity changed, at this very moment. It stays open
    until the other one is, under a token that nobody has: whoever ends it meanwhile ends the other one too.
    """
    present = desk.entrance.sessions.find(command.session, now)
    found = of_sources(desk, present.via, now, present.account)
    capacity = found.of_key(command.capacity)
    if capacity is None:
        raise refusals.CapacityUnknown("capacity")
    told = desk.store.load(Session, present.id)
    proofs = tuple(proof for proof in told.proofs if proof.assurance in BY_CARD)
    arrival = Arrival(capacity, proofs, command.client, via=present.via, until=present.ends_at)
    sessions = desk.entrance.sessions
    sessions.take(command.session)
    try:
        signed_in = open_session(desk, arrival, now)
    except Exception:
        end_session(desk, present.id, present.principal, SessionEnd.CAPACITY_CHANGED, now)
        raise
    if not end_session(desk, present.id, present.principal, SessionEnd.CAPACITY_CHANGED, now):
        # Whoever ended it did so perhaps before the other one was there to be ended.
        end = dict(sessions.ended_of(present.owner)).get(present.id, SessionEnd.SIGNED_OUT_EVERYWHERE)
        end_session(desk, signed_in.session_id, present.principal, end, now)
        raise account_refusals.SessionUnknown
    return replace(signed_in, may_choose=len(found.held) > 1)


def own_capacities(desk: Desk, session: str, now: datetime) -> list[OwnCapacity]:
    """身分: what may be taken in the open session of this token; nothing in one that no card or person opened."""
    present = desk.entrance.sessions.find(session, now)
    return [
        OwnCapacity(
            key=one.key,
            role=one.rights.role,
            institution=one.rights.institution,
            jurisdiction=one.rights.jurisdiction,
            name=one.badge.institution_name or one.rights.jurisdiction or one.badge.name,
            services=tuple(sorted(one.services)),
            is_taken=one.key == present.capacity,
        )
        for one in of_sources(desk, present.via, now, present.account).held
    ]


def bind_card(desk: Desk, command: BindCard, principal: Principal, now: datetime) -> Done:
    """帳號綁定憑證卡: whoever has proved the account's password shows a card of their own."""
    session = desk.entrance.sessions.find(command.session, now)
    refusals.heed(objection_to(session.principal, WHO_MAY[type(command)]))
    account = account_of_session(desk, command.session, now)
    holder = holder_of(desk, account)
    shown = show(desk, command.attempt, command.token, session.id, command.client, now)
    certificate = shown.certificate
    tried = Tried(Way.CARD, account.subject, account.id, session.place)
    if certificate.kind is CardKind.INSTITUTION:
        refuse_holder(desk, refusals.CardNotForAccounts(), now, tried)
    if certificate.kind is CardKind.GOVERNMENT:
        entry = entry_of_card(desk, shown.card) if shown.card else None
        if not is_of_agency(entry, account):
            refuse_holder(desk, refusals.CardOfAnotherAgency(), now, tried)
    elif certificate.common_name.strip() != holder.name:
        refuse_holder(desk, refusals.CardOfAnother(), now, tried)
    card = kept_card(desk, certificate)
    if binding_of(desk, card, account.id) is None:
        face = desk.vault.seal(account.subject, face_of(certificate))
        bound = CardBinding.bind(card, certificate.kind, account=account.id, holder=account.holder, face=face, now=now)
        tell(desk, principal, now, bound, reserve=held_by_card(bound))
        _heed_password(desk, bound, account, principal, now)
    return Done()


def check_card_token(desk: Desk, command: CheckCardToken, _: Principal, now: datetime) -> CardChecked:
    """環境檢測: as a log-in looks at it, with nobody let in and nothing told to the log."""
    cards = desk.entrance.cards
    taken = cards.nonces.take(command.attempt, None, now)
    if taken.objection is not None:
        return CardChecked(taken.objection)
    heed_limit(desk, command.client, now)
    try:
        certificate = cards.certificate_of(command.token, taken.nonce, now)
    except TokenRefused as refused:
        if not is_malformed(refused.reason):
            count_refused(desk, command.client, now)
        return CardChecked(refused.reason)
    return CardChecked(kind=certificate.kind, ends_on=taipei_day(certificate.valid_to))


def _heed_password(desk: Desk, bound: CardBinding, seen: Account, principal: Principal, now: datetime) -> None:
    """Whoever reset the password unbound the cards, perhaps before this one was there to be unbound."""
    present = known_account(desk, seen.id)
    if present is None or present.password != seen.password:
        end_entries_and_tell(desk, [bound], CardEnd.RESET, principal, now)
        raise account_refusals.SessionUnknown


def _introduce(desk: Desk, shown: Shown, identifier: PersonalId | None, now: datetime) -> SubjectId:
    """自然人憑證首次登入: bound to the person whom somebody has named, and whom the certificate agrees to be."""
    if identifier is None:
        raise refusals.IdentifierNeeded("identifier")
    certificate = shown.certificate
    if certificate.last_four != identifier.number[-4:]:
        refuse(desk, CardReason.IDENTIFIER_MISMATCH, now)
    subject = desk.vault.find(Identifier(identifier.kind, identifier.number))
    found = of_person(desk, subject, now) if subject else None
    if subject is None or found is None or not found.is_known:
        refuse(desk, CardReason.PERSON_UNKNOWN, now)
    if found.names != {certificate.common_name.strip()}:
        refuse(desk, CardReason.NAME_MISMATCH, now, Tried(Way.CARD, subject))
    if not found.held:
        refuse_holder(desk, found.objections[0], now, Tried(Way.CARD, subject))
    if _has_citizens_card(desk, subject) or (shown.card is not None and entry_of_card(desk, shown.card) is not None):
        refuse_holder(desk, refusals.CitizenCardExists(), now, Tried(Way.CARD, subject))
    card = kept_card(desk, certificate)
    holder = CardHolder(HolderKind.PERSON, str(subject))
    entry = Card.register(card, certificate.kind, holder, desk.vault.seal(subject, face_of(certificate)), now)
    who = found.held[0].principal(frozenset({Assurance.CARD_PIN}))
    try:
        tell(desk, who, now, entry, reserve=held_by_card(entry))
    except ReservationTaken:
        # Another card of this person, or this very card, was introduced at the same moment.
        for forget in forgetting_of(desk, [entry], CardEnd.MISTAKE):
            forget()
        refuse_holder(desk, refusals.CitizenCardExists(), now, Tried(Way.CARD, subject))
    return card


def _has_citizens_card(desk: Desk, subject: SubjectId) -> bool:
    """Whether a citizen's card counts for this person, under any of their pseudonyms."""
    subjects = {subject, *desk.vault.subjects_of([subject])}
    return bool(cards_held_by(desk, [CardHolder(HolderKind.PERSON, str(one)) for one in subjects]))


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

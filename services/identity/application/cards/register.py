"""憑證卡登記: whose a card is, entered as its issuer's list has it, and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.capacities.sources import source_of_card
from services.identity.application.cards.ending import end_entries
from services.identity.application.cards.entries import (
    bindings_of_card,
    card_entry,
    cards_held_by,
    entry_of_card,
    held_by_card,
    shown_cards,
)
from services.identity.application.registry.lookups import (
    institution_of,
    known_institution,
    known_practitioner,
    practitioner_of,
)
from services.identity.domain.cards import refusals
from services.identity.domain.cards.card import Card
from services.identity.domain.cards.names import canonical_issuer, card_identifier
from services.identity.domain.registry.access import keeping_entries_of
from services.identity.events import CardFace, CardHolder, HolderKind, SessionEnd
from shared.application import Decision, Outcome, Result
from shared.application.objections import Objections
from shared.cards.profiles import CardKind
from shared.taiwan.places import county_named

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.answers import CardEntry
    from services.identity.application.cards.entries import Entry
    from services.identity.application.desk import Desk
    from services.identity.commands.cards import RegisterCard, WithdrawCard
    from shared.principal import Principal
    from shared.sealing import SubjectId

_ISSUER_LIMIT = 400
_SERIAL_LIMIT = 64
_HOLDER_LIMIT = 40
_NAME_LIMIT = 200


class _Named(NamedTuple):
    """A holder, the county whose bureau keeps their entry, and the person, where it is one."""

    holder: CardHolder
    county: str
    person: SubjectId | None = None


def register_card(desk: Desk, command: RegisterCard, principal: Principal, now: datetime) -> Decision:
    """One card, one holder; entered again as it is, nothing changes."""
    sheet = Objections()
    issuer = sheet.needed_text(command.issuer, "issuer", _ISSUER_LIMIT)
    serial = sheet.needed_text(command.serial, "serial", _SERIAL_LIMIT)
    key = sheet.needed_text(command.holder, "holder", _HOLDER_LIMIT)
    name = sheet.text(command.name, "name", _NAME_LIMIT)
    if issuer:
        sheet.parsed(lambda: canonical_issuer(issuer))
    if command.kind is CardKind.CITIZEN:
        sheet.object(refusals.CardKindHasNoRegister("kind"))
    sheet.finish()
    named = _named(desk, command.kind, key)
    refusals.heed(keeping_entries_of(principal, [named.county]))
    card = desk.vault.subject_for([card_identifier(command.kind, issuer, serial)])
    known = entry_of_card(desk, card)
    if known is not None:
        if known.holder != named.holder:
            raise refusals.CardExists("serial")
        return Decision(_outcome(known, key, Result.UNCHANGED))
    face = desk.vault.seal(named.person or card, CardFace(issuer, serial, name))
    entry = Card.register(card, command.kind, named.holder, face, now)
    return Decision(_outcome(entry, key), [entry], reserve=held_by_card(entry))


def withdraw_card(desk: Desk, command: WithdrawCard, principal: Principal, now: datetime) -> Decision:
    """註銷, with the accounts that have the card: whoever is in by it, is out before the answer is given."""
    entry = card_entry(desk, command.card)
    refusals.heed(keeping_entries_of(principal, [_county_of(desk, entry.holder)]))
    if not entry.counts:
        return Decision(_outcome(entry, entry.holder.key, Result.UNCHANGED))
    entries: list[Entry] = [entry, *bindings_of_card(desk, entry.card)]
    ended = end_entries(desk, entries, command.reason, now)
    desk.entrance.sessions.close_via(source_of_card(entry.card), SessionEnd.CARD_WITHDRAWN)
    return Decision(_outcome(entry, entry.holder.key), entries, release=ended.release, beforehand=ended.beforehand)


def cards_of_holder(desk: Desk, holder: CardHolder, principal: Principal) -> list[CardEntry]:
    """The registered cards of a practitioner, an institution or a centre, as its bureau sees them."""
    refusals.heed(keeping_entries_of(principal, [_county_of(desk, holder)]))
    return shown_cards(desk, cards_held_by(desk, [holder]))


def _named(desk: Desk, kind: CardKind, key: str) -> _Named:
    """Whom the list means; refuses with what is unknown of it."""
    if kind is CardKind.PERSONNEL:
        practitioner = practitioner_of(desk, key)
        holder = CardHolder(HolderKind.PRACTITIONER, practitioner.number)
        return _Named(holder, _county_of(desk, holder), practitioner.subject)
    if kind is CardKind.INSTITUTION:
        institution = institution_of(desk, key, "holder")
        return _Named(CardHolder(HolderKind.INSTITUTION, institution.code), institution.county)
    county = county_named(key, field="holder").name
    return _Named(CardHolder(HolderKind.CENTRE, county), county)


def _county_of(desk: Desk, holder: CardHolder) -> str:
    match holder.kind:
        case HolderKind.CENTRE:
            return holder.key
        case HolderKind.INSTITUTION:
            code = holder.key
        case HolderKind.PRACTITIONER:
            practitioner = known_practitioner(desk, holder.key)
            code = practitioner.institution if practitioner else ""
        case HolderKind.PERSON:
            return ""
    institution = known_institution(desk, code) if code else None
    return institution.county if institution else ""


def _outcome(entry: Card, holder: str, result: Result = Result.DONE) -> Outcome:
    return Outcome(entry.id, entry.version, holder, result)

"""健保卡登入 (S001): the card with its registered password, or a code to the phone and then the card number."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from services.identity.application.accounts.by_password import Target, begin_try
from services.identity.application.accounts.opening import Arrival, end_session, open_session
from services.identity.application.accounts.people import whereabouts
from services.identity.application.accounts.telling import tell_refused
from services.identity.application.capacities import of_person
from services.identity.application.capacities.sources import source_of_person
from services.identity.application.nhi_cards.by_phone import WAYS
from services.identity.application.nhi_cards.lookups import (
    card_number,
    credential_of,
    is_number_of,
    person_meant,
    standing,
)
from services.identity.domain.accounts.records import Tried
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import CodePurpose, Proof, SessionEnd, Way
from shared.principal import Assurance
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.answers import SignedIn
    from services.identity.application.desk import Desk
    from services.identity.application.nhi_cards.code_proofs import CodeProof
    from services.identity.commands.accounts import Client
    from services.identity.commands.nhi_cards import LogInByNhiCard, LogInByNhiNumber, SetNhiPassword
    from services.identity.domain.nhi_cards.credential import NhiCredential
    from shared.principal import Principal


class _Proved(NamedTuple):
    """Whose registered card it is, by which way and proof, and the digest by which the browser is known again."""

    credential: NhiCredential
    way: Way
    proof: Proof
    user: bytes
    client: Client


class ProvedByNumber(NamedTuple):
    """A registered card whose number was given, and the code after which it was asked for."""

    credential: NhiCredential
    code: CodeProof


def log_in_by_nhi_card(desk: Desk, command: LogInByNhiCard, principal: Principal, now: datetime) -> SignedIn:
    """健保卡登入(插卡): national ID, the number read from the card, the password; one hash whoever is meant."""
    number, person = card_number(command.card_number), person_meant(desk, command.identifier, now)
    at = Target(Way.NHI_CARD, person.key, refusals.NhiPasswordBlocked)
    this = begin_try(desk, at, command.client, command.question, now)
    credential = credential_of(desk, person.subject or SubjectId(uuid4()))
    password = credential.password if credential else None
    is_right = desk.entrance.passwords.is_right(password, command.password)
    trouble = _objection_to_card(desk, credential, number)
    if person.subject is None:
        trouble = Trouble.IDENTIFIER_UNKNOWN
    elif trouble is not Trouble.CARD_UNREGISTERED and not is_right:
        trouble = Trouble.PASSWORD_WRONG
    if credential is None or trouble is not None:
        raise not_accepted(desk, Way.NHI_CARD, person.subject, trouble, command.client, this.locked_until, now)
    desk.entrance.failures.clear(this.account_key, this.origin)
    proof = Proof(Assurance.CARD_PASSWORD, f"password/{password}")
    return _let_in(desk, _Proved(credential, Way.NHI_CARD, proof, person.key, command.client), principal, now)


def log_in_by_nhi_number(desk: Desk, command: LogInByNhiNumber, principal: Principal, now: datetime) -> SignedIn:
    """健保卡登入(無卡): the card number, only after the code of this very log-in."""
    credential, code = by_code_and_number(desk, command, CodePurpose.NHI_LOG_IN, now)
    proof = Proof(Assurance.OTP_CARD_NUMBER, f"code/{code.attempt_id}")
    return _let_in(desk, _Proved(credential, Way.NHI_NUMBER, proof, code.user_key, command.client), principal, now)


def by_code_and_number(
    desk: Desk, command: LogInByNhiNumber | SetNhiPassword, purpose: CodePurpose, now: datetime
) -> ProvedByNumber:
    """Whose registered card has this number, once the code of this very purpose was entered; refuses as `not_accepted`.

    A number that is not the card's takes one of the tries that the code leaves.
    """
    number, proofs = card_number(command.card_number), desk.entrance.proofs
    code = proofs.take(command.proof, purpose, now)
    credential = credential_of(desk, code.subject)
    trouble = _objection_to_card(desk, credential, number)
    if credential is None or trouble is not None:
        proofs.give_back_tried(command.proof, code)
        raise not_accepted(desk, WAYS[purpose], code.subject, trouble, command.client, None, now)
    return ProvedByNumber(credential, code)


def _objection_to_card(desk: Desk, credential: NhiCredential | None, number: str) -> Trouble | None:
    """Why this is not the card that is registered; None where it is."""
    if credential is None or not credential.is_registered:
        return Trouble.CARD_UNREGISTERED
    return None if is_number_of(desk, credential, number) else Trouble.CARD_OTHER


def not_accepted(  # noqa: PLR0913, PLR0917 - by which way, who, why, from where, how long, when
    desk: Desk,
    way: Way,
    subject: SubjectId | None,
    trouble: Trouble | None,
    client: Client,
    locked_until: datetime | None,
    now: datetime,
) -> refusals.NhiNotAccepted:
    """The one answer to whoever is not taken for the card's holder; the log is told why."""
    where = None if subject is None else whereabouts(desk, subject, client)
    tell_refused(desk, Tried(way, subject, where=where), trouble or "", locked_until, now)
    return refusals.NhiNotAccepted()


def _let_in(desk: Desk, proved: _Proved, principal: Principal, now: datetime) -> SignedIn:
    """A session in the likeliest capacity; whoever is nothing by now was proved, and is told so."""
    seen = proved.credential
    capacities = of_person(desk, seen.subject, now)
    if capacities.is_known and standing(desk, seen, now) is None:
        raise not_accepted(desk, proved.way, seen.subject, Trouble.RECORDS_DISAGREE, proved.client, None, now)
    if not capacities.held:
        where = whereabouts(desk, seen.subject, proved.client)
        objection = capacities.objections[0] if capacities.objections else refusals.NhiPersonUnknown()
        tell_refused(desk, Tried(proved.way, seen.subject, where=where), objection.code, None, now)
        raise objection
    via = (source_of_person(seen.subject),)
    arrival = Arrival(capacities.held[0], (proved.proof,), proved.client, proved.user, via=via)
    signed_in = open_session(desk, arrival, now)
    after = credential_of(desk, seen.subject)
    if after is None or after.version != seen.version:
        # Whoever changed it closed all sessions, perhaps before this one was there to be closed.
        end_session(desk, signed_in.session_id, principal, SessionEnd.PASSWORD_CHANGED, now)
        raise refusals.NhiNotAccepted
    return replace(signed_in, may_choose=len(capacities.held) > 1)

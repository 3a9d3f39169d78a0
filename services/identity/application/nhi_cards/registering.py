"""健保卡註冊密碼 (S001): applied for, with the card in the reader, and set anew by whoever has forgotten it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.answers import Done
from services.identity.application.accounts.telling import tell
from services.identity.application.nhi_cards.by_card import by_code_and_number, not_accepted
from services.identity.application.nhi_cards.keeping import close_void
from services.identity.application.nhi_cards.lookups import (
    card_number,
    credential_of,
    is_known,
    mobiles_of,
    person_meant,
    standing,
    stands,
)
from services.identity.application.registry.personnel import practitioners_of
from services.identity.application.session_sources import of_sources
from services.identity.domain.accounts.records import CodeAttempt
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import NhiCredential
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import CodePurpose, NhiCardHolder, OneTimeCode, SessionEnd, Way
from shared.calendar import taipei_day
from shared.principal import Assurance
from shared.refusals import PersonGone, ProofNotAccepted

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.application.nhi_cards.code_proofs import CodeProof
    from services.identity.commands.nhi_cards import RegisterNhiCard, SetNhiPassword
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.sealing import SubjectId


class _Proof(NamedTuple):
    """Who was proved, by the phone or under the name of a card."""

    subject: SubjectId
    mobile: str = ""
    name: str = ""


def register_nhi_card(desk: Desk, command: RegisterNhiCard, principal: Principal, now: datetime) -> Done:
    """註冊, and 重新註冊: of a person who is known, and was proved by a code or by their own card and PIN."""
    number, person = card_number(command.card_number), person_meant(desk, command.identifier, now)
    if command.born_on > taipei_day(now):
        raise refusals.BirthDateAhead("born_on")
    code = None
    if command.proof and not command.session:
        code = desk.entrance.proofs.take(command.proof, CodePurpose.NHI_REGISTRATION, now)
    proof = _by_card(desk, command.session, now) if code is None else _by_phone(desk, code)
    proved, former = proof.subject, credential_of(desk, proof.subject)
    says = NhiCardHolder(
        person.identifier.number,
        number,
        command.born_on,
        proof.mobile,
        proof.name,
        bool(practitioners_of(desk, proved)),
    )
    trouble = _trouble(desk, person.subject, proof, says, now)
    if trouble is not None:
        raise not_accepted(desk, Way.NHI_REGISTRATION, proved, trouble, command.client, None, now)
    objection = _objection(desk, command.password, f"{person.identifier.number} {number}", former, now)
    if objection is not None:
        if code is not None:
            desk.entrance.proofs.give_back(command.proof, code)
        raise objection
    subject = former.subject if former else proved
    holder = desk.vault.seal(subject, says)
    password = desk.entrance.passwords.keep(subject, command.password, now)
    if former is None:
        registered = NhiCredential.register(holder, password, now)
    else:
        registered = former
        registered.register_again(holder, password, now)
    tell(desk, principal, now, registered)
    desk.entrance.failures.forgive(person.key)
    close_void(desk, registered)
    return Done()


def set_nhi_password(desk: Desk, command: SetNhiPassword, principal: Principal, now: datetime) -> Done:
    """忘記密碼: by a code and the card number; nobody stays signed in, and what was counted is forgiven."""
    credential, code = by_code_and_number(desk, command, CodePurpose.NHI_NEW_PASSWORD, now)
    holder = desk.vault.open(credential.holder, NhiCardHolder)
    if holder is None:  # forgotten at this very moment
        raise PersonGone
    objection = _objection(desk, command.password, f"{holder.identifier} {holder.card_number}", credential, now)
    if objection is not None:
        desk.entrance.proofs.give_back(command.proof, code)
        raise objection
    credential.change_password(desk.entrance.passwords.keep(credential.subject, command.password, now), now)
    tell(desk, principal, now, credential)
    desk.entrance.failures.forgive(code.user_key)
    # What the log tells of them, the process that follows it adds.
    desk.entrance.sessions.close_all(credential.subject, SessionEnd.PASSWORD_CHANGED)
    return Done()


def _objection(desk: Desk, password: str, known_by: str, former: NhiCredential | None, now: datetime) -> Refusal | None:
    """Why this cannot be the password that goes with the card; asked of nobody who has not been proved."""
    passwords, policy = desk.entrance.passwords, desk.entrance.policy(now)
    return passwords.objection(password, known_by, former.passwords if former else (), policy)


def _by_phone(desk: Desk, code: CodeProof) -> _Proof:
    """Whose phone was proved, and which: the one to which the code went, whatever has been entered since."""
    sent = desk.vault.open(desk.store.load(CodeAttempt, code.attempt_id).code, OneTimeCode)
    if sent is None:  # forgotten at this very moment
        raise PersonGone
    return _Proof(code.subject, mobile=sent.mobile)


def _by_card(desk: Desk, token: str, now: datetime) -> _Proof:
    """Whose open session this is; refuses where it was not opened, or proved, by a card and its PIN."""
    if not token:
        raise refusals.NhiPersonNotProved
    session = desk.entrance.sessions.find(token, now)
    if Assurance.CARD_PIN not in session.principal.assurances:
        raise ProofNotAccepted(accepted=(Assurance.CARD_PIN,))
    # Looked up again: who has named the person since may not agree with the card that opened the session.
    found = of_sources(desk, session.via, now)
    if not found.is_known:
        raise refusals.NhiPersonNotProved
    return _Proof(session.subject, name=next(iter(found.names)) if len(found.names) == 1 else "")


def _trouble(desk: Desk, meant: SubjectId | None, proof: _Proof, says: NhiCardHolder, now: datetime) -> Trouble | None:
    """Why the card in the reader is not taken for that of the person who was proved; None where it is."""
    if meant is None:
        return Trouble.IDENTIFIER_UNKNOWN
    if desk.vault.resolve(meant) != desk.vault.resolve(proof.subject):
        return Trouble.PERSON_OTHER
    if not is_known(desk, meant):
        return Trouble.PERSON_UNKNOWN
    return _disagreement(desk, meant, proof, says, now)


def _disagreement(desk: Desk, meant: SubjectId, proof: _Proof, says: NhiCardHolder, now: datetime) -> Trouble | None:
    """What is on record, or registered, that does not agree with what the person was proved by."""
    is_on_record = not proof.mobile or proof.mobile in mobiles_of(desk, meant, now)
    if not is_on_record or not stands(desk, meant, says, now):
        return Trouble.RECORDS_DISAGREE
    former = standing(desk, credential_of(desk, meant), now)
    if former is None:
        return None
    if proof.mobile and former.mobile != proof.mobile:
        return Trouble.FORMER_COUNTS
    return None if former.born_on == says.born_on else Trouble.BIRTH_DATE_OTHER

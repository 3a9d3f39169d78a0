"""健保卡註冊密碼 (S001): applied for, with the card in the reader, and set anew by whoever has forgotten it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import Done
from services.identity.application.accounts.telling import tell
from services.identity.application.nhi_cards.by_card import not_accepted, objection_to_card
from services.identity.application.nhi_cards.keeping import close_void
from services.identity.application.nhi_cards.lookups import card_number, credential_of, is_known, person_meant
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import NhiCredential
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import CodePurpose, NhiCardHolder, SessionEnd, Way
from shared.calendar import taipei_day
from shared.principal import Assurance
from shared.refusals import PersonGone, ProofNotAccepted

if TYPE_CHECKING:
    from datetime import date, datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.nhi_cards import RegisterNhiCard, SetNhiPassword
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.sealing import SubjectId


def register_nhi_card(desk: Desk, command: RegisterNhiCard, principal: Principal, now: datetime) -> Done:
    """註冊, and 重新註冊: of a person who is known, and was proved by a code or by their own card and PIN."""
    number, person = card_number(command.card_number), person_meant(desk, command.identifier, now)
    if command.born_on > taipei_day(now):
        raise refusals.BirthDateAhead("born_on")
    code = None
    if command.proof and not command.session:
        code = desk.entrance.proofs.take(command.proof, CodePurpose.NHI_REGISTRATION, now)
    proved = _in_session(desk, command.session, now) if code is None else code.subject
    former = credential_of(desk, proved)
    trouble = _trouble(desk, person.subject, proved, former, command.born_on)
    if trouble is not None:
        raise not_accepted(desk, Way.NHI_REGISTRATION, proved, trouble, command.client, None, now)
    objection = _objection(desk, command.password, f"{person.identifier.number} {number}", former, now)
    if objection is not None:
        if code is not None:
            desk.entrance.proofs.give_back(command.proof, code)
        raise objection
    subject = former.subject if former else proved
    holder = desk.vault.seal(subject, NhiCardHolder(person.identifier.number, number, command.born_on))
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
    number, proofs = card_number(command.card_number), desk.entrance.proofs
    code = proofs.take(command.proof, CodePurpose.NHI_NEW_PASSWORD, now)
    credential = credential_of(desk, code.subject)
    trouble = objection_to_card(desk, credential, number)
    if credential is None or trouble is not None:
        proofs.give_back_tried(command.proof, code)
        raise not_accepted(desk, Way.NHI_REGISTRATION, code.subject, trouble, command.client, None, now)
    holder = desk.vault.open(credential.holder, NhiCardHolder)
    if holder is None:  # forgotten at this very moment
        raise PersonGone
    objection = _objection(desk, command.password, f"{holder.identifier} {number}", credential, now)
    if objection is not None:
        proofs.give_back(command.proof, code)
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


def _in_session(desk: Desk, token: str, now: datetime) -> SubjectId:
    """Whose open session this is; refuses where it was not opened, or proved, by a card and its PIN."""
    if not token:
        raise refusals.NhiPersonNotProved
    session = desk.entrance.sessions.find(token, now)
    if Assurance.CARD_PIN not in session.principal.assurances:
        raise ProofNotAccepted(accepted=(Assurance.CARD_PIN,))
    return session.subject


def _trouble(
    desk: Desk, meant: SubjectId | None, proved: SubjectId, former: NhiCredential | None, born_on: date
) -> Trouble | None:
    """Why the card in the reader is not taken for that of the person who was proved; None where it is."""
    if meant is None:
        return Trouble.IDENTIFIER_UNKNOWN
    if desk.vault.resolve(meant) != desk.vault.resolve(proved):
        return Trouble.PERSON_OTHER
    if not is_known(desk, meant):
        return Trouble.PERSON_UNKNOWN
    if former is None:
        return None
    holder = desk.vault.open(former.holder, NhiCardHolder)
    return None if holder is None or holder.born_on == born_on else Trouble.BIRTH_DATE_OTHER

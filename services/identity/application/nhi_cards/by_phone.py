"""簡訊驗證: a code to the phone on record, and the proof that it was entered, for the next step and no other (S001)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from services.identity.application.accounts.answers import CodeProved, CodeSent
from services.identity.application.accounts.by_code import Sending, code_refused, count_send, send_code, verified
from services.identity.application.accounts.code_desk import Applicant
from services.identity.application.accounts.destinations import Destination
from services.identity.application.accounts.origins import origin_of, send_windows
from services.identity.application.accounts.people import whereabouts
from services.identity.application.accounts.windows import Window
from services.identity.application.nhi_cards.code_proofs import CodeProof
from services.identity.application.nhi_cards.lookups import (
    credential_of,
    is_known,
    mobiles_of,
    person_meant,
    standing,
)
from services.identity.commands.nhi_cards import NhiPurpose
from services.identity.domain.accounts.codes import Verdict
from services.identity.domain.accounts.records import RefusedLogin, Tried
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import CodePurpose, Way
from shared.sealing import SubjectId
from shared.taiwan.contacts import parse_mobile_number
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.nhi_cards import AskNhiCode, VerifyNhiCode
    from shared.principal import Principal

PURPOSES: Mapping[NhiPurpose, CodePurpose] = {
    NhiPurpose.LOG_IN: CodePurpose.NHI_LOG_IN,
    NhiPurpose.REGISTER: CodePurpose.NHI_REGISTRATION,
    NhiPurpose.NEW_PASSWORD: CodePurpose.NHI_NEW_PASSWORD,
}
WAYS: Mapping[CodePurpose, Way] = {
    CodePurpose.NHI_LOG_IN: Way.NHI_NUMBER,
    CodePurpose.NHI_REGISTRATION: Way.NHI_REGISTRATION,
    CodePurpose.NHI_NEW_PASSWORD: Way.NHI_REGISTRATION,
}
"""Under which way the log tells of what a code is for."""


def ask_nhi_code(desk: Desk, command: AskNhiCode, principal: Principal, now: datetime) -> CodeSent:
    """A code to the phone on record, where the national ID and the phone belong together; the answer does not tell."""
    keys, policy, purpose = desk.entrance.keys, desk.entrance.policy(now), PURPOSES[command.purpose]
    # Looked up first, whoever is meant: that a session is over says nothing of them.
    asker = desk.entrance.sessions.find(command.session, now).subject if command.session else None
    mobile = parse_mobile_number(command.mobile, field="mobile").number
    person = person_meant(desk, command.identifier, now)
    origin = origin_of(desk, person.key, command.client, now)
    # By both together: whoever knows somebody's national ID alone uses up nothing of theirs.
    windows = send_windows(keys.person_at_phone(person.key, mobile), origin, policy)
    if not origin.is_familiar:
        windows.append(Window(keys.phone(mobile), (*policy.sends, policy.resend)))
    count_send(desk, WAYS[purpose], person.key, origin, windows, command.question, now)
    trouble = _trouble(desk, command.purpose, person.subject, mobile, asker, now)
    where = None if person.subject is None else whereabouts(desk, person.subject, command.client)
    unknown = RefusedLogin.record(Tried(WAYS[purpose], person.subject, where=where), trouble or "", now)
    to = Destination(mobile=mobile)
    applicant = Applicant(to, person.key, origin.key, None if trouble else person.subject)
    return send_code(desk, Sending(applicant, purpose, command.client, unknown), principal, now)


def verify_nhi_code(desk: Desk, command: VerifyNhiCode, principal: Principal, now: datetime) -> CodeProved:
    """The code is compared and consumed; the right one is a proof for the step that it was asked for."""
    policy, codes = desk.entrance.policy(now), desk.entrance.codes
    purposes = frozenset(WAYS)
    entered = codes.enter(command.attempt, None, folded(command.code), purposes=purposes, now=now, policy=policy)
    if entered.verdict is not Verdict.RIGHT or entered.subject is None:
        raise code_refused(desk, WAYS[entered.purpose], entered, command.client, now)
    verified(desk, entered, principal, now)
    expires_at = now + policy.code_proof_lifetime
    proof = CodeProof(
        entered.purpose, entered.subject, entered.user_key, entered.attempt_id, policy.code_tries, expires_at
    )
    return CodeProved(desk.entrance.proofs.keep(proof, now), expires_at)


def _trouble(  # noqa: PLR0913, PLR0917 - what for, who is meant, at which phone, by whom, when
    desk: Desk, purpose: NhiPurpose, subject: SubjectId | None, mobile: str, asker: SubjectId | None, now: datetime
) -> Trouble | None:
    """Why no code is sent; for somebody who is not known the same is looked up."""
    meant = subject or SubjectId(uuid4())
    is_on_record = mobile in mobiles_of(desk, meant, now)
    credential = credential_of(desk, meant)
    former, is_somebody = standing(desk, credential, now), is_known(desk, meant)
    if subject is None:
        return Trouble.IDENTIFIER_UNKNOWN
    if not is_somebody:
        return Trouble.PERSON_UNKNOWN
    if not is_on_record:
        return Trouble.MOBILE_OTHER
    if asker is not None and desk.vault.resolve(asker) != desk.vault.resolve(subject):
        return Trouble.SESSION_OTHERS
    if purpose is NhiPurpose.REGISTER:
        return Trouble.FORMER_COUNTS if former is not None and former.mobile != mobile else None
    return None if credential is not None and credential.is_registered else Trouble.CARD_UNREGISTERED

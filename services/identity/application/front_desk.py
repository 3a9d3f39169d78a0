"""The front desk: everything on the way in. Its answers hold secrets, so they are given once and kept nowhere.

So these commands have no idempotency key: whoever loses an answer asks again, and what was good once is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog

from services.identity.application.accounts import by_code, by_link, by_password, taking_capacities
from services.identity.application.accounts.answers import (
    Badge,
    CardChecked,
    CardNonce,
    CodeProved,
    CodeSent,
    Done,
    Known,
    PasswordReset,
    QuestionAsked,
    SessionsChecked,
    SignedIn,
    Spoken,
)
from services.identity.application.accounts.windows import Window
from services.identity.application.cards import binding, checking, logging_in, proving
from services.identity.application.nhi_cards import by_card, by_phone, registering
from services.identity.commands import accounts as commands
from services.identity.commands import cards, nhi_cards
from services.identity.domain.accounts import access as accounts_access
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.failures import Answer
from services.identity.domain.cards import access as cards_access
from services.identity.domain.nhi_cards import access as nhi_cards_access
from shared.access import objection_to
from shared.refusals import PersonGone
from shared.sealing import PersonForgotten, SealBroken, UnknownSubject
from shared.store.errors import VersionConflict
from shared.vault.errors import StoredKeyDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    import msgspec

    from services.identity.application.accounts.sessions import Checked, OpenSession
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import AskQuestion, CheckSessions, SpeakQuestion
    from services.identity.domain.accounts.policies import Limit
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.principal_tokens import PrincipalSigner

    Case = Callable[[Desk, Any, Principal, datetime], msgspec.Struct]

_log = structlog.get_logger()


def _ask_question(desk: Desk, command: AskQuestion, _: Principal, now: datetime) -> QuestionAsked:
    policy = desk.entrance.policy(now)
    _count(desk, desk.entrance.keys.questions_from(command.client.address), policy.questions_asked, now)
    asked = desk.entrance.questions.ask(command.language, now, policy)
    return QuestionAsked(*asked)


def _speak_question(desk: Desk, command: SpeakQuestion, _: Principal, now: datetime) -> Spoken:
    policy = desk.entrance.policy(now)
    _count(desk, desk.entrance.keys.sound_from(command.client.address), policy.questions_spoken, now)
    return Spoken(desk.entrance.questions.speak(command.token, now))


def _count(desk: Desk, place: bytes, limits: Sequence[Limit], now: datetime) -> None:
    """One more from this place; refuses with `TooManyQuestions`."""
    try:
        desk.entrance.windows.count([Window(place, limits)], Answer.NOT_ASKED, now)
    except refusals.TooManySends as full:
        raise refusals.TooManyQuestions(at=full.params["at"]) from None


CASES: Mapping[type, Case] = {
    commands.AskQuestion: _ask_question,
    commands.SpeakQuestion: _speak_question,
    commands.RequestCode: by_code.request_code,
    commands.VerifyCode: by_code.verify_code,
    commands.LogIn: by_password.log_in,
    commands.ProvePassword: by_password.prove_password,
    commands.ActivateAccount: by_link.activate_account,
    commands.RequestPasswordReset: by_link.request_password_reset,
    commands.ResetPassword: by_link.reset_password,
    commands.ChangePassword: by_link.change_password,
    cards.AskCardNonce: proving.ask_card_nonce,
    cards.LogInByCard: logging_in.log_in_by_card,
    cards.ProveCard: logging_in.prove_card,
    cards.TakeCapacity: taking_capacities.take_capacity,
    cards.BindCard: binding.bind_card,
    cards.CheckCardToken: checking.check_card_token,
    nhi_cards.AskNhiCode: by_phone.ask_nhi_code,
    nhi_cards.VerifyNhiCode: by_phone.verify_nhi_code,
    nhi_cards.LogInByNhiNumber: by_card.log_in_by_nhi_number,
    nhi_cards.LogInByNhiCard: by_card.log_in_by_nhi_card,
    nhi_cards.RegisterNhiCard: registering.register_nhi_card,
    nhi_cards.SetNhiPassword: registering.set_nhi_password,
}
"""Which use case answers which command."""

WHO_MAY: WhoMay = {**accounts_access.WHO_MAY, **cards_access.WHO_MAY, **nhi_cards_access.WHO_MAY}
"""Who may come to it with what."""

ANSWERS: Mapping[type, type[msgspec.Struct]] = {
    commands.AskQuestion: QuestionAsked,
    commands.SpeakQuestion: Spoken,
    commands.RequestCode: CodeSent,
    commands.VerifyCode: SignedIn,
    commands.LogIn: SignedIn,
    commands.ProvePassword: SignedIn,
    commands.ActivateAccount: SignedIn,
    commands.RequestPasswordReset: Done,
    commands.ResetPassword: PasswordReset,
    commands.ChangePassword: SignedIn,
    cards.AskCardNonce: CardNonce,
    cards.LogInByCard: SignedIn,
    cards.ProveCard: SignedIn,
    cards.TakeCapacity: SignedIn,
    cards.BindCard: Done,
    cards.CheckCardToken: CardChecked,
    nhi_cards.AskNhiCode: CodeSent,
    nhi_cards.VerifyNhiCode: CodeProved,
    nhi_cards.LogInByNhiNumber: SignedIn,
    nhi_cards.LogInByNhiCard: SignedIn,
    nhi_cards.RegisterNhiCard: Done,
    nhi_cards.SetNhiPassword: Done,
    commands.CheckSessions: SessionsChecked,
}
"""What the front desk does, and what it answers with."""


class FrontDesk:
    """Lets people in: by whatever proves them, into a session that every request is checked against."""

    def __init__(self, desk: Desk, signer: PrincipalSigner) -> None:
        self._desk = desk
        self._signer = signer
        self._cases: Mapping[type, Case] = {**CASES, commands.CheckSessions: self._check_sessions}

    def handle(self, command: object, principal: Principal, now: datetime) -> Any:
        """The answer to a command, one of `answers`; raises a `Refusal`. A token in the command is the caller's own."""
        refusals.heed(objection_to(principal, WHO_MAY[type(command)]))
        try:
            return self._cases[type(command)](self._desk, command, principal, now)
        except VersionConflict:
            raise refusals.AccountBusy from None
        except PersonForgotten:
            raise PersonGone from None

    def check(self, token: str, now: datetime) -> Checked:
        """Who asks with this token, looked up anew each time; refuses as `Sessions.check` does."""
        return self._desk.entrance.sessions.check(token, now)

    def _check_sessions(self, _: Desk, command: CheckSessions, __: Principal, now: datetime) -> SessionsChecked:
        found = self._desk.entrance.sessions.find_each(command.sessions, now)
        return SessionsChecked(tuple(None if session is None else self._vouch(session, now) for session in found))

    def _vouch(self, session: OpenSession, now: datetime) -> Known | None:
        """Whose session it is, signed for the services that will be called; None for somebody forgotten.

        Where a badge is damaged only this session is refused, not those that are asked for together with it.
        """
        try:
            badge = Badge() if session.badge is None else self._desk.vault.open(session.badge, Badge)
        except (SealBroken, UnknownSubject, StoredKeyDamaged) as fault:
            _log.error("badge_unreadable", session=str(session.id), reason=type(fault).__name__)
            return None
        if badge is None:
            return None
        principal = session.principal
        return Known(
            principal=self._signer.sign(principal, now),
            session_id=session.id,
            role=principal.role,
            assurances=tuple(sorted(principal.assurances)),
            institution=principal.institution,
            jurisdiction=principal.jurisdiction,
            badge=badge,
            idle_seconds=int(session.idle.total_seconds()),
            ends_at=session.ends_at,
        )

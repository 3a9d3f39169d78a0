"""憑證驗證: from something to sign to the card that has signed it, in the order of IDENTITY §2."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

import structlog

from services.identity.application.accounts.answers import CardNonce
from services.identity.application.accounts.telling import tell_refused, turned_away
from services.identity.application.accounts.windows import Window
from services.identity.application.cards.entries import found_card
from services.identity.domain.accounts.failures import Answer
from services.identity.domain.accounts.records import Tried
from services.identity.domain.accounts.refusals import TooManySends
from services.identity.domain.cards import refusals
from services.identity.domain.cards.reasons import CardReason
from services.identity.events import Way
from shared.cards.reasons import Reason, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Client
    from services.identity.commands.cards import AskCardNonce
    from services.identity.domain.accounts.policies import Limit
    from shared.cards.profiles import CardCertificate
    from shared.principal import Principal
    from shared.refusals import Refusal
    from shared.sealing import SubjectId

_log = structlog.get_logger()

_TOLD: dict[str, type[Refusal]] = {
    CardReason.NONCE_UNKNOWN: refusals.CardNonceVoid,
    CardReason.NONCE_USED: refusals.CardNonceVoid,
    CardReason.NONCE_OF_ANOTHER_SESSION: refusals.CardNonceVoid,
    CardReason.NONCE_EXPIRED: refusals.CardNonceExpired,
}
"""What a person is told who can mend it by beginning again; everything else is one plain answer."""


_MALFORMED = frozenset(
    {
        Reason.TOKEN_MISSING,
        Reason.TOKEN_TOO_SHORT,
        Reason.TOKEN_TOO_LONG,
        Reason.TOKEN_NOT_JSON,
        Reason.TOKEN_NOT_AN_OBJECT,
        Reason.FORMAT_UNKNOWN,
        Reason.ALGORITHM_EMPTY,
        Reason.ALGORITHM_NONE,
        Reason.ALGORITHM_CONTROL_CHARACTERS,
        Reason.ALGORITHM_UNKNOWN,
        Reason.SIGNATURE_MALFORMED,
        Reason.CERTIFICATE_MISSING,
        Reason.CERTIFICATE_NOT_TEXT,
        Reason.CERTIFICATE_NOT_BASE64,
        Reason.CERTIFICATE_MALFORMED,
    }
)
"""What is no token of a card: it was read, and nothing was judged by it."""


class Shown(NamedTuple):
    """A card that has proved itself; `card` is None where nobody has said yet whose it is."""

    certificate: CardCertificate
    card: SubjectId | None


def ask_card_nonce(desk: Desk, command: AskCardNonce, _: Principal, now: datetime) -> CardNonce:
    """Something to sign, for this browser alone."""
    entrance, policy = desk.entrance, desk.entrance.policy(now)
    session = entrance.sessions.find(command.session, now).id if command.session else None
    count(desk, entrance.keys.nonces_from(command.client.address), policy.card_nonces, now)
    return CardNonce(*entrance.cards.nonces.give(session, now, policy.card_nonce_lifetime))


def show(  # noqa: PLR0913, PLR0917 - what was signed, in which session, from where, when
    desk: Desk, attempt: str, token: str, session: UUID | None, client: Client, now: datetime
) -> Shown:
    """The card behind a token; refuses, and the log says why.

    What answers to no nonce, or is no token, keeps nobody else at this address from trying; what was judged and
    refused does.
    """
    taken = desk.entrance.cards.nonces.take(attempt, session, now)
    if taken.objection is not None:
        _refuse_void(desk, taken.objection, client, now)
    heed_limit(desk, client, now)
    try:
        certificate = desk.entrance.cards.certificate_of(token, taken.nonce, now)
    except TokenRefused as refused:
        _log.info("card_token_refused", reason=refused.reason.value, detail=refused.detail)
        if is_malformed(refused.reason):
            _refuse_void(desk, refused.reason, client, now)
        count_refused(desk, client, now)
        refuse(desk, refused.reason, now)
    if not certificate.subject_serial:
        count_refused(desk, client, now)
        refuse(desk, CardReason.SERIAL_MISSING, now)
    return Shown(certificate, found_card(desk, certificate))


def refuse(desk: Desk, reason: str, now: datetime, tried: Tried | None = None) -> NoReturn:
    """The log has the reason, the person one plain answer, or what helps to begin again."""
    tell_refused(desk, tried or Tried(Way.CARD), reason, None, now)
    raise _TOLD.get(reason, refusals.CardNotAccepted)


def refuse_holder(desk: Desk, objection: Refusal, now: datetime, tried: Tried | None = None) -> NoReturn:
    """Whoever has proved who they are is told plainly what stands in the way."""
    tell_refused(desk, tried or Tried(Way.CARD), objection.code, None, now)
    raise objection


def is_malformed(reason: Reason) -> bool:
    """Whether this was no token, so that nothing had to be judged."""
    return reason in _MALFORMED


def heed_limit(desk: Desk, client: Client, now: datetime) -> None:
    """Refuses with `TooManyCardTries` where too many cards of this address have been refused."""
    tries = Window(desk.entrance.keys.cards_tried_from(client.address), desk.entrance.policy(now).card_tries)
    if at := desk.entrance.windows.full_until(tries, now):
        raise turned_away(Way.CARD, refusals.TooManyCardTries(at=at))


def count_refused(desk: Desk, client: Client, now: datetime) -> None:
    """One more card of this address that was judged and refused."""
    count(desk, desk.entrance.keys.cards_tried_from(client.address), desk.entrance.policy(now).card_tries, now)


def _refuse_void(desk: Desk, reason: str, client: Client, now: datetime) -> NoReturn:
    """Nothing was judged: the log tells of so many from an address, the operators' own lines of the rest."""
    place, limits = desk.entrance.keys.void_cards_from(client.address), desk.entrance.policy(now).card_voids
    answer = _TOLD.get(reason, refusals.CardNotAccepted)
    try:
        desk.entrance.windows.count([Window(place, limits)], Answer.NOT_ASKED, now)
    except TooManySends:
        raise turned_away(Way.CARD, answer()) from None
    refuse(desk, reason, now)


def count(desk: Desk, place: bytes, limits: Sequence[Limit], now: datetime) -> None:
    """One more from this place; refuses with `TooManyCardTries`."""
    try:
        desk.entrance.windows.count([Window(place, limits)], Answer.NOT_ASKED, now)
    except TooManySends as full:
        raise turned_away(Way.CARD, refusals.TooManyCardTries(at=full.params["at"])) from None

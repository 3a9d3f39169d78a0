"""熟悉的裝置: a browser in which somebody has come in is known again, so that no stranger's tries keep its owner out.

What is tried and sent is counted by the device where it is known for the phone or mailbox in question, apart from
everybody else; all others are counted by their address, and together. NIST SP 800-63B-4 §3.2.2 names this way, OWASP
calls it device cookies. A device's token opens nothing and names nobody.
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from services.identity.application.accounts.windows import Window
from services.identity.domain.accounts import refusals
from services.identity.domain.accounts.failures import Answer

if TYPE_CHECKING:
    from services.identity.application.accounts.keys import Keys
    from services.identity.application.desk import Desk
    from services.identity.commands.accounts import Answered, Client
    from services.identity.domain.accounts.policies import Policy

MOST_DEVICES = 20
"""So many tokens of one browser are looked at: a clinic's computer is shared by some."""
_NONCE = 16
_MOMENT = 8
_DIGEST = 32


class Origin(NamedTuple):
    """Where tries and messages for one phone or mailbox are counted; `device` is the token of one that is known."""

    key: bytes
    tries: bytes
    device: str = ""

    @property
    def is_familiar(self) -> bool:
        """Whether somebody has come in here before, by this very phone or mailbox."""
        return bool(self.device)


def origin_of(desk: Desk, user: bytes, client: Client, now: datetime) -> Origin:
    """From where the request comes; `user` is the digest of the phone or mailbox that it is about."""
    keys, policy = desk.entrance.keys, desk.entrance.policy(now)
    for token in client.devices[:MOST_DEVICES]:
        nonce = _nonce_of(keys, user, token, now, policy)
        if nonce is not None:
            return Origin(keys.device(nonce), keys.tries_at(nonce), token)
    return Origin(keys.client(client.address), keys.tries_from(client.address))


def device_token(keys: Keys, user: bytes, now: datetime) -> str:
    """By what this browser is known again for this phone or mailbox."""
    said = secrets.token_bytes(_NONCE) + int(now.timestamp()).to_bytes(_MOMENT)
    return urlsafe_b64encode(said + keys.device_mark(user, said)).decode()


def send_windows(user: bytes, origin: Origin, policy: Policy) -> list[Window]:
    """What a code or link counts under: a device that is known by itself, so that others leave something for it."""
    limits = (*policy.sends, policy.resend)
    if origin.is_familiar:
        return [Window(origin.key, limits, free=policy.sends_before_question)]
    return [
        Window(user, limits, free=policy.sends_before_question),
        Window(origin.key, policy.sends, free=policy.sends_before_question),
    ]


def contact_windows(user: bytes, asker: bytes, origin: Origin, policy: Policy) -> list[Window]:
    """What a code to a new contact counts under; no question is asked of somebody who has come in by a code."""
    return [
        Window(user, (*policy.sends, policy.resend)),
        Window(origin.key, policy.sends),
        Window(asker, policy.sends),
    ]


def answer_from(desk: Desk, answered: Answered | None, origin: Origin, now: datetime) -> Answer:
    """What became of the question; refuses with `AnswerWrong`, and with `LockedOut` after so many in a row.

    Many at once may be looked at before the first is counted: as many as there are questions, which have their limit.
    """
    if answered is None:
        return Answer.NOT_ASKED
    questions, failures = desk.entrance.questions, desk.entrance.failures
    until = failures.answers_wait_until(origin.key)
    if until is not None and now < until:
        raise refusals.LockedOut(until=until)
    answer = questions.take(answered, now)
    if answer is Answer.WRONG:
        failures.count_wrong_answer(origin.key, now, desk.entrance.policy(now))
        raise refusals.AnswerWrong("question.answer")
    failures.clear_answers(origin.key)
    return answer


def _nonce_of(keys: Keys, user: bytes, token: str, now: datetime, policy: Policy) -> bytes | None:
    """The device's own number, where the token is ours, for this phone or mailbox, and not too old."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except (ValueError, binascii.Error):
        return None
    if len(raw) != _NONCE + _MOMENT + _DIGEST:
        return None
    said, mark = raw[:-_DIGEST], raw[-_DIGEST:]
    if not hmac.compare_digest(mark, keys.device_mark(user, said)):
        return None
    issued = datetime.fromtimestamp(int.from_bytes(said[_NONCE:]), UTC)
    return said[:_NONCE] if now < issued + policy.device_lifetime else None

"""What the front desk answers with. Some of it is secret, and is kept nowhere else."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.identity.events import Whereabouts  # noqa: TC001 - as above
from shared.principal import Assurance, Role, Service  # noqa: TC001 - as above


class QuestionAsked(msgspec.Struct, frozen=True):
    """驗證問題: by its token it is heard and answered."""

    token: str
    text: str
    expires_at: datetime


class Spoken(msgspec.Struct, frozen=True):
    """The question as a WAV file."""

    wav: bytes


class CodeSent(msgspec.Struct, frozen=True):
    """驗證碼已寄出, if anybody is known by what was entered; `attempt` is wanted with the code.

    `digits` is how long a code is, `tries` how often this one may be entered.
    """

    attempt: str
    expires_at: datetime
    resend_at: datetime
    digits: int
    tries: int


class CodeProved(msgspec.Struct, frozen=True):
    """驗證碼正確: `proof` is wanted with the next step, and good for that step alone, once, until `expires_at`."""

    proof: str
    expires_at: datetime


class SignedIn(msgspec.Struct, frozen=True):
    """已登入: `session` is the token to send with every request, until `ends_at`, or `idle_seconds` without any.

    `device` is for the browser to keep and to send before the next sign-in (`Client.devices`); empty where nothing new
    is to be kept. `may_choose` says that the person has other capacities (身分) too, `card_ends_on` which day is the
    last of the card that was used.
    """

    session: str
    session_id: UUID
    role: Role
    assurances: tuple[Assurance, ...]
    idle_seconds: int
    ends_at: datetime
    device: str = ""
    may_choose: bool = False
    card_ends_on: date | None = None


class CardNonce(msgspec.Struct, frozen=True):
    """憑證登入: the `nonce` for the card to sign, as text; `attempt` is wanted with the token, of the same browser."""

    attempt: str
    nonce: str
    expires_at: datetime


class CardChecked(msgspec.Struct, frozen=True):
    """環境檢測: whose card it is and until when it holds; `reason` is empty where its token would be accepted."""

    reason: str = ""
    kind: str = ""
    ends_on: date | None = None


class OwnCapacity(msgspec.Struct, frozen=True):
    """身分: one of what the caller may be, by its `key`; `name` is that of the place, or else of the person."""

    key: str
    role: Role
    institution: str | None
    jurisdiction: str | None
    name: str
    services: tuple[Service, ...]
    is_taken: bool


class CardEntry(msgspec.Struct, frozen=True):
    """憑證卡 of a holder or of an account: `id` names the entry; who has been forgotten has no issuer and no name."""

    id: UUID
    kind: str
    issuer: str
    name: str
    since: datetime


class PasswordReset(msgspec.Struct, frozen=True):
    """密碼已重設: `device` is for the browser to keep, as after a sign-in, so that the first one is not kept out."""

    device: str


class Done(msgspec.Struct, frozen=True):
    """It was taken; what came of it, only the mailbox learns."""


class DoctorNamed(msgspec.Struct, frozen=True):
    """醫師: the practitioner number, and the name; empty where the registry has none."""

    number: str
    name: str


class Badge(msgspec.Struct, frozen=True):
    """名牌: what a page says of who is signed in; empty where there is nothing to say.

    `mobile` is the phone that a parent has proved, `doctors` are those in whose name an account works. A long-term care
    centre's `institution_name` is its county.
    """

    name: str = ""
    mobile: str = ""
    institution_name: str = ""
    doctors: tuple[DoctorNamed, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """Who asks: `principal` is signed, for other services to read; it lives a minute.

    The session is over at `ends_at`, or after `idle_seconds` without a request, counted from this one.
    """

    principal: str
    session_id: UUID
    role: Role
    assurances: tuple[Assurance, ...]
    institution: str | None
    jurisdiction: str | None
    badge: Badge
    idle_seconds: int
    ends_at: datetime


class SessionsChecked(msgspec.Struct, frozen=True):
    """Who asks with each token, in the order of the tokens; None for one that opens nothing any more."""

    known: tuple[Known | None, ...]


class OwnSession(msgspec.Struct, frozen=True):
    """One of one's own sessions: since when, from where, with what; `where` is None once it cannot be read any more."""

    id: UUID
    opened_at: datetime
    seen_at: datetime
    ends_at: datetime
    assurances: tuple[Assurance, ...]
    where: Whereabouts | None

"""The figures of coming in that may change: dated, cited, and named in every event decided under them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from shared.policies import in_force
from shared.principal import OF_CARDS, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Limit(NamedTuple):
    """At most `most` times within any `period`."""

    most: int
    period: timedelta


class SessionTerms(NamedTuple):
    """How long a session lives without a request, and how long at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class LockTerms:
    """After how many wrong answers in a row somebody has to wait, and how long; twice as long each further time."""

    after: int
    wait: timedelta
    most_doublings: int
    """No longer wait than after so many doublings (ours; ten of 15 minutes are some ten days)."""

    def wait_after(self, locks: int) -> timedelta:
        """The wait that follows when somebody has been locked out `locks` times before."""
        doublings = min(locks, self.most_doublings)
        return self.wait * (1 << doublings)


@dataclass(frozen=True)
class Policy:
    """One dated set of rules, in force from `effective_from` (a Taipei day) until the next set."""

    effective_from: date

    # One-time codes (IDENTITY §7)
    code_digits: int
    code_lifetime: timedelta
    code_tries: int
    code_proof_lifetime: timedelta
    """From a code that was entered to the step for which it was sent (ours): to find the card and choose a password."""
    sends: tuple[Limit, ...]
    """Of codes and mails, by identifier, by phone or mailbox, and by client address (IDENTITY §7)."""
    resend: Limit
    """The pause between two codes to one phone (IDENTITY §7)."""
    sends_before_question: Limit
    """So many sends are free; the next asks for the plain-language question (ours; S000 asks each time)."""
    code_lock: LockTerms
    """Counted in codes that used up their tries (IDENTITY §7)."""

    # Accounts (S000, DOMAIN §1.1 row 21)
    invitation_lifetime: timedelta
    """7 days (S000)."""
    invitation_reminder: timedelta
    """Day 5 (DOMAIN §1.1 row 21)."""

    # Passwords
    reset_lifetime: timedelta
    """A link by mail; NIST SP 800-63B-4 §4.2.2 allows 24 hours at most, a mailbox at hand needs less (ours)."""
    password_least: int
    """15 characters where the password stands alone (NIST SP 800-63B-4 §3.1.1.2); no rules of composition."""
    password_most: int
    """At least 64 have to be taken (as above); more than this only keeps the machine busy (ours)."""
    password_history: int
    """So many former passwords cannot come back (ours)."""
    password_lock: LockTerms
    """Counted in wrong passwords from one place (ours: as many as three codes have tries)."""
    failures_before_question: int
    """From one place; then the plain-language question (IDENTITY §1)."""
    failures_anywhere_before_question: int
    """From all places together (ours): a stranger makes it harder for the holder, not impossible."""
    failures_most: int
    """From all places together: then only a reset by mail helps (NIST SP 800-63B-4 §3.2.2: no more than 100)."""
    tries_of_client: tuple[Limit, ...]
    """Passwords tried from one client address, whosever (ours): a list of stolen passwords gets no further."""
    answer_lock: LockTerms
    """Counted in wrong answers to the question from one place (ours): chance answers about one in thirty."""
    questions_asked: tuple[Limit, ...]
    """From one client address (ours): who does not like a question may have another, and nobody fills the table."""
    questions_spoken: tuple[Limit, ...]
    """From one client address (ours): each begins a process."""
    device_lifetime: timedelta
    """So long a browser is known again after a sign-in (ours): a clinic that signs in twice a year stays known."""
    question_lifetime: timedelta
    """To answer the plain-language question, hearing it included (ours)."""

    # Cards (IDENTITY §2)
    card_nonce_lifetime: timedelta
    """5 minutes (IDENTITY §2)."""
    card_nonces: tuple[Limit, ...]
    """From one client address (ours): a hospital's personnel come in from one, and nobody fills the table."""
    card_tries: tuple[Limit, ...]
    """Judged and refused, from one client address (ours): who comes in is not counted, as a hospital's all do."""
    card_voids: tuple[Limit, ...]
    """What answers to no nonce or is no token, from one client address (ours): so many stand in the log, and nobody
    is kept out by more."""

    # Sessions
    sessions: Mapping[Role, SessionTerms]
    """NIST SP 800-63B-4 §2.2.3: at most 24 hours, and about an hour without a request; shorter the more a role may."""
    seen_pause: timedelta
    """A session's last request is noted once in so long (ours), so that checking costs no writing."""

    @property
    def version(self) -> str:
        """The name under which events cite this policy."""
        return f"identity/{self.effective_from.isoformat()}"


_HALF_AN_HOUR = SessionTerms(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
_TWENTY_MINUTES = SessionTerms(idle=timedelta(minutes=20), absolute=timedelta(hours=8))
"""No shorter: who reads or types slowly needs them (WCAG 2.2, 2.2.1)."""
_WAIT = timedelta(minutes=15)

POLICIES: Sequence[Policy] = (
    Policy(
        effective_from=date(2025, 1, 1),
        code_digits=6,
        code_lifetime=timedelta(minutes=5),
        code_tries=3,
        code_proof_lifetime=timedelta(minutes=10),
        sends=(Limit(5, timedelta(hours=1)), Limit(10, timedelta(days=1))),
        resend=Limit(1, timedelta(seconds=60)),
        sends_before_question=Limit(2, timedelta(hours=1)),
        code_lock=LockTerms(after=3, wait=_WAIT, most_doublings=10),
        invitation_lifetime=timedelta(days=7),
        invitation_reminder=timedelta(days=5),
        reset_lifetime=timedelta(hours=1),
        password_least=15,
        password_most=128,
        password_history=5,
        password_lock=LockTerms(after=9, wait=_WAIT, most_doublings=10),
        failures_before_question=3,
        failures_anywhere_before_question=10,
        failures_most=100,
        tries_of_client=(Limit(60, timedelta(hours=1)), Limit(300, timedelta(days=1))),
        answer_lock=LockTerms(after=5, wait=_WAIT, most_doublings=10),
        questions_asked=(Limit(30, timedelta(minutes=10)), Limit(300, timedelta(days=1))),
        questions_spoken=(Limit(20, timedelta(minutes=10)), Limit(100, timedelta(days=1))),
        device_lifetime=timedelta(days=200),
        question_lifetime=timedelta(minutes=10),
        card_nonce_lifetime=timedelta(minutes=5),
        card_nonces=(Limit(300, timedelta(minutes=10)), Limit(5000, timedelta(days=1))),
        card_tries=(Limit(200, timedelta(minutes=10)), Limit(3000, timedelta(days=1))),
        card_voids=(Limit(200, timedelta(minutes=10)), Limit(3000, timedelta(days=1))),
        sessions={
            **dict.fromkeys(OF_CARDS, _HALF_AN_HOUR),
            Role.PARENT: _HALF_AN_HOUR,
            Role.DOCTOR: _HALF_AN_HOUR,
            Role.CASE_MANAGER: _HALF_AN_HOUR,
            Role.BUREAU_MANAGER: _HALF_AN_HOUR,
            Role.BUREAU_OFFICER: _HALF_AN_HOUR,
            Role.INSURER_OFFICER: _HALF_AN_HOUR,
            Role.OPERATOR: _TWENTY_MINUTES,
            Role.AUDITOR: _TWENTY_MINUTES,
        },
        seen_pause=timedelta(minutes=1),
    ),
)


def policy_in_force(day: date, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The set in force on that Taipei day."""
    return in_force(day, policies)

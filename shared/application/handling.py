"""What happens to a command, whatever it is: who asks, asked before, decided, stored with its answer, tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import msgspec

from shared.access import objection_to
from shared.application.entries import refuse_unprintable, refuse_unusable_key
from shared.application.outcome import outcome_of
from shared.refusals import Busy, ChangedMeanwhile, IdempotencyKeyReused, PersonGone, Refusal, heed
from shared.sealing import PersonForgotten
from shared.store.append import Answer, Cause
from shared.store.application import StoredApplication
from shared.store.errors import AlreadyAnswered, ReservationTaken, VersionConflict
from shared.tracing import span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from shared.access import WhoMay
    from shared.application.outcome import Decision, Outcome
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.vault.vault import Vault

    Handler = Callable[[Any, Any, Principal, datetime], Decision]
    """Decides about a command, given the desk of its context: what to store, and what to answer."""

_TRIES = 3
"""How often a command is decided, anew when somebody was faster; who loses once is mostly refused the next time."""


@dataclass(frozen=True)
class Trace:
    """What a command belongs to: the request or event chain, the event behind it, W3C Trace Context's header."""

    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""


UNTRACED = Trace()


class Answering(NamedTuple):
    """Under which key an answer is kept, and the digest of the command that it answers."""

    key: str
    digest: bytes


class ContextApplication(StoredApplication):
    """Every command of a context goes through `handle`.

    A subclass lists its `handlers` and `who_may` give each command, and sets `desk`: what its handlers have at hand.
    """

    handlers: ClassVar[Mapping[type, Handler]]
    who_may: ClassVar[WhoMay]
    paragraphs: ClassVar[frozenset[str]] = frozenset()
    """Fields of commands whose text may have several lines."""
    urgent: ClassVar[frozenset[type]] = frozenset()
    """Commands that keep somebody out: taken also while nobody can sign the log, because waiting would do harm."""
    busy: ClassVar[type[Busy]] = Busy
    person_gone: ClassVar[type[PersonGone]] = PersonGone

    desk: Any

    def __init__(self, database: Database, vault: Vault, **options: Any) -> None:
        super().__init__(database, **options)
        self.vault = vault

    def handle(  # noqa: PLR0913, PLR0917 - what belongs to a request
        self,
        command: object,
        principal: Principal,
        idempotency_key: str,
        now: datetime,
        trace: Trace = UNTRACED,
        based_on: int | None = None,
    ) -> Outcome:
        """Carry out a command once; raises a `Refusal` with nothing stored.

        Where `based_on` is given, the version of what the command is about that its caller has seen, it is refused
        with `ChangedMeanwhile` if that is another by now.

        The same command under the same idempotency key is answered as before; another one is refused. `now` is when it
        is asked (aware). Without a correlation id the idempotency key stands for it, in every event: nothing personal
        belongs into either. Raises `StoreUnavailable` when the outcome is not known: then repeat it with the same key.
        """
        refuse_unusable_key(idempotency_key)
        refuse_unprintable(command, self.paragraphs)
        digest = self._digest(command, principal)
        if (answer := self.answer_to(idempotency_key)) is not None:
            return _repeated(answer, digest)
        heed(objection_to(principal, self.who_may[type(command)]))
        cause = Cause(
            principal=principal,
            correlation_id=trace.correlation_id or idempotency_key,
            causation_id=trace.causation_id,
            traceparent=trace.traceparent,
            policy_version=self.policy_version(now),
        )
        tries_left = _TRIES
        while True:
            tries_left -= 1
            try:
                return self._carry_out(command, cause, Answering(idempotency_key, digest), now, based_on)
            except AlreadyAnswered as error:
                return _repeated(error.answer, digest)
            except (VersionConflict, ReservationTaken):
                if not tries_left:
                    raise self.busy from None
            except Refusal:
                # The same command may have been carried out meanwhile, and stand in its own way.
                if (answer := self.answer_to(idempotency_key)) is not None:
                    return _repeated(answer, digest)
                raise

    def consider(self, command: object, principal: Principal, now: datetime) -> Outcome:
        """What a command would lead to now, with nothing stored; raises the `Refusal` that it would meet.

        For commands whose handlers do no more than load, decide, and ask the vault for people.
        """
        refuse_unprintable(command, self.paragraphs)
        heed(objection_to(principal, self.who_may[type(command)]))
        return self._decide(command, principal, now).outcome

    def policy_version(self, now: datetime) -> str:  # noqa: ARG002 - a context whose policies are dated looks at it
        """By which version of its dated policy values the context decides at that moment; empty where it has none."""
        return ""

    def _carry_out(
        self, command: object, cause: Cause, answering: Answering, now: datetime, based_on: int | None
    ) -> Outcome:
        decision = self._decide(command, cause.principal, now)
        if based_on is not None:
            heed(_objection_to_basis(decision, based_on))
        for prepare in decision.beforehand:
            prepare()
        answer = Answer(*answering, msgspec.json.encode(decision.outcome))
        with span(f"append {type(command).__name__}", cause.traceparent) as within:
            cause = replace(cause, traceparent=within.traceparent)
            self.append(
                *decision.changed, cause=cause, reserve=decision.reserve, release=decision.release, answer=answer
            )
        return decision.outcome

    def _decide(self, command: object, principal: Principal, now: datetime) -> Decision:
        try:
            return self.handlers[type(command)](self.desk, command, principal, now)
        except PersonForgotten:
            raise self.person_gone from None

    def _digest(self, command: object, principal: Principal) -> bytes:
        """Tells one command of one caller from all others, and outlives the people in it: so it must be keyed."""
        told = msgspec.json.encode([type(command).__name__, command, principal.id])
        return self.vault.keyed_digest("command", told)


def _objection_to_basis(decision: Decision, based_on: int) -> Refusal | None:
    """Whether what is decided about was, before, as the caller has seen it."""
    versions = (one.version - len(one.pending_events) for one in decision.changed if one.id == decision.outcome.id)
    before = next(versions, based_on)
    return None if before == based_on else ChangedMeanwhile(version=before)


def _repeated(answer: Answer, digest: bytes) -> Outcome:
    if answer.digest != digest:
        raise IdempotencyKeyReused("idempotency_key")
    return outcome_of(answer.body)

"""One call: who makes it is proved and allowed, its form read, its answer or refusal given back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - its form reads the annotation at run time

import msgspec
import structlog
from nameko.extensions import DependencyProvider

from shared.access import objection_to
from shared.application.entries import refuse_unprintable
from shared.context import Duty, utc_now
from shared.logs import about
from shared.metrics import CALLS
from shared.principal import VISITOR, Principal, Role
from shared.read_models.reader import NotFilledYet
from shared.refusals import IdempotencyKeyReused, Refusal, heed
from shared.rpc.callers import principal_in, trace_in
from shared.rpc.forms import Form
from shared.rpc.refusals import FieldMalformed, PrincipalMissing
from shared.rpc.wire import CallRefused, ServiceFailed, ServiceUnavailable
from shared.store.errors import StoreUnavailable
from shared.tracing import span
from shared.trouble import TROUBLE, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from nameko.containers import WorkerContext

    from shared.access import Party
    from shared.application import Trace
    from shared.context import Context
    from shared.principal_tokens import PrincipalReader
    from shared.read_models.model import ReadModel
    from shared.read_models.reader import Reader

    Answer = dict[str, Any] | CallRefused | ServiceFailed | ServiceUnavailable

FRESH_SECONDS = 2.0
"""How long a query waits for the rows to know what its caller has written."""

HOST = "caretrail"
"""The key under which Nameko's configuration holds the `Host`."""

_OWN_KEYS = ("process/", "forgotten/", "import/")
"""So begin the keys under which a context's own processes and imports do their work. They can be foretold: a caller who
took one first would have that work refused, or reported as done."""

_OUTCOMES: Mapping[type, str] = {CallRefused: "refused", ServiceFailed: "failed", ServiceUnavailable: "unavailable"}
"""How a call ended that was not answered, as metrics name it."""

_log = structlog.get_logger()


@dataclass(frozen=True)
class Host:
    """What a process gives a service: its context put together, identity's public keys, the duties it has beside."""

    context: Context[Any]
    principals: PrincipalReader
    duties: tuple[Duty, ...] = ()
    clock: Callable[[], datetime] = utc_now


@dataclass(frozen=True)
class Written:
    """What a reader has written itself: the `id` and `version` of a command's outcome."""

    id: UUID
    version: int


@dataclass(frozen=True)
class Task:
    """A command as a method: how its form is read, and who may give it."""

    form: Form[Any]
    parties: tuple[Party, ...]


@dataclass(frozen=True)
class Question:
    """A query as a method: what finds the answer, how its form is read, who may ask, whose rows are read."""

    method: Callable[..., Any]
    form: Form[Any]
    parties: tuple[Party, ...]
    reads: type[ReadModel[Any]] | None
    takes_nothing: bool


class Readers:
    """The readers of a context's models, each opened when it is first asked for."""

    def __init__(self, context: Context[Any]) -> None:
        self._context = context
        self._open: dict[type[ReadModel[Any]], Reader] = {}

    def of(self, model: type[ReadModel[Any]]) -> Reader:
        """The reader of this model."""
        if model not in self._open:
            self._open[model] = self._context.reader(model)
        return self._open[model]

    def close(self) -> None:
        """Close their connections."""
        for reader in self._open.values():
            reader.close()


_written = Form(Written)


def _unnoted(principal: Principal, trace: Trace, refusal: Refusal) -> None:
    """A question that was refused is in the log of the process alone."""


@dataclass(frozen=True)
class Call:
    """A call that has come, with all that is needed to answer it."""

    host: Host
    readers: Readers
    method: str
    headers: Mapping[str, object]
    now: datetime

    def carry_out(self, task: Task, payload: object, idempotency_key: object, based_on: object) -> Answer:
        """Have the context handle a command; answers with the fields of the outcome."""

        def work(principal: Principal, trace: Trace) -> dict[str, Any]:
            if not isinstance(idempotency_key, str):
                raise FieldMalformed("idempotency_key", expected="text")
            if idempotency_key.startswith(_OWN_KEYS):
                raise IdempotencyKeyReused("idempotency_key")
            if not isinstance(based_on, int | None) or isinstance(based_on, bool):
                raise FieldMalformed("based_on", expected="whole_number")
            command = task.form.read(payload)
            outcome = self.host.context.handle(command, principal, idempotency_key, self.now, trace, based_on)
            told: dict[str, Any] = msgspec.to_builtins(msgspec.structs.asdict(outcome))
            return told

        def note(principal: Principal, trace: Trace, refusal: Refusal) -> None:
            self.host.context.refusals.note(self.method, refusal.code, principal, trace, self.now)

        return self._guarded(task.parties, work, note)

    def answer(self, service: object, question: Question, payload: object, written: object) -> Answer:
        """Find what is asked, as the principal may see it."""

        def work(principal: Principal, _: Trace) -> dict[str, Any]:
            asked = question.form.read(payload or {})
            refuse_unprintable(asked, frozenset())
            stale = written is not None and question.reads is not None and not self._is_fresh(question.reads, written)
            given = (principal,) if question.takes_nothing else (principal, asked)
            found = msgspec.to_builtins(question.method(service, *given))
            refuses = self.host.context.vouching.objection() is not None
            return {"found": found, "stale": stale, "refuses_commands": refuses}

        return self._guarded(question.parties, work)

    def _is_fresh(self, model: type[ReadModel[Any]], written: object) -> bool:
        wanted = _written.read(written)
        return self.readers.of(model).fresh_enough(wanted.id, wanted.version, FRESH_SECONDS)

    def _guarded(
        self,
        parties: tuple[Party, ...],
        work: Callable[[Principal, Trace], dict[str, Any]],
        note: Callable[[Principal, Trace, Refusal], object] = _unnoted,
    ) -> Answer:
        """Have the work done for whoever may have it done, measured, as a part of what the call belongs to.

        `note` hears what is refused to whom: to nobody in particular where that could not be told.
        """
        began = time.perf_counter()
        trace = trace_in(self.headers)
        with about(trace.correlation_id, trace.causation_id), span(self.method, trace.traceparent, "server") as within:
            answer = self._answered(parties, work, note, replace(trace, traceparent=within.traceparent))
            outcome = _OUTCOMES.get(type(answer), "answered")
            within.note("outcome", outcome)
        CALLS.labels(self.method, outcome).observe(time.perf_counter() - began)
        return answer

    def _answered(
        self,
        parties: tuple[Party, ...],
        work: Callable[[Principal, Trace], dict[str, Any]],
        note: Callable[[Principal, Trace, Refusal], object],
        trace: Trace,
    ) -> Answer:
        """Do the work for whoever may have it done. What is raised is returned: Nameko would log it with its values."""
        principal = VISITOR
        try:
            principal = self._principal(parties)
            heed(objection_to(principal, parties))
            return work(principal, trace)
        except Refusal as refusal:
            _log.info("call_refused", method=self.method, code=refusal.code)
            note(principal, trace, refusal)
            return CallRefused.because_of(refusal)
        except (*TROUBLE, StoreUnavailable, NotFilledYet) as trouble:
            _log.warning("call_unanswerable", method=self.method, cause=type(trouble).__name__)
            return ServiceUnavailable(trace.correlation_id)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller gets an incident number
            _log.error("call_failed", method=self.method, reason=reason(fault))
            return ServiceFailed(trace.correlation_id)

    def _principal(self, parties: tuple[Party, ...]) -> Principal:
        try:
            return principal_in(self.headers, self.host.principals, self.now)
        except PrincipalMissing:
            if any(Role.VISITOR in party.roles for party in parties):
                return VISITOR
            raise


class Calls(DependencyProvider):  # type: ignore[misc]
    """Gives each call of a service what is needed to answer it."""

    def setup(self) -> None:
        """Prepare for the first call."""
        self._host: Host = self.container.config[HOST]
        self._readers = Readers(self._host.context)

    def stop(self) -> None:
        """Close what was opened; no call is under way any more."""
        self._readers.close()

    def get_dependency(self, worker_ctx: WorkerContext) -> Call:
        """The call that this worker answers."""
        method = f"{worker_ctx.service_name}.{worker_ctx.entrypoint.method_name}"
        return Call(self._host, self._readers, method, worker_ctx.data, self._host.clock())

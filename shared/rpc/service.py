"""A context as a Nameko service: one RPC method a command, and queries, each with a rule who may call it.

A context subclasses `ContextService` in its `entrypoints`:

    class IdentityService(ContextService):
        name = "identity"
        words = WORDING  # what it says to people, asked for as `wording`
        application = Identity  # a ContextApplication: its `handlers` become methods, its `who_may` their rules

        @query(CLINIC, OPERATOR, asks=InstitutionSearch, reads=Institutions)
        def find_institutions(self, principal: Principal, asked: InstitutionSearch) -> list[Institution]:
            return find(self.reader(Institutions), asked)

`SubmitCase` becomes `submit_case(payload, idempotency_key)`, which answers with the fields of its `Outcome`; with
`based_on`, the version that its caller has seen, it is refused where that is another by now. A query is
called with `payload` (the fields of `asks`, a frozen dataclass) and, to read one's own writes, `written` (`id` and
`version` of an outcome); it answers with `found`, and `stale` where the rows of `reads` did not get there within two
seconds. `self.context` is the composed context, `self.now` the time of the call, `aside.aside` does what would block.
A refusal that is raised reaches the caller as one; anything else as an incident number.

Whoever calls without a signed principal is `VISITOR`: that helps only where a rule names a party of that role.
The command line hosts what `entrypoints/__init__.py` names `SERVICE`, put together by `identity_in` of the bootstrap.
"""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, get_type_hints

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from shared.access import AUDITOR, OPERATOR, PLATFORM, Party
from shared.application import Outcome
from shared.calendar import taipei_day
from shared.health import Report, examine
from shared.oversight import oversee
from shared.parked import Foreseen, Tried  # noqa: TC001 - answers are looked up at run time
from shared.policy_values import PolicyValue, policy_values
from shared.principal import Assurance, Principal, Role
from shared.rpc import inspecting, operating
from shared.rpc.call import Calls, Question, Task
from shared.rpc.entry import entry
from shared.rpc.followers import Followers
from shared.rpc.forms import Form
from shared.standings import Oversight  # noqa: TC001 - documents read the annotation at run time
from shared.words import Language  # noqa: TC001 - a form reads the annotation at run time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from shared.application import ContextApplication
    from shared.context import Context
    from shared.policies import Dated
    from shared.read_models.model import ReadModel
    from shared.read_models.reader import Reader
    from shared.rpc.call import Call
    from shared.words import Catalogue, Wording

_RULE = "caretrail_rule"
"""Where a method keeps what it is and who may call it."""

EVERYBODY = Party(frozenset(Role), frozenset(Assurance))
"""Whoever asks, also without having come in."""


@dataclass(frozen=True)
class Nothing:
    """What a query asks that needs to be told nothing."""


@dataclass(frozen=True)
class Spoken:
    """In which language."""

    language: Language


class Kind(StrEnum):
    """What a method does: a command or a deed changes something, a query nothing; a deed's answer is told once."""

    COMMAND = "command"
    DEED = "deed"
    QUERY = "query"


class _Told(NamedTuple):
    """What a method was declared with."""

    kind: Kind
    parties: tuple[Party, ...]
    asks: type
    answers: Callable[[], Any]


@dataclass(frozen=True)
class Rule:
    """One line of a service's policy: the method, the parties that may call it, what it asks and answers with."""

    service: str
    method: str
    kind: Kind
    parties: tuple[Party, ...]
    asks: type
    answers: Callable[[], Any]
    """The type of the answer, looked up when it is wanted: only documents are made of it."""


class RuleMissing(TypeError):
    """A method can be called by others, and nothing says by whom."""

    def __init__(self, method: str) -> None:
        super().__init__(f"{method}: say which parties may call it; each needs a role and a proof")


def query(
    *parties: Party, asks: type = Nothing, reads: type[ReadModel[Any]] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let `parties` call a method that only reads: it gets the principal and what was asked, read as `asks`.

    `reads` is the model whose rows it finds, by which its answer is known to be fresh.
    """

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        _demand_rule(method.__name__, parties)
        question = Question(method, Form(asks), parties, reads, takes_nothing=asks is Nothing)

        def answer(self: ContextService, payload: object = None, written: object = None) -> object:
            return self.call.answer(self, question, payload, written)

        told = _Told(Kind.QUERY, parties, asks, partial(_answer_of, method))
        return _declared(answer, method.__name__, method.__doc__, told)

    return declare


def deed(*parties: Party, asks: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let `parties` have something done whose answer is secret, told once and kept nowhere: a log-in, say.

    It gets the principal and what was asked, and has no idempotency key: whoever loses the answer asks anew.
    """

    def declare(method: Callable[..., Any]) -> Callable[..., Any]:
        _demand_rule(method.__name__, parties)
        question = Question(method, Form(asks), parties, reads=None, takes_nothing=False)

        def answer(self: ContextService, payload: object) -> object:
            return self.call.answer(self, question, payload, written=None)

        told = _Told(Kind.DEED, parties, asks, partial(_answer_of, method))
        return _declared(answer, method.__name__, method.__doc__, told)

    return declare


def method_of(command: type) -> str:
    """The name of the method that carries out this command."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", command.__name__).lower()


def _command(command: type, parties: tuple[Party, ...]) -> Callable[..., Any]:
    name = method_of(command)
    _demand_rule(name, parties)
    task = Task(Form(command), parties)

    def carry_out(self: ContextService, payload: object, idempotency_key: object, based_on: object = None) -> object:
        return self.call.carry_out(task, payload, idempotency_key, based_on)

    return _declared(carry_out, name, command.__doc__, _Told(Kind.COMMAND, parties, command, lambda: Outcome))


def _declared(method: Callable[..., Any], name: str, doc: str | None, told: _Told) -> Callable[..., Any]:
    method.__name__, method.__doc__ = name, doc
    setattr(method, _RULE, told)
    declared: Callable[..., Any] = entry(method)
    return declared


def _answer_of(method: Callable[..., Any]) -> Any:
    """The return annotation alone: the others may name types that are imported for the type checker only."""
    told = SimpleNamespace(__annotations__={"return": method.__annotations__["return"]})
    return get_type_hints(told, vars(sys.modules[method.__module__]))["return"]


def _demand_rule(method: str, parties: tuple[Party, ...]) -> None:
    if not parties or not all(party.roles and party.proofs for party in parties):
        raise RuleMissing(method)


class ContextService:
    """What others may ask of one context."""

    name: ClassVar[str]
    words: ClassVar[Wording]
    application: ClassVar[type[ContextApplication]]
    policies: ClassVar[Sequence[Dated]] = ()
    """The sets of its dated policy values, told in its words."""

    call: Call = Calls()
    followers = Followers()

    def __init_subclass__(cls) -> None:
        for command in cls.application.handlers:
            parties = cls.application.who_may.get(command, ())
            if parties != (PLATFORM,):  # what only the context's own processes ask never comes by RPC
                method = _command(command, parties)
                setattr(cls, method.__name__, method)

    @query(EVERYBODY)
    def health(self, _principal: Principal) -> Report:
        """Whether the context can do its work: what it needs is there, and whoever follows its log is at work."""
        return examine(self.context)

    @query(EVERYBODY, asks=Spoken)
    def wording(self, _: Principal, asked: Spoken) -> Catalogue:
        """What the context says in a language: its refusals by code, and the codes in them and in answers."""
        return self.words.catalogue(asked.language)

    @query(OPERATOR, AUDITOR)
    def inspectable(self, _: Principal) -> inspecting.Inspectable:
        """What can be asked about: read models and processes with their columns, types of events."""
        return inspecting.inspectable(self.context)

    @query(OPERATOR, AUDITOR, asks=inspecting.RowAsked)
    def why_row(self, principal: Principal, asked: inspecting.RowAsked) -> inspecting.WhyAnswered:
        """Why a row is so: the events behind it. Who has asked is noted."""
        return inspecting.why_row(self.context, principal, asked, self.now)

    @query(OPERATOR, AUDITOR, asks=inspecting.RequestAsked)
    def trace_request(self, _: Principal, asked: inspecting.RequestAsked) -> inspecting.TraceAnswered:
        """What one request has led to in this context, and what was refused of it."""
        return inspecting.trace_request(self.context, asked)

    @query(OPERATOR, AUDITOR, asks=inspecting.EventsAsked)
    def find_events(self, _: Principal, asked: inspecting.EventsAsked) -> inspecting.EventsAnswered:
        """The newest events, of some types or about a subject, before a position or a moment."""
        return inspecting.find_events(self.context, asked)

    @query(OPERATOR, AUDITOR, asks=inspecting.EventAsked)
    def published_event(self, _: Principal, asked: inspecting.EventAsked) -> inspecting.EventAnswered:
        """One event as it was published, to the byte."""
        return inspecting.published_event(self.context, asked)

    @query(OPERATOR, AUDITOR)
    def oversight(self, _: Principal) -> Oversight:
        """How the context is doing: its relay, queues, read models and processes, and what needs a person."""
        return oversee(self.context)

    @query(OPERATOR, AUDITOR, asks=Spoken)
    def policy_values(self, _: Principal, asked: Spoken) -> list[PolicyValue]:
        """Every dated policy value in words, from which day it holds, and what was before."""
        return policy_values(self.policies, self.words.policy_words(asked.language), taipei_day(self.now))

    @query(OPERATOR, AUDITOR)
    def parked_events(self, _: Principal) -> operating.ParkedFound:
        """What could not be taken, and what was done about it last."""
        return operating.parked_events(self.context)

    @query(OPERATOR, AUDITOR, asks=operating.ParkedOf)
    def foresee_retry(self, _: Principal, asked: operating.ParkedOf) -> list[Foreseen]:
        """What trying parked events again would come to now; nothing is kept of it."""
        return operating.foresee(self.context, asked)

    @deed(OPERATOR, asks=operating.ParkedOf)
    def retry_parked(self, principal: Principal, asked: operating.ParkedOf) -> list[Tried]:
        """Try parked events again."""
        return operating.try_again(self.context, principal, asked)

    @deed(OPERATOR, asks=operating.DropParked)
    def drop_parked(self, principal: Principal, asked: operating.DropParked) -> operating.Dropped:
        """Give up parked events for good."""
        return operating.drop(self.context, principal, asked)

    @property
    def context(self) -> Context[Any]:
        """The context, put together."""
        return self.call.host.context

    @property
    def now(self) -> datetime:
        """When the call came (aware, UTC)."""
        return self.call.now

    def reader(self, model: type[ReadModel[Any]]) -> Reader:
        """What queries of this model read with; it stays open between calls."""
        return self.call.readers.of(model)


def rules_of(service: type) -> Iterator[Rule]:
    """The policy of a service, method by method; raises `RuleMissing` for one that anybody could call."""
    for name, method in inspect.getmembers(service, inspect.isfunction):
        if hasattr(method, ENTRYPOINT_EXTENSIONS_ATTR):
            told = getattr(method, _RULE, _Told(Kind.QUERY, (), Nothing, lambda: None))
            _demand_rule(f"{service.__name__}.{name}", told.parties)
            yield Rule(service.name, name, *told)  # type: ignore[attr-defined]  # Nameko demands the name

"""The library's application over our store: load, decide, append."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.utils import Environment

from shared.events import EventDecoder
from shared.milestones import unwatched
from shared.store.append import Answer, Append, Attribution, EventRow, Holdings
from shared.store.mapper import EventMapper
from shared.store.recorder import Factory, Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from eventsourcing.domain import CanMutateAggregate
    from eventsourcing.persistence import StoredEvent
    from eventsourcing.utils import EnvType

    from shared.events import Aggregate, Event
    from shared.milestones import Milestone
    from shared.postgres import Connection, Database
    from shared.store.append import Cause, Reservation

T = TypeVar("T")
AnyAggregate = TypeVar("AnyAggregate", bound="Aggregate")

_HOLDER = "select holder from reservation where scope = %s and key = %s"
_HOLDERS = "select key, holder from reservation where scope = %s and key = any(%s)"
_HOLDERS_IN = "select distinct holder from reservation where scope = any(%s) order by holder"
_ANSWER = "select key, digest, body from answer where key = %s"
_SEIZE = """
insert into reservation (scope, key, holder) values (%s, %s, %s)
on conflict (scope, key) do update set holder = excluded.holder
"""
_GIVE_BACK = "delete from reservation where scope = %s and key = %s"
_KEYS_HELD_BY = "select key from reservation where scope = %s and holder = %s order by key"
_NEXT_NUMBER = """
insert into counter (scope, value) values (%s, 1)
on conflict (scope) do update set value = counter.value + 1
returning value
"""


class Changed(Protocol):
    """An aggregate with new events. `stream_subject` is what they are about in CloudEvents, a case number say.

    `version` counts the new events in, which wait in `pending_events`.
    """

    @property
    def id(self) -> UUID:
        """By which it is loaded."""

    @property
    def version(self) -> int:
        """The version it has once its new events are stored."""

    @property
    def pending_events(self) -> Sequence[CanMutateAggregate[UUID]]:
        """The events that have not been stored yet."""

    @property
    def stream_subject(self) -> str:
        """The CloudEvents `subject`, or empty."""

    def collect_events(self) -> Sequence[CanMutateAggregate[UUID]]:
        """Hand over the events that have not been stored yet."""


def _after(aggregate: Any, events: Iterable[Any]) -> Any:
    """The aggregate after these events; the library's own loop asks of each first, and for longer, what it can do."""
    for event in events:
        aggregate = event.mutate(aggregate)
    return aggregate


def _stay() -> None:
    """Give way to nobody: threads need no leave to run."""


class StoredApplication(Application[UUID]):
    """The use cases of a context stand on this: aggregates are loaded, changed and appended with their cause.

    A subclass lists its `aggregates`. Under eventlet pass `give_way=lambda: eventlet.sleep(0)`, see `GroupCommit`.
    """

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = ()
    mapper: EventMapper
    recorder: Recorder
    factory: Factory

    def __init__(
        self, database: Database, *, give_way: Callable[[], object] = _stay, milestone: Milestone = unwatched
    ) -> None:
        self._database = database
        self._give_way = give_way
        self._milestone = milestone
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Settings come through the composition root, never from the process's environment."""
        return Environment(name, env)

    def construct_factory(self, env: Environment) -> Factory:
        """Our recorder, in place of those that the library would look up by name."""
        return Factory(env, self._database, self._give_way, self._milestone)

    def construct_mapper(self) -> EventMapper:
        """Our mapper, with a decoder whose events can change these aggregates."""
        decoder = EventDecoder(cls for aggregate in self.aggregates for cls in aggregate.event_classes())
        return EventMapper(self.construct_transcoder(), decoder)

    def append(
        self,
        *aggregates: Changed,
        cause: Cause,
        reserve: Sequence[Reservation] = (),
        release: Sequence[Reservation] = (),
        answer: Answer | None = None,
    ) -> None:
        """Store the new events of all aggregates with what belongs to them, or nothing.

        Raises `VersionConflict`, `ReservationTaken` or `AlreadyAnswered` when someone was faster, and
        `StoreUnavailable` when the outcome is not known. Nothing is stored where there is neither event nor answer.
        """
        events = list(self._rows(aggregates, Attribution(cause)))
        if events or answer is not None:
            self.recorder.append(Append(events, reserve, release, answer))

    def load(self, aggregate_class: type[AnyAggregate], aggregate_id: UUID) -> AnyAggregate:
        """The aggregate as it is now; raises the library's `AggregateNotFoundError`."""
        aggregate: object = self.repository.get(aggregate_id, projector_func=_after)
        if not isinstance(aggregate, aggregate_class):
            raise AggregateNotFoundError(f"{aggregate_id} is not a {aggregate_class.__name__}")
        return aggregate

    def holder_of(self, scope: str, key: str) -> UUID | None:
        """Who holds a reservation now."""
        rows = self.recorder.connections.fetch(_HOLDER, (scope, key))
        return rows[0][0] if rows else None

    def holders(self, scope: str, keys: Collection[str]) -> dict[str, UUID]:
        """Who holds which of these keys now; those that nobody holds are left out."""
        return dict(self.recorder.connections.fetch(_HOLDERS, (scope, list(keys))))

    def holders_in(self, scopes: Collection[str]) -> list[UUID]:
        """Whoever holds anything in these scopes now, each once."""
        return [holder for (holder,) in self.recorder.connections.fetch(_HOLDERS_IN, (list(scopes),))]

    def answer_to(self, key: str) -> Answer | None:
        """What the command with this idempotency key was answered; its digest says whether it was the same command."""
        rows = self.recorder.connections.fetch(_ANSWER, (key,))
        return Answer(*rows[0]) if rows else None

    def next_number(self, scope: str) -> int:
        """The next number of a counter, from 1: never the same twice, some perhaps never used."""
        return int(self.recorder.connections.fetch(_NEXT_NUMBER, (scope,))[0][0])

    def seizing(self, reservations: Collection[Reservation], work: Callable[[], T]) -> T:
        """What `work` returns, while every append that touches these reservations waits; then they are as given.

        Whoever held them loses them, unless `work` raises. It may run twice, and must append nothing itself. Milestone:
        before a seizure is kept.
        """

        def seized(connection: Connection) -> T:
            for scope, key, holder in sorted(reservations):
                connection.execute(_SEIZE, (scope, key, holder))
            done = work()
            self._milestone("before a seizure is kept")
            return done

        return self.recorder.connections.transact(seized)

    def settle(self, reservations: Collection[Reservation], decide: Callable[[], Collection[Reservation]]) -> None:
        """Put what `decide` answers in the place of these reservations, while every append that touches them waits."""

        def settled(connection: Connection) -> None:
            for scope, key, holder in sorted(reservations):
                connection.execute(_SEIZE, (scope, key, holder))
            kept = decide()
            for scope, key, _ in reservations:
                connection.execute(_GIVE_BACK, (scope, key))
            for scope, key, holder in sorted(kept):
                connection.execute(_SEIZE, (scope, key, holder))

        self.recorder.connections.transact(settled)

    def keys_held_by(self, scope: str, holder: UUID) -> list[str]:
        """Every key of a scope that this holder has now; for scopes of few keys."""
        return [key for (key,) in self.recorder.connections.fetch(_KEYS_HELD_BY, (scope, holder))]

    def holdings(self, history: Sequence[StoredEvent]) -> Holdings:
        """What an aggregate holds after these events, its first to any later one: as it was reserved with them."""
        facts = [self.mapper.to_domain_event(stored) for stored in history]
        aggregate: Aggregate | None = None
        for fact in facts:
            aggregate = fact.mutate(aggregate)
        return Holdings() if aggregate is None else self.held_by(aggregate, facts)

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:  # noqa: ARG002 - who reserves looks
        """What an aggregate holds as it stands after these facts; for contexts that reserve nothing."""
        return Holdings()

    def _rows(self, aggregates: Sequence[Changed], attribution: Attribution) -> Iterator[EventRow]:
        for aggregate in aggregates:
            for event in aggregate.collect_events():
                type_name, data = self.mapper.encode(event)
                meta = attribution.meta(aggregate.stream_subject, event.timestamp)
                yield EventRow(event.originator_id, event.originator_version, type_name, data, meta)

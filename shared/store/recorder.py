"""The library's persistence over our tables: no table lock, no NOTIFY, one statement and one round trip an append."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, StoredEvent

from shared.postgres import Connections
from shared.store.group_commit import GroupCommit
from shared.store.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from eventsourcing.utils import Environment

    from shared.milestones import Milestone
    from shared.postgres import Database
    from shared.store.append import Append

_LAST = 2**63 - 1

_EVENTS_OF = """
select originator_id, originator_version, type, data
from event
where originator_id = %s and originator_version > %s and originator_version <= %s
order by originator_version {order}
limit %s
"""
_FORWARD = _EVENTS_OF.format(order="asc")
_BACKWARD = _EVENTS_OF.format(order="desc")


class Recorder(ApplicationRecorder):
    """Stores appends by group commit, and reads the events of one aggregate."""

    def __init__(self, database: Database, give_way: Callable[[], object], milestone: Milestone) -> None:
        self.connections = Connections(database, name="caretrail store")
        self._writer = Writer(lambda: database.connect(name="caretrail append"), milestone)
        self._writer.open()
        self.append: Callable[[Append], None] = GroupCommit(self._writer.write, give_way).submit

    def close(self) -> None:
        """Close every connection."""
        self._writer.close()
        self.connections.close()

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one aggregate by version."""
        query = _BACKWARD if desc else _FORWARD
        bounds = (originator_id, gt or 0, _LAST if lte is None else lte, limit)
        return [StoredEvent(*row) for row in self.connections.fetch(query, bounds)]

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> NoReturn:
        """Refuse: an event without a cause would tell nobody who did it."""
        raise NotImplementedError("events are stored by StoredApplication.append, which says who did it and why")

    def select_notifications(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: an order of commits is not an order of events."""
        raise NotImplementedError("the order of events is the relay's: read shared.store.log.Log")

    max_notification_id = select_notifications
    subscribe = select_notifications


class Factory(InfrastructureFactory):
    """Gives the library's `Application` our recorder; there are no snapshots, no trackings and no other recorders."""

    def __init__(
        self, env: Environment, database: Database, give_way: Callable[[], object], milestone: Milestone
    ) -> None:
        super().__init__(env)
        self._recorder = Recorder(database, give_way, milestone)

    def application_recorder(self) -> Recorder:
        """The recorder of this process."""
        return self._recorder

    def aggregate_recorder(self, purpose: str = "events") -> NoReturn:
        """Refuse: aggregates are short, so that there is nothing to snapshot."""
        raise NotImplementedError(f"no recorder for {purpose}: aggregates are loaded from their events")

    def tracking_recorder(self, tracking_recorder_class: object = None) -> NoReturn:
        """Refuse: read models keep their own positions."""
        raise NotImplementedError("positions are kept by the read-model engine")

    process_recorder = tracking_recorder

    def close(self) -> None:
        """Close every connection."""
        self._recorder.close()

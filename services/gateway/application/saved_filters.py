"""儲存的篩選條件: what somebody looks for in a work queue day after day, by a name of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.application.owners import owner_of
from services.gateway.commands import FILTER_NAME_LIMIT
from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES, policy_at
from services.gateway.domain.saved_filter import objection_to_name, objection_to_query, objection_to_queue
from shared.application.objections import Objections

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from services.gateway.commands import DropFilter, SaveFilter
    from services.gateway.domain.policies import Policy
    from shared.postgres import Connection, Connections
    from shared.principal import Principal
    from shared.sealing import SubjectId

# One caller's saves wait for each other, so that none of two windows is over the limit.
_ALONE = "select pg_advisory_xact_lock(hashtext('saved filter'), hashtext(%s))"
_COUNT = "select count(*) from saved_filter where owner = %s and queue = %s and name <> %s"
_SAVE = """
insert into saved_filter (owner, subject, queue, name, query, saved_at) values (%s, %s, %s, %s, %s, %s)
on conflict (owner, queue, name) do update set subject = excluded.subject, query = excluded.query,
    saved_at = excluded.saved_at
"""
_LIST = "select name, query from saved_filter where owner = %s and queue = %s order by name"
_DROP = "delete from saved_filter where owner = %s and queue = %s and name = %s"
_SWEEP = "delete from saved_filter where subject = any(%s)"


class SavedFilter(msgspec.Struct, frozen=True):
    """A filter by its name; `query` has the values of each field."""

    name: str
    query: dict[str, list[str]]


class SavedFilters:
    """Everybody's filters; each sees their own."""

    def __init__(self, connections: Connections, policies: Sequence[Policy] = POLICIES) -> None:
        self._connections = connections
        self._policies = policies

    def save(self, command: SaveFilter, principal: Principal, now: datetime) -> SavedFilter:
        """儲存; a filter of this name is replaced. Refuses what tells of a person, and one too many."""
        owner, most = owner_of(principal), policy_at(now, self._policies).filters_most
        objections = Objections()
        name = objections.needed_text(command.name, "name", FILTER_NAME_LIMIT)
        objections.object(objection_to_name(name))
        objections.object(objection_to_queue(command.queue))
        objections.object(objection_to_query(command.query))
        objections.finish()
        saved = SavedFilter(name, {field: list(values) for field, values in command.query.items()})
        query = msgspec.json.encode(saved.query).decode()
        row = (owner.id, owner.subject, command.queue, name, query, now)

        def keep(connection: Connection) -> None:
            connection.execute(_ALONE, (owner.id,))
            [(others,)] = connection.execute(_COUNT, (owner.id, command.queue, name)).fetchall()
            if others >= most:
                raise refusals.TooManyFilters("name", most=most)
            connection.execute(_SAVE, row)

        self._connections.transact(keep)
        return saved

    def of(self, queue: str, principal: Principal) -> list[SavedFilter]:
        """The caller's filters of a queue, by name."""
        return [SavedFilter(*row) for row in self._connections.fetch(_LIST, (owner_of(principal).id, queue))]

    def drop(self, command: DropFilter, principal: Principal) -> None:
        """刪除; one that is not there is dropped already."""
        key = (owner_of(principal).id, command.queue, command.name.strip())
        self._connections.transact(lambda connection: connection.execute(_DROP, key))

    def sweep(self, forgotten: Collection[SubjectId]) -> None:
        """Delete what belonged to these people."""
        self._connections.transact(lambda connection: connection.execute(_SWEEP, (list(forgotten),)))

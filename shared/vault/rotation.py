"""Changing the master key: every key of the vault is wrapped anew, a few at a time, while work goes on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shared.vault import people
from shared.vault.master_keys import WrappedKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.postgres import Connection, Connections
    from shared.vault.master_keys import MasterKeys

_BATCH = 500

_REMAINING = "select count(*) from subject where master_key_id <> %s"
_NEXT = """
    select id, wrapped_key, master_key_id from subject
    where master_key_id = %s and wrapped_key is not null order by id limit %s for update
"""
_REWRAP = """
    update subject set wrapped_key = fresh.wrapped_key, master_key_id = %s
    from unnest(%s::uuid[], %s::bytea[]) as fresh (id, wrapped_key) where subject.id = fresh.id
"""
_RETIRE = """
    delete from master_key where id <> %s
    and not exists (select from subject where master_key_id = master_key.id)
    and not exists (select from state where master_key_id = master_key.id)
    returning id
"""


def rotate(connections: Connections, keys: MasterKeys, progress: Callable[[int, int], None]) -> tuple[str, ...]:
    """Wrap everything with the current master key; the answer names the former keys that nothing needs any more.

    `progress` hears how many of how many people's keys are done. Whatever ends it, running it again goes on.
    """
    former, total = connections.transact(partial(_begin, keys=keys))
    done = 0
    for master_key_id in former:
        while count := connections.transact(partial(_rewrap, keys=keys, master_key_id=master_key_id)):
            done += count
            progress(done, total)
    return connections.transact(partial(_retire, current=keys.current))


def _begin(connection: Connection, keys: MasterKeys) -> tuple[list[str], int]:
    people.change_alone(connection)
    [(index_key, master_key_id)] = connection.execute("select index_key, master_key_id from state").fetchall()
    wrapped = keys.wrap(keys.unwrap(WrappedKey(index_key, master_key_id)))
    connection.execute("update state set index_key = %s, master_key_id = %s", wrapped)
    former = [key_id for (key_id,) in connection.execute("select id from master_key where id <> %s", (keys.current,))]
    [(total,)] = connection.execute(_REMAINING, (keys.current,)).fetchall()
    return former, total


def _rewrap(connection: Connection, keys: MasterKeys, master_key_id: str) -> int:
    people.change_alone(connection)
    rows = connection.execute(_NEXT, (master_key_id, _BATCH)).fetchall()
    fresh = [keys.wrap(keys.unwrap(WrappedKey(*stored))).wrapped for _, *stored in rows]
    connection.execute(_REWRAP, (keys.current, [subject for subject, *_ in rows], fresh))
    return len(rows)


def _retire(connection: Connection, current: str) -> tuple[str, ...]:
    return tuple(key_id for (key_id,) in connection.execute(_RETIRE, (current,)))

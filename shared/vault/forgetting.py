"""Forgetting a person for good, and the holds that forbid it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from shared.sealing import PersonForgotten
from shared.vault import people
from shared.vault.errors import SubjectOnHold
from shared.vault.ledger import Forgotten

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.milestones import Milestone
    from shared.postgres import Connection, Connections
    from shared.sealing import SubjectId
    from shared.vault.ledger import Ledger

_LOG = structlog.get_logger()
_ENTRIES_A_TRANSACTION = 1_000

HOLDS = """
    with root as (select coalesce(merged_into, id) as id from subject where id = %s)
    select id, subject, ground, until, placed_by from hold
    where subject in (select subject.id from subject, root where root.id in (subject.id, subject.merged_into))
    and released_at is null and (until is null or until > now()) order by placed_at
"""
_PLACE = """
    insert into hold (id, subject, ground, until, placed_by) values (%s, %s, %s, %s, %s)
    on conflict (id) do nothing
"""
_RELEASE = "update hold set released_by = %s, released_at = now() where id = %s and released_at is null"
# A subject younger than a restored backup is unknown to it: it is entered, as forgotten.
_ERASE = """
    insert into subject (id, created_at, forgotten_at, forgotten_ground)
    select id, at, at, ground from unnest(%s::uuid[], %s::timestamptz[], %s::text[]) as forgotten (id, at, ground)
    where not exists (select from subject where subject.id = forgotten.id and forgotten_at is not null)
    on conflict (id) do update set wrapped_key = null, master_key_id = null,
        forgotten_at = excluded.forgotten_at, forgotten_ground = excluded.forgotten_ground
"""


@dataclass(frozen=True)
class Hold:
    """A reason why a person may not be forgotten yet; `until` None stands until it is released."""

    id: UUID
    subject: SubjectId
    ground: str
    until: datetime | None
    placed_by: str


def place(connection: Connection, hold: Hold) -> None:
    """Put a hold on a person; raises `UnknownSubject` and `PersonForgotten`."""
    if people.lock_family(connection, hold.subject)[hold.subject]:
        raise PersonForgotten(hold.subject)
    connection.execute(_PLACE, (hold.id, hold.subject, hold.ground, hold.until, hold.placed_by))


def release(connection: Connection, hold_id: UUID, released_by: str) -> None:
    """Lift a hold; lifting it again changes nothing."""
    connection.execute(_RELEASE, (released_by, hold_id))


def forget(
    connection: Connection, subject: SubjectId, ground: str, ledger: Ledger, reached: Milestone
) -> tuple[SubjectId, ...]:
    """Destroy the keys of a person and the pointers to them; the answer is every subject this person has had.

    The ledger comes first: from its line on the person stays forgotten, even if this transaction never ends.
    """
    family = people.lock_family(connection, subject)
    if not all(family.values()):
        holds = [Hold(*row) for row in connection.execute(HOLDS, (subject,))]
        if holds:
            raise SubjectOnHold(subject, holds)
        entry = Forgotten(_now(connection), ground, tuple(family))
        ledger.append(entry)
        reached("forgotten in the ledger")
        _erase(connection, [entry])
    return tuple(family)


def reapply(connections: Connections, ledger: Ledger) -> None:
    """Make ledger and vault agree: who is forgotten in one is forgotten in the other."""
    in_vault = connections.transact(_forgotten)  # read first, since a forgetting writes the ledger first
    in_ledger = ledger.entries()
    back = [entry for entry in in_ledger if not in_vault.keys() >= set(entry.subjects)]
    for start in range(0, len(back), _ENTRIES_A_TRANSACTION):
        batch = back[start : start + _ENTRIES_A_TRANSACTION]
        connections.transact(partial(_erase, entries=batch))
    written = {subject for entry in in_ledger for subject in entry.subjects}
    missing = [entry for subject, entry in in_vault.items() if subject not in written]
    ledger.append(*missing)
    if back or missing:
        _LOG.warning("ledger_of_forgotten_differed", forgotten_anew=len(back), written_anew=len(missing))


def _erase(connection: Connection, entries: Sequence[Forgotten]) -> None:
    """Destroy the keys of all these subjects and the pointers to them."""
    people.change_alone(connection)
    by_subject = {subject: entry for entry in entries for subject in entry.subjects}
    subjects = list(by_subject)
    moments = [entry.at for entry in by_subject.values()]
    grounds = [entry.ground for entry in by_subject.values()]
    connection.execute(_ERASE, (subjects, moments, grounds))
    connection.execute("delete from blind_index where subject = any(%s)", (subjects,))
    connection.execute("update state set forgets = forgets + 1")


def _forgotten(connection: Connection) -> dict[UUID, Forgotten]:
    rows = connection.execute(
        "select id, forgotten_at, forgotten_ground from subject where forgotten_at is not null order by forgotten_at"
    )
    return {subject: Forgotten(at, ground, (subject,)) for subject, at, ground in rows}


def _now(connection: Connection) -> datetime:
    now: datetime
    [(now,)] = connection.execute("select now()").fetchall()
    return now

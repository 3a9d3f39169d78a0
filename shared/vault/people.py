"""Who is who: subjects, the identifiers that point at them, and subjects found to be one person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from psycopg.errors import ForeignKeyViolation

from shared.sealing import PersonForgotten, SubjectId, UnknownSubject
from shared.vault.errors import MasterKeyRetired

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from shared.postgres import Connection
    from shared.vault.blind_index import Identifier
    from shared.vault.master_keys import WrappedKey

FIND = "select digest, subject from blind_index where digest = any(%s)"
RESOLVE = "select coalesce(merged_into, id) from subject where id = %s"
SUBJECTS = """
    with root as (select coalesce(merged_into, id) as id from subject where id = any(%s))
    select id from subject where id in (select id from root) or merged_into in (select id from root) order by id
"""
KINDS = """
    select distinct kind from blind_index
    where subject = (select coalesce(merged_into, id) from subject where id = %s)
"""

_CREATE = "insert into subject (id, wrapped_key, master_key_id) values (%s, %s, %s)"
_STILL_ONE = "select from subject where id = %s and merged_into is null and forgotten_at is null for share"
# In the order of the digests: two callers with the same identifiers never wait for each other in a circle.
_POINT = """
    insert into blind_index (digest, kind, subject)
    select digest, kind, %s from unnest(%s::bytea[], %s::text[]) as pointer (digest, kind) order by digest
    on conflict do nothing
"""


class Overtaken(Exception):
    """Another caller has written about the same person in between: look again."""


def create(connection: Connection, key: WrappedKey) -> SubjectId:
    """A new subject with its own data key; raises `MasterKeyRetired`."""
    subject = SubjectId(uuid4())
    try:
        connection.execute(_CREATE, (subject, *key))
    except ForeignKeyViolation:
        raise MasterKeyRetired(key.master_key_id) from None
    return subject


def keep(connection: Connection, subject: SubjectId) -> None:
    """Keep a subject from being merged or forgotten for this transaction; raises `Overtaken` where it has been."""
    if connection.execute(_STILL_ONE, (subject,)).fetchone() is None:
        raise Overtaken


def point(connection: Connection, pointers: Mapping[bytes, Identifier], subject: SubjectId) -> None:
    """Let identifiers, by their digests, point at a subject; raises `Overtaken` where one points somewhere already."""
    kinds = [identifier.kind for identifier in pointers.values()]
    if connection.execute(_POINT, (subject, list(pointers), kinds)).rowcount < len(pointers):
        raise Overtaken


def change_alone(connection: Connection) -> None:
    """Let no merge, hold, forgetting or rotation happen elsewhere until this transaction ends: they are rare."""
    connection.execute("select from state for update")


def lock_family(connection: Connection, subject: SubjectId) -> dict[SubjectId, bool]:
    """The subject that stands for this person first, then all merged into it; the value says whether it is forgotten.

    Nobody else changes it until this transaction ends. Raises `UnknownSubject`.
    """
    change_alone(connection)
    found = connection.execute(RESOLVE, (subject,)).fetchone()
    if found is None:
        raise UnknownSubject(subject)
    (root,) = found
    rows: list[tuple[UUID, bool]] = connection.execute(
        "select id, forgotten_at is not null from subject where id = %s or merged_into = %s order by id for update",
        (root, root),
    ).fetchall()
    family = {SubjectId(member): forgotten for member, forgotten in rows}
    return {root: family.pop(root), **family}


def merge(connection: Connection, kept: SubjectId, absorbed: SubjectId) -> None:
    """Make two subjects one person, who is `kept` from now on; raises `UnknownSubject` and `PersonForgotten`."""
    families = [lock_family(connection, kept), lock_family(connection, absorbed)]
    for family in families:
        for member, forgotten in family.items():
            if forgotten:
                raise PersonForgotten(member)
    (root, *_), (leaving, *followers) = families
    if root == leaving:
        return
    connection.execute("update subject set merged_into = %s where id = any(%s)", (root, [leaving, *followers]))
    connection.execute("update blind_index set subject = %s where subject = %s", (root, leaving))

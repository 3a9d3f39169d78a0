"""Who has looked at which row: whoever asks why a row is so leaves a trace of it, beside the log."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from shared.postgres import Connection
    from shared.principal import Principal

_NOTE = "insert into look (at, actor_id, actor_role, model, key) values (%s, %s, %s, %s, %s)"
_OF_ROW = (
    "select at, actor_id, actor_role, model, key from look where model = %s and key = %s order by id desc limit %s"
)


class Look(msgspec.Struct, frozen=True):
    """Somebody has asked why a row is so."""

    at: datetime
    actor: str
    role: str
    model: str
    key: str


def note_look(connection: Connection, who: Principal, model: str, key: str, now: datetime) -> None:
    """Keep who looks at this row, for good, before they are told anything of it."""
    with connection.transaction():
        connection.execute("set local synchronous_commit = on")  # the index, on the same connection, can do without
        connection.execute(_NOTE, (now, who.id, who.role, model, key))


def looks_at(connection: Connection, model: str, key: str, most: int = 20) -> list[Look]:
    """Who looked at a row, the last first."""
    return [Look(*row) for row in connection.execute(_OF_ROW, (model, key, most))]

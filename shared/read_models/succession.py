"""One read model in two definitions, as during a rollout: each release reads, and keeps up, the rows of its own.

The rows of the definition that was made last bear the model's name, and a view bears the name of that definition. When
another definition takes their place, they take the name of the view: whoever reads by it goes on with the same rows,
and the former release's projector keeps them up there. A definition that was replaced never takes the place back by
itself, or two releases would replace each other's rows for ever. Of a process only one definition may act, so the
former one's state is not kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shared.read_models import parking, standing

if TYPE_CHECKING:
    from shared.postgres import Connection
    from shared.read_models.model import ReadModel
    from shared.read_models.standing import Standing

_QUERIES = 1_000
"""How many queries are remembered as they are put to PostgreSQL; a release has fewer."""
_WITH = re.compile(r"\s*with(?:\s+recursive)?\b", re.IGNORECASE)
_HOME = "select name from read_model where name = any(%s) and fingerprint = %s order by length(name) limit 1"
_IS_THERE = "select to_regclass(quote_ident(%s)) is not null"
# Nobody has kept these up for a day, and so nobody reads them.
_LEFT = """
select name from read_model
where name like replace(%s, '_', '\\_') || '\\_\\_%%' and position < %s and moved_at < now() - interval '1 day'
"""


def name_of(model: str, fingerprint: str) -> str:
    """The name by which the rows of one definition are read, whether or not it is the last."""
    return f"{model}__{fingerprint}"


def home_of(connection: Connection, model: type[ReadModel[Any]]) -> str | None:
    """The name of the table that this definition's rows are written to; None where it was never built."""
    name, fingerprint = model.table.name, model.fingerprint()
    found = connection.execute(_HOME, ([name, name_of(name, fingerprint)], fingerprint)).fetchone()
    return None if found is None else str(found[0])


def is_there(connection: Connection, name: str) -> bool:
    """Whether there is a table, or a view, of this name."""
    return connection.execute(_IS_THERE, (name,)).fetchone() == (True,)


@lru_cache(_QUERIES)
def over(query: str, names: tuple[tuple[str, str], ...]) -> str:
    """The query over other rows: of each table that it names, those that are read by the name given for it.

    The planner sees through it.
    """
    tables = [
        f'"{table}" as not materialized (select * from "{own}")'
        for table, own in names
        if re.search(rf"\b{table}\b", query)
    ]
    if not tables:
        return query
    opening = _WITH.match(query)
    if opening is None:
        return f"with {', '.join(tables)} {query}"
    return f"{opening[0]} {', '.join(tables)}, {query[opening.end() :]}"


def serve(connection: Connection, model: type[ReadModel[Any]]) -> None:
    """Let this definition's rows be read by its own name, where they are the last."""
    name, fingerprint = model.table.name, model.fingerprint()
    with connection.transaction():
        last = standing.lock(connection, name) if is_there(connection, "read_model") else None
        served = name_of(name, fingerprint)
        is_last = last is None or last.fingerprint == fingerprint
        if is_last and is_there(connection, name) and not is_there(connection, served):
            connection.execute(f'create view "{served}" as select * from "{name}"'.encode(), prepare=False)


def take_over(connection: Connection, model: type[ReadModel[Any]], last: Standing | None) -> None:
    """Make room for new rows of this definition: the last ones go, or are put aside where another one made them.

    The caller's transaction holds the lock on how the model stands, which `last` says.
    """
    name, fingerprint = model.table.name, model.fingerprint()
    former = name_of(name, last.fingerprint if last else fingerprint)
    # The view first: whoever reads locks it first, too.
    connection.execute(f'drop view if exists "{former}"'.encode(), prepare=False)
    if last is None or last.fingerprint == fingerprint or model.reacts:
        connection.execute(f'drop table if exists "{name}"'.encode(), prepare=False)
    else:
        connection.execute(f'alter table if exists "{name}" rename to "{former}"'.encode(), prepare=False)
        parking.copy(connection, name, former)
    if last is not None and last.fingerprint != fingerprint:
        standing.forget(connection, name_of(name, fingerprint))
        standing.begin(connection, former, last.position, last.fingerprint)
        _sweep(connection, name, last.position)


def _sweep(connection: Connection, model: str, position: int) -> None:
    """Drop the rows of definitions that no release keeps up any more; that they were replaced stays known."""
    for (name,) in connection.execute(_LEFT, (model, position)).fetchall():
        connection.execute(f'drop table if exists "{name}"'.encode(), prepare=False)

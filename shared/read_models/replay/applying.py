"""Replayed rows put in place of the live ones: proposed by one operator, and where two are asked for, by another."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - the named tuple's annotations are part of it
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.read_models.rebuild import put_in_place
from shared.read_models.replay.replaying import replayed_rows
from shared.read_models.tables import Rows, quoted

if TYPE_CHECKING:
    from shared.postgres import Connection, Database
    from shared.read_models.digest import Rejected
    from shared.read_models.model import ReadModel
    from shared.read_models.replay.scratch import Replay, Scratch
    from shared.read_models.replay.tables import Stored
    from shared.store.log import Log

_BLOCKS = 2_000
"""Blocks of a table, 16 MB, that are copied in one short transaction."""

_COLUMNS = """
number, replay, model, position, difference, needs, proposed_by, proposed_at, confirmed_by, confirmed_at, applied_at,
applied_to
"""
_PROPOSE = f"""
insert into proposal (replay, model, position, difference, needs, proposed_by) values (%s, %s, %s, %s, %s, %s)
returning {_COLUMNS}
"""
_ONE = f"select {_COLUMNS} from proposal where number = %s"
_ALL = f"select {_COLUMNS} from proposal order by number"
_CONFIRM = "update proposal set confirmed_by = %s, confirmed_at = now() where number = %s and applied_at is null"
_APPLIED = f"update proposal set applied_at = now(), applied_to = %s where number = %s returning {_COLUMNS}"


class Proposal(NamedTuple):
    """Who proposed that a replay take the place of the live rows, who agreed, and what became of it.

    `difference` is the digest of what it would change; `needs` how many operators it takes. It is never removed.
    """

    number: int
    replay: int
    model: str
    position: int
    difference: str
    needs: int
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    applied_at: datetime | None
    applied_to: int | None


class NotConfirmable(ValueError):
    """This proposal cannot be confirmed so."""


class NoSuchProposal(NotConfirmable):
    """There is no proposal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"there is no proposal {number}: `caretrail replay --list` shows those there are")


class AlreadyApplied(NotConfirmable):
    """The rows of this proposal are in place."""

    def __init__(self, number: int) -> None:
        super().__init__(f"what proposal {number} asks for was done: propose anew where rows still differ")


class SamePerson(NotConfirmable):
    """Whoever proposed cannot be the second person."""

    def __init__(self, number: int) -> None:
        super().__init__(f"proposal {number} is of the same operator: have another one look at it and confirm")


class DifferenceChanged(NotConfirmable):
    """The rows differ in another way than when it was proposed: nobody has looked at that."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"what proposal {number} would change is not what it was when it was made: look at the difference again,"
            " and propose anew"
        )


def propose(scratch: Scratch, made: Replay, difference: str, needs: int, operator: str) -> Proposal:
    """Keep who asks for what: the rows of a replay in place of the live ones, which differ as this digest says."""
    with scratch.database.connect() as connection:
        values = (made.number, made.model, made.position, difference, needs, operator)
        [row] = connection.execute(_PROPOSE, values).fetchall()
    return Proposal(*row)


def proposals(scratch: Scratch) -> list[Proposal]:
    """All that was ever proposed, in its order."""
    with scratch.database.connect() as connection:
        return [Proposal(*row) for row in connection.execute(_ALL)]


def proposal(scratch: Scratch, number: int) -> Proposal:
    """The proposal of this number; raises `NoSuchProposal`."""
    with scratch.database.connect() as connection:
        row = connection.execute(_ONE, (number,)).fetchone()
    if row is None:
        raise NoSuchProposal(number)
    return Proposal(*row)


def open_to(scratch: Scratch, number: int, operator: str) -> Proposal:
    """The proposal that this operator may confirm; raises `NotConfirmable`."""
    found = proposal(scratch, number)
    if found.applied_at is not None:
        raise AlreadyApplied(number)
    if found.needs > 1 and found.proposed_by == operator:
        raise SamePerson(number)
    return found


def confirm(scratch: Scratch, found: Proposal, difference: str, operator: str) -> None:
    """Keep that an operator agrees, while the rows differ as when it was proposed; raises `DifferenceChanged`."""
    if difference != found.difference:
        raise DifferenceChanged(found.number)
    with scratch.database.connect() as connection:
        if not connection.execute(_CONFIRM, (operator, found.number)).rowcount:
            raise AlreadyApplied(found.number)


def apply(  # noqa: PLR0913, PLR0917 - which rows, in place of which, and on whose word
    model: ReadModel[Any],
    live: Database,
    log: Log,
    scratch: Scratch,
    made: Replay,
    rejected: list[Rejected],
    found: Proposal,
) -> Proposal:
    """Put a replay's rows in place of the live ones, caught up with what has happened since; answers how that went.

    `rejected` are the events that the replay had to leave. Readers see the old rows until the new are complete;
    interrupted, it leaves them as they were.
    """

    def copied(connection: Connection, shadow: Rows[Any]) -> None:
        _copy(connection, replayed_rows(scratch, made), shadow)

    rebuilt = put_in_place(model, live, log, copied, made.position, rejected)
    with scratch.database.connect() as connection:
        [row] = connection.execute(_APPLIED, (rebuilt.position, found.number)).fetchall()
    return Proposal(*row)


def _copy(connection: Connection, source: Stored, shadow: Rows[Any]) -> None:
    shadow.drop(connection)
    shadow.create(connection)
    names = quoted(column.name for column in shadow.table.columns)
    [(blocks,)] = connection.execute(
        "select pg_relation_size(%s) / current_setting('block_size')::int8", (source.sql,)
    ).fetchall()
    for begin in range(0, blocks, _BLOCKS):
        connection.execute(
            f'insert into "{shadow.name}" ({names}) select {names} from {source.sql}'
            f" where ctid >= '({begin},0)'::tid and ctid < '({begin + _BLOCKS},0)'::tid".encode(),
            prepare=False,
        )
    shadow.create_indexes(connection)

"""A read model's rows in PostgreSQL: made from its definition, loaded by key, written in bulk, read back typed."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic

import psycopg
from msgspec.structs import astuple

from shared.decoding import json_decoder
from shared.read_models import standing
from shared.read_models.arrays import Arrays, encode_json, execute
from shared.read_models.model import Key, Row, columns_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from shared.postgres import Connection
    from shared.read_models.model import Column, Table
    from shared.read_models.standing import Standing
    from shared.sealing import SubjectId

_COPIED_AS = {"json": "bytea", "boolean": "bool"}
"""How psycopg is to send a column in a binary COPY, where the server takes JSON as bare bytes."""


UNSTORABLE = (psycopg.DataError, psycopg.IntegrityError, OverflowError)
"""Raised for values that a column cannot hold: whoever made the row is at fault, not the database."""


MISFIT = psycopg.ProgrammingError
"""Raised where a table has other columns than the rows, or is not there."""


def quoted(names: Iterable[str], prefix: str = "") -> str:
    """A list of SQL identifiers, for example `t."kind", t."order"`."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


class Typing(Generic[Row]):
    """How rows of one class come back from a query: enums as enums, JSON as the types of the annotations."""

    def __init__(self, row: type[Row]) -> None:
        self._row = row
        self._columns = columns_of(row)
        self._place = {column.name: place for place, column in enumerate(self._columns)}
        self._reviving = [(place, revive) for place, column in enumerate(self._columns) if (revive := _revival(column))]

    def rows(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> list[Row]:
        """All rows of a result with a column for each field, in any order; LookupError where one is missing."""
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        if names != [column.name for column in self._columns]:
            if missing := self._place.keys() - set(names):
                raise LookupError(f"{self._row.__name__} needs {', '.join(sorted(missing))}")
            order = [names.index(column.name) for column in self._columns]
            found = [tuple(values[place] for place in order) for values in found]
        if not self._reviving:
            return [self._row(*values) for values in found]
        return [self._row(*self._revived(values)) for values in found]

    def _revived(self, values: tuple[Any, ...]) -> list[Any]:
        revived = list(values)
        for place, revive in self._reviving:
            if (value := revived[place]) is not None:
                revived[place] = revive(value)
        return revived


@cache
def _revival(column: Column) -> Callable[[Any], Any] | None:
    if column.json is not None:
        return json_decoder(column.json).decode
    if column.enum is not None:
        return {str(member): member for member in column.enum}.__getitem__
    return tuple if column.sql_type == "text[]" else None


class Rows(Generic[Row]):
    """One stored copy of a read model's table: the live one, a shadow being rebuilt, or a scratch replay.

    Every method runs in the transaction of the connection it is given. Columns and keys travel as arrays, so that a
    batch of any size costs one statement.
    """

    def __init__(self, table: Table[Row], name: str | None = None) -> None:
        self.table = table
        self.name = name or table.name
        self.key_of = _key_getter(table.key)
        self._typing = Typing(table.row)
        self._copying = [(place, encode) for place, column in enumerate(table.columns) if (encode := _encoder(column))]
        columns = {column.name: column for column in table.columns}
        self._keys_sent = Arrays([columns[name] for name in table.key])
        self._rows_sent = Arrays(table.columns)
        keys = quoted(table.key)
        names = quoted(column.name for column in table.columns)
        given_keys = f"unnest({self._keys_sent.placeholders}) as k ({keys})"
        self._selected = ", ".join(
            f't."{column.name}"::text' if column.json is not None else f't."{column.name}"' for column in table.columns
        )
        self._load = self._selection(f"join {given_keys} using ({keys})")
        self._delete = (
            f'delete from "{self.name}" t using {given_keys}'
            f" where ({quoted(table.key, 't.')}) = ({quoted(table.key, 'k.')})"
        ).encode()
        self._upsert = self._upsert_statement(names, keys).encode()
        self._upsert_if_moved = self._upsert_statement(names, keys, f"where {standing.MOVED_HERE}").encode()
        self._copy = f'copy "{self.name}" ({names}) from stdin (format binary)'.encode()

    def _upsert_statement(self, names: str, keys: str, condition: str = "") -> str:
        columns = self.table.columns
        chosen = ", ".join(_received(column) for column in columns)
        changes = ", ".join(
            f'"{column.name}" = excluded."{column.name}"' for column in columns if column.name not in self.table.key
        )
        action = f"update set {changes}" if changes else "nothing"
        given = f"unnest({self._rows_sent.placeholders}) as v ({names})"
        selected = f"select {chosen} from {given} {condition}"
        return f'insert into "{self.name}" ({names}) {selected} on conflict ({keys}) do {action}'

    def _selection(self, conditions: str) -> bytes:
        return f'select {self._selected} from "{self.name}" t {conditions}'.encode()

    def create(self, connection: Connection) -> None:
        """Make the bare table, without key or indexes, as a bulk load wants it."""
        columns = ", ".join(
            f'"{column.name}" {column.sql_type}{"" if column.nullable else " not null"}'
            for column in self.table.columns
        )
        # A row with a timeline stays in one piece as it is: to compress it would cost more than all else of writing it.
        connection.execute(
            f'create table "{self.name}" ({columns}) with (toast_tuple_target = 8160)'.encode(), prepare=False
        )

    def create_indexes(self, connection: Connection) -> None:
        """Add the primary key, the declared indexes and one for each subject, count what is in them, and leave room.

        They are named by PostgreSQL, which finds a free name while the table that this one replaces still has its own.
        """
        json = {column.name for column in self.table.columns if column.json is not None}
        subjects = [f"((\"{name}\"->>'subject'))" if name in json else f'("{name}")' for name in self.table.subjects]
        declared = [f"({quoted(index)})" for index in self.table.indexes]
        statements = [
            f'alter table "{self.name}" add primary key ({quoted(self.table.key)})',
            *(f'create index on "{self.name}" {columns}' for columns in dict.fromkeys(declared + subjects)),
            f'analyze "{self.name}"',
            # From here on. A case that begins moves ten times: with room beside it, its row stays on its page, where
            # indexes find it without being written again, and what it was before is soon written over.
            f'alter table "{self.name}" set (fillfactor = 50)',
        ]
        for statement in statements:
            connection.execute(statement.encode(), prepare=False)

    def drop(self, connection: Connection) -> None:
        """Remove the table, if it is there, and the view by which it is read."""
        connection.execute(f'drop table if exists "{self.name}" cascade'.encode(), prepare=False)

    def rename(self, connection: Connection, name: str) -> None:
        """Give the stored table another name; this object goes on meaning the old one."""
        connection.execute(f'alter table "{self.name}" rename to "{name}"'.encode(), prepare=False)

    def load(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, Row]:
        """The rows that exist of these keys."""
        arrays = self._keys_sent.of(keys)
        if not arrays:
            return {}
        return {self.key_of(row): row for row in self._typing.rows(execute(connection, self._load, arrays))}

    def load_people(self, connection: Connection, people: Iterable[SubjectId]) -> dict[Key, Row]:
        """The rows that are about any of these people, by the columns that the table names in `subjects`."""
        found: list[Row] = []
        wanted = list(people)
        if wanted:
            json = {column.name for column in self.table.columns if column.json is not None}
            for name in self.table.subjects:
                if name in json:
                    names = [str(subject) for subject in wanted]
                    found += self.select(connection, f"where t.\"{name}\"->>'subject' = any(%b::text[])", (names,))
                else:
                    found += self.select(connection, f'where t."{name}" = any(%b::uuid[])', (wanted,))
        return {self.key_of(row): row for row in found}

    def select(self, connection: Connection, conditions: str, parameters: Sequence[object]) -> list[Row]:
        """The rows of the table, called `t`, that fulfil what follows it in the query: joins, `where`, `limit`."""
        return self._typing.rows(connection.cursor(binary=True).execute(self._selection(conditions), parameters))

    def save(self, connection: Connection, rows: Iterable[Row]) -> None:
        """Insert these rows, or replace those of the same key."""
        arrays = self._rows_sent.of(map(astuple, rows))
        if arrays:
            execute(connection, self._upsert, arrays)

    def save_moving(
        self, connection: Connection, rows: Iterable[Row], known: Standing, position: int
    ) -> Standing | None:
        """Save these rows, one at least, and move the model that stands as is `known`.

        None, and nothing is saved, where it stands otherwise. The two statements travel together and so are one
        transaction; begun, awaited one by one and committed they took client and server twice the time. Raises
        `MISFIT` where the table is another release's.
        """
        with connection.pipeline():
            moved = standing.moving(connection, self.name, known, position)
            execute(connection, self._upsert_if_moved, [*self._rows_sent.of(map(astuple, rows)), self.name])
        return standing.moved_to(moved)

    def delete(self, connection: Connection, keys: Iterable[Key]) -> None:
        """Remove the rows of these keys."""
        arrays = self._keys_sent.of(keys)
        if arrays:
            execute(connection, self._delete, arrays)

    def copy_in(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Append rows that are not there yet, by binary COPY."""
        with connection.cursor().copy(self._copy) as copy:
            copy.set_types([_COPIED_AS.get(column.sql_type, column.sql_type) for column in self.table.columns])
            write = copy.write_row
            for row in rows:
                values = list(astuple(row))
                for place, encode in self._copying:
                    if values[place] is not None:
                        values[place] = encode(values[place])
                write(values)


def _encoder(column: Column) -> Callable[[Any], Any] | None:
    """What makes of a field's value what a binary COPY takes, where that is not the value itself."""
    if column.json is not None:
        return encode_json
    return list if column.sql_type == "text[]" else None


def _received(column: Column) -> str:
    name = f'v."{column.name}"'
    if column.sql_type == "text[]":
        return f"case when {name} is not null then array(select json_array_elements_text({name})) end"
    return name


def _key_getter(names: tuple[str, ...]) -> Callable[[Any], Key]:
    if len(names) > 1:
        return attrgetter(*names)
    (name,) = names
    return lambda row: (getattr(row, name),)

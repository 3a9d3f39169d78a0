"""Which events a question is about, without looking through the log again: an index, made at the first question.

A read model says which rows an event touches; nobody keeps the reverse. So what is asked for is looked up in a table
beside the log, filled by the first who asks and brought up to date by each who asks again: live projection pays
nothing for it, and one that nobody needs is never made.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID  # noqa: TC003 - the named tuple's annotations are part of it

import msgspec

from shared.events import EventDecoder, Forgetting, UnknownEventType, current_version_of, published_by
from shared.installation import stay
from shared.read_models.filling import unreported
from shared.trouble import TROUBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from shared.postgres import Connection
    from shared.read_models.filling import Progress
    from shared.read_models.model import Key, ReadModel
    from shared.sealing import SubjectId
    from shared.store.log import Log, LogPage, LogRow

    Terms = Callable[[LogRow], Iterable[bytes]]
    """What an event can be asked for by."""

_PAGE = 2_000
"""Events looked through at a time: some milliseconds, after which others have their turn."""

_ENTER = "insert into lookup (name) values (%s) on conflict (name) do nothing returning id"
_FIND = "select id from lookup where name = %s"
_FORMER = "delete from lookup where starts_with(name, %s) and name <> %s returning id"
_CREATE = """
create table touched_{0} (
    hash int8 not null,
    position int8 not null,
    originator_id uuid not null,
    originator_version int8 not null
);
create index on touched_{0} (hash, position)
"""
_LOCK = "select position from lookup where id = %s for update"
_ADVANCE = "update lookup set position = %s where id = %s"
_COPY = "copy touched_{} (hash, position, originator_id, originator_version) from stdin (format binary)"
_TOUCHED = """
select distinct position, originator_id, originator_version from touched_{}
where hash = any(%s) and position <= %s order by position
"""

_encode = msgspec.json.Encoder().encode


class Lookup(NamedTuple):
    """One way to ask: its name, which begins with its kind and a colon, and what an event can be asked for by."""

    name: str
    terms: Terms

    @property
    def kind(self) -> str:
        """What the definitions of one thing have in common, of which there is one at a time: `clinic_worklist:`."""
        return self.name.partition(":")[0] + ":"


class Touch(NamedTuple):
    """An event that a question is about: where it stands, and its primary key."""

    position: int
    originator_id: UUID
    version: int


class Index:
    """One lookup of one log, for as long as the connection, which leads to the tables of whoever asks."""

    def __init__(self, lookup: Lookup, log: Log, connection: Connection) -> None:
        self._lookup = lookup
        self._log = log
        self._connection = connection
        # What is lost if the server crashes is lost together with the position, and looked through again.
        connection.execute("set synchronous_commit = off")
        self._id = self._entered()

    def catch_up(
        self,
        progress: Progress = unreported,
        give_way: Callable[[], object] = stay,
        seconds: float = float("inf"),
    ) -> tuple[int, int]:
        """Look through what is new of the log, for about so many seconds; answers how far it came, and has to come.

        Several may do it at the same time: they take turns. Raises `UnknownEventType` where the log is younger than
        this code.
        """
        head, ends = self._log.head().position, time.monotonic() + seconds
        while True:
            reached = self._look_through_a_page(head)
            progress("looking", reached, head)
            if reached >= head or time.monotonic() >= ends:
                return reached, head
            give_way()

    def find(self, terms: Collection[bytes], until: int) -> list[Touch]:
        """The events up to a position that have any of these terms, in order; a few may have been taken by mistake."""
        query = _TOUCHED.format(self._id).encode()
        found = self._connection.cursor(binary=True).execute(query, ([_hash(term) for term in terms], until))
        return [Touch(*row) for row in found]

    def _entered(self) -> int:
        """The lookup's number, with a table to fill; that of a former definition goes."""
        name, connection = self._lookup.name, self._connection
        with connection.transaction():
            if (entered := connection.execute(_ENTER, (name,)).fetchone()) is not None:
                connection.execute(_CREATE.format(entered[0]).encode(), prepare=False)
                for (former,) in connection.execute(_FORMER, (self._lookup.kind, name)).fetchall():
                    connection.execute(f"drop table touched_{former}".encode(), prepare=False)
                return int(entered[0])
        [(found,)] = connection.execute(_FIND, (name,)).fetchall()
        return int(found)

    def _look_through_a_page(self, head: int) -> int:
        """Enter the next events, alone; answers the position up to which all have been."""
        connection = self._connection
        with connection.transaction():
            [(position,)] = connection.execute(_LOCK, (self._id,)).fetchall()
            if position > head:  # the log was restored from an older backup: begin anew
                connection.execute(f"truncate touched_{self._id}".encode(), prepare=False)
                position = 0
            reached = position
            for page in self._log.read(position, min(position + _PAGE, head), size=_PAGE):
                self._enter(page)
                reached = page.first + len(page.rows) - 1
            if reached != position:
                connection.execute(_ADVANCE, (reached, self._id))
        return int(reached)

    def _enter(self, page: LogPage) -> None:
        terms = self._lookup.terms
        with self._connection.cursor().copy(_COPY.format(self._id).encode()) as copy:
            copy.set_types(["int8", "int8", "uuid", "int8"])
            write = copy.write_row
            for position, row in enumerate(page.rows, page.first):
                for term in terms(row):
                    write((_hash(term), position, row[2], row[3]))


def _hash(term: bytes) -> int:
    return int.from_bytes(blake2b(term, digest_size=8).digest(), "big", signed=True)


def term_of(key: Key) -> bytes:
    """What the events that touch a row are asked for by."""
    return _encode(key)


def term_of_person(person: SubjectId) -> bytes:
    """What the forgetting of a person is asked for by."""
    return b"forgotten " + person.bytes


def rows_of(model: ReadModel[Any]) -> Lookup:
    """Asks a model's log by row, and for the forgetting of people where the model has opened anything of theirs."""
    readers = {name: _reader(model, name) for name in published_by(model.context)}

    def terms(row: LogRow) -> Iterable[bytes]:
        try:
            reader = readers[row[0]]
        except KeyError:
            raise UnknownEventType(row[0]) from None
        if reader is None:
            return ()
        try:
            return reader(row[1])
        except TROUBLE:
            raise
        except Exception:  # noqa: BLE001 - an event that cannot be read touches no row; the projector parks it and says why
            return ()

    return Lookup(f"{model.table.name}:{model.fingerprint()}", terms)


def _reader(model: ReadModel[Any], type_name: str) -> Callable[[bytes], list[bytes]] | None:
    newest = published_by(model.context)[current_version_of(type_name)]
    forgets = issubclass(newest, Forgetting) and bool(model.table.personal)
    if newest not in model.folds and not forgets:
        return None
    decode = EventDecoder().decoder_of(type_name)
    keys_of = model.keys if newest in model.folds else lambda _: ()

    def read(data: bytes) -> list[bytes]:
        event = decode(data)
        terms = [term_of(key) for key in keys_of(event)]
        if forgets:
            terms.append(term_of_person(event.subject))  # type: ignore[attr-defined]  # of a `Forgetting`
        return terms

    return read

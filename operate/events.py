"""`caretrail events`: what has happened, as it was published."""

from __future__ import annotations

import heapq
import re
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.cells import cell_len

from operate.contexts import contexts, events_of, known
from operate.failures import Mistake
from operate.followers import USUAL
from operate.session import Session, taipei_time
from shared.cloudevents import NotAnEnvelope, parse
from shared.events import event_name
from shared.installation import stored
from shared.near_names import near_names
from shared.relay.sequencer import SettledPages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.cloudevents import Envelope

commands = typer.Typer()

_ALL = "all"
"""What stands for every context."""
_LATEST = 20
_STRETCH = 1000
_POLL_SECONDS = 0.3
_HASH_DIGITS = 12
_POSITION = re.compile(rb'"position":"([0-9]+)"')


@commands.command()
def tail(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    names: Annotated[list[str] | None, typer.Option("--context")] = None,
    first: Annotated[int | None, typer.Option("--from", min=1)] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f")] = False,
    types: Annotated[list[str] | None, typer.Option("--type")] = None,
    subject: Annotated[str | None, typer.Option("--subject")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1)] = None,
) -> None:
    """Show settled events, those of several contexts by their time; as JSON, in the very bytes that were published."""
    session: Session = context.obj
    chosen = _contexts(names or [USUAL])
    if first is not None and len(chosen) > 1:
        raise Mistake("mistakes.position-in-several", contexts=", ".join(chosen))
    wanted = _Wanted(_types(chosen, types or []), subject)
    with ExitStack() as opened:
        logs = [_Log(name, opened.enter_context(_settled(session, name)), wanted) for name in chosen]
        printer = _Printer(session, _COLUMNS if len(logs) > 1 else _COLUMNS[1:])
        if first is None:
            printer.print(_latest(logs, limit or _LATEST))
            if follow:
                printer.print(_to_come(logs))
        else:
            [log] = logs
            log.position = first - 1
            printer.print(islice(_to_come(logs) if follow else log.news(), limit))
        printer.end()


def _contexts(given: Iterable[str]) -> list[str]:
    """The contexts of these names, each once, in their order."""
    names = contexts()
    return names if _ALL in given else list(dict.fromkeys(known(name, names) for name in given))


@contextmanager
def _settled(session: Session, name: str) -> Iterator[SettledPages]:
    with stored(session.settings, name) as database, database.connect(name="caretrail events") as connection:
        yield SettledPages(connection, name)


@dataclass(frozen=True)
class _Wanted:
    """Which events to show: those of any of these types, and of this subject."""

    types: frozenset[str]
    subject: str | None

    def __call__(self, event: Envelope | None) -> bool:
        if event is None:
            return True  # whatever it is about, nobody should miss it
        return (not self.types or event.type in self.types) and self.subject in (None, event.subject)


class _Shown(NamedTuple):
    """An event of a context in the bytes that were published; `event` is None where they cannot be read.

    `since` is its time, or that of the latest before it in its log: a log keeps its order also where clocks did not.
    """

    context: str
    body: bytes
    event: Envelope | None
    since: datetime


class _Log:
    """The settled events of one context that are wanted, in the order of the log."""

    def __init__(self, name: str, pages: SettledPages, wanted: _Wanted) -> None:
        self._name = name
        self._pages = pages
        self._wanted = wanted
        self.position = pages.end_of_last_page().position
        """Up to where events have been looked at; at first, to where the log ends."""

    def latest(self, count: int) -> list[_Shown]:
        """The last so many up to the position."""
        found: list[_Shown] = []
        until = self.position
        while until > 0 and len(found) < count:
            before = self._pages.end_of_page_before(max(1, until - _STRETCH)).position
            found[:0] = self._shown(islice(self._bodies(before + 1), until - before))
            until = before
        return found[-count:]

    def news(self) -> Iterator[_Shown]:
        """Those behind the position, to where the log ends now."""
        return self._shown(self._looked_at())

    def _looked_at(self) -> Iterator[bytes]:
        for body in self._bodies(self.position + 1):
            self.position += 1
            yield body

    def _bodies(self, first: int) -> Iterator[bytes]:
        position = self._pages.end_of_page_before(first).position
        for page in self._pages.pages_after(position):
            for _, body in page.messages:
                position += 1
                if position >= first:
                    yield body

    def _shown(self, bodies: Iterable[bytes]) -> Iterator[_Shown]:
        since = datetime.min.replace(tzinfo=UTC)
        for body in bodies:
            event = _read(body)
            since = max(since, event.time) if event and event.time else since
            if self._wanted(event):
                yield _Shown(self._name, body, event, since)


def _read(body: bytes) -> Envelope | None:
    try:
        return parse(body)
    except NotAnEnvelope:
        return None


def _latest(logs: Sequence[_Log], count: int) -> list[_Shown]:
    """The last so many events of all of these logs."""
    return list(_by_time(log.latest(count) for log in logs))[-count:]


def _to_come(logs: Sequence[_Log]) -> Iterator[_Shown]:
    """The events behind the logs' positions, those to come included, for ever."""
    while True:
        yield from _by_time(log.news() for log in logs)
        time.sleep(_POLL_SECONDS)


def _by_time(found: Iterable[Iterable[_Shown]]) -> Iterator[_Shown]:
    return heapq.merge(*found, key=lambda one: one.since)


class _Printer:
    """Prints an event a line, in these columns."""

    def __init__(self, session: Session, columns: Sequence[_Column]) -> None:
        self._session = session
        self._columns = columns
        self._is_empty = True

    def print(self, found: Iterable[_Shown]) -> None:
        write = self._write_bytes if self._session.as_json else self._write_line
        for one in found:
            write(one)
            self._is_empty = False

    def end(self) -> None:
        if self._is_empty:
            self._session.note(self._session.words("events.none"))

    def _write_bytes(self, one: _Shown) -> None:
        # Past the terminal's encoding: these are the bytes that the hash was made of.
        sys.stdout.buffer.write(one.body + b"\n")
        sys.stdout.buffer.flush()

    def _write_line(self, one: _Shown) -> None:
        if self._is_empty:
            sys.stdout.write(self._line([self._session.words(column.heading) for column in self._columns]))
        told = self._session.words("events.unreadable")
        sys.stdout.write(self._line([column.value(one, told) for column in self._columns]))
        sys.stdout.flush()

    def _line(self, values: Iterable[str]) -> str:
        """A line of columns; Chinese characters are two wide."""
        padded = (
            text + " " * (column.width - cell_len(text)) for text, column in zip(values, self._columns, strict=True)
        )
        return "  ".join(padded).rstrip() + "\n"


class _Column(NamedTuple):
    """A column: the key of its heading, its width in cells, and its value, given the word for what is unreadable."""

    heading: str
    width: int
    value: Callable[[_Shown, str], str]


def _position(one: _Shown, _: str) -> str:
    if one.event is not None:
        return str(one.event.position)
    found = _POSITION.search(one.body)
    return found[1].decode() if found else ""


def _time(one: _Shown, _: str) -> str:
    return taipei_time(one.event.time) if one.event and one.event.time else ""


def _type(one: _Shown, unreadable: str) -> str:
    return one.event.type.partition(".")[2] if one.event else unreadable


_COLUMNS = (
    _Column("events.context", 8, lambda one, _: one.context),
    _Column("events.position", 9, _position),
    _Column("events.time", 19, _time),
    _Column("events.type", 30, _type),
    _Column("events.subject", 16, lambda one, _: one.event.subject if one.event else ""),
    _Column("events.role", 14, lambda one, _: one.event.actorrole if one.event else ""),
    _Column("events.hash", 12, lambda one, _: one.event.hash[:_HASH_DIGITS] if one.event else ""),
)
"""The first is left out where every event is of one context."""


def _types(chosen: Iterable[str], given: Iterable[str]) -> frozenset[str]:
    """The full names of these types in any of these contexts; `CaseSubmitted` stands for all its versions."""
    published = {type_name for context in chosen for type_name in events_of(context)}
    types: set[str] = set()
    for name in given:
        found = {type_name for type_name in published if name in (type_name, event_name(type_name))}
        if not found:
            names = sorted({event_name(type_name) for type_name in published})
            raise Mistake("mistakes.unknown-type", given=name, known=", ".join(near_names(name, names)))
        types |= found
    return frozenset(types)

"""`caretrail events`: what has happened, as it was published."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer
from rich.cells import cell_len

from operate.contexts import contexts, known
from operate.failures import Mistake
from operate.session import Session, taipei_time
from shared.cloudevents import NotAnEnvelope, parse
from shared.events import event_name, published_by
from shared.installation import stored
from shared.relay.sequencer import SettledPages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

commands = typer.Typer()

_USUAL = "matching"
"""Whose events are shown unless somebody asks for another context's."""
_LATEST = 20
_STRETCH = 1000
_POLL_SECONDS = 0.3
_HEADINGS = ("events.position", "events.time", "events.type", "events.subject", "events.role", "events.hash")
_WIDTHS = (9, 19, 30, 16, 14, 12)
_HASH_DIGITS = 12
_POSITION = re.compile(rb'"position":"([0-9]+)"')


@commands.command()
def tail(  # noqa: PLR0913 - an option each
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option("--context")] = _USUAL,
    first: Annotated[int | None, typer.Option("--from", min=1)] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f")] = False,
    types: Annotated[list[str] | None, typer.Option("--type")] = None,
    subject: Annotated[str | None, typer.Option("--subject")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1)] = None,
) -> None:
    """Show the settled events of one context in their order; as JSON, in the very bytes that were published."""
    session: Session = context.obj
    known(name, contexts())
    wanted = _Wanted(_types(name, types or []), subject)
    with stored(session.settings, name) as database, database.connect(name="caretrail events") as connection:
        pages = SettledPages(connection, name)
        printer = _Printer(session)
        if first is None:
            head = pages.end_of_last_page().position
            printer.print(_latest(pages, head, wanted, limit or _LATEST))
            if follow:
                printer.print(filter(wanted, _for_ever(pages, head + 1)))
        else:
            bodies = _for_ever(pages, first) if follow else _until_now(pages, first)
            printer.print(islice(filter(wanted, bodies), limit))
        printer.end()


@dataclass(frozen=True)
class _Wanted:
    """Which events to show: those of any of these types, and of this subject."""

    types: frozenset[str]
    subject: str | None

    def __call__(self, body: bytes) -> bool:
        if not self.types and self.subject is None:
            return True
        try:
            event = parse(body)
        except NotAnEnvelope:
            return True  # whatever it is about, nobody should miss it
        return (not self.types or event.type in self.types) and self.subject in (None, event.subject)


class _Printer:
    """Prints an event a line."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_empty = True

    def print(self, bodies: Iterable[bytes]) -> None:
        write = self._write_bytes if self._session.as_json else self._write_line
        for body in bodies:
            write(body)
            self._is_empty = False

    def end(self) -> None:
        if self._is_empty:
            self._session.note(self._session.words("events.none"))

    def _write_bytes(self, body: bytes) -> None:
        # Past the terminal's encoding: these are the bytes that the hash was made of.
        sys.stdout.buffer.write(body + b"\n")
        sys.stdout.buffer.flush()

    def _write_line(self, body: bytes) -> None:
        if self._is_empty:
            sys.stdout.write(_columns(map(self._session.words, _HEADINGS)))
        sys.stdout.write(self._line(body))
        sys.stdout.flush()

    def _line(self, body: bytes) -> str:
        try:
            event = parse(body)
        except NotAnEnvelope:
            position = _POSITION.search(body)
            told = self._session.words("events.unreadable")
            return _columns((position[1].decode() if position else "", "", told, "", "", ""))
        at = taipei_time(event.time) if event.time else ""
        name = event.type.partition(".")[2]
        hash_ = event.hash[:_HASH_DIGITS]
        return _columns((str(event.position), at, name, event.subject, event.actorrole, hash_))


def _columns(values: Iterable[str]) -> str:
    """A line of columns; Chinese characters are two wide."""
    padded = (text + " " * (width - cell_len(text)) for text, width in zip(values, _WIDTHS, strict=True))
    return "  ".join(padded).rstrip() + "\n"


def _types(context: str, given: Iterable[str]) -> frozenset[str]:
    """The full names of these types; `CaseSubmitted` stands for all its versions."""
    importlib.import_module(f"services.{context}.events")  # which declares them
    published = published_by(context)
    types: set[str] = set()
    for name in given:
        found = {type_name for type_name in published if name in (type_name, event_name(type_name))}
        if not found:
            names = sorted({event_name(type_name) for type_name in published})
            near = difflib.get_close_matches(name, names) or names
            raise Mistake("mistakes.unknown-type", given=name, known=", ".join(near))
        types |= found
    return frozenset(types)


def _until_now(pages: SettledPages, first: int) -> Iterator[bytes]:
    """The events from a position to where the log ends now."""
    position = pages.end_of_page_before(first).position
    for page in pages.pages_after(position):
        for _, body in page.messages:
            position += 1
            if position >= first:
                yield body


def _for_ever(pages: SettledPages, first: int) -> Iterator[bytes]:
    """The events from a position on, those to come included."""
    while True:
        for body in _until_now(pages, first):
            yield body
            first += 1
        time.sleep(_POLL_SECONDS)


def _latest(pages: SettledPages, until: int, wanted: _Wanted, count: int) -> list[bytes]:
    """The last so many wanted events up to a position, in the order of the log."""
    found: list[bytes] = []
    while until > 0 and len(found) < count:
        before = pages.end_of_page_before(max(1, until - _STRETCH)).position
        found[:0] = filter(wanted, islice(_until_now(pages, before + 1), until - before))
        until = before
    return found[-count:]

"""One call of the command line: its language, its form of answer and its settings."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from operate.words import Words
from shared import logs, settings
from shared.calendar import TAIPEI

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rich.console import RenderableType

    from shared.settings import Settings

    Watch = Callable[[str, int, int], None]
    """Hears what is being done, how much of it is done, and how much there is."""

_WIDTH_WITHOUT_TERMINAL = 200


class _Output(Console):
    """Leaves it to the command line to end when its reader has left: by itself Rich ends with 1, which is an answer."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@dataclass(frozen=True)
class Session:
    """What a command needs to answer: results to standard output, everything else to standard error."""

    words: Words
    as_json: bool
    environment: Mapping[str, str]

    @cached_property
    def settings(self) -> Settings:
        """The settings; from here on log lines are written, unless told otherwise only warnings. See `load`."""
        given = {name: value for name, value in self.environment.items() if value}
        loaded = settings.load({"CARETRAIL_LOG_LEVEL": settings.LogLevel.WARNING, **given})
        logs.configure(loaded.log_format, loaded.log_level)
        return loaded

    def show(self, found: msgspec.Struct, *told: RenderableType) -> None:
        """Answer with one JSON object, or with what was told about it to people."""
        if self.as_json:
            sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
            return
        output = console(None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL)
        for part in told:
            output.print(part)

    def note(self, sentence: str) -> None:
        """Tell people something beside the answer."""
        sys.stderr.write(sentence + "\n")

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """Show how long work gets on, where somebody watches."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bars:
            task = bars.add_task("", total=None)
            yield lambda label, done, total: bars.update(task, description=label, completed=done, total=total)


def console(width: int | None = None) -> Console:
    """Standard output for people, `width` cells wide, by default as wide as the terminal."""
    return _Output(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False)


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Rows under their headings, if any, without lines, so that they can be copied and cut."""
    columns = list(headings)
    grid = Table(*columns, box=None, pad_edge=False, header_style="bold", show_header=bool(columns))
    for row in rows:
        grid.add_row(*(_cell(value) for value in row))
    for column in grid.columns:  # those of a table without headings came with its rows
        column.overflow = "fold"  # on a narrow terminal names go on below; cut short, nobody could copy them
    return grid


def taipei_time(moment: datetime) -> str:
    """A moment by Taiwan's clock, to the second."""
    return moment.astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M:%S")


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return taipei_time(value) if isinstance(value, datetime) else str(value)

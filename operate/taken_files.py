"""Files that are taken in row by row: what is shown of their rows, and the file of results for whoever mends them."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.failures import Mistake, Status
from operate.session import Session, table
from shared.imports.results import ResultFile, RowOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operate.words import Words
    from shared.imports.results import ImportSummary, RowResult

    Tell = Callable[[RowResult], None]

_SHOWN = 100
"""How many remarks are shown; the file of results has all of them."""

ResultsOption = Annotated[Path | None, typer.Option("--results", metavar="FILE")]
"""Where the result of every row is written to."""


class Remarked(msgspec.Struct):
    """What is to be mended in a row, or was noticed about it."""

    row: int
    outcome: RowOutcome
    entry: str
    code: str
    column: str
    words: str


class Filled(msgspec.Struct):
    """How many rows came out how, and the first hundred of their remarks; nothing was `stored` by a dry run.

    `digest` is the file's SHA-256 in hex and `encoding` how it was read: both empty where there is no file.
    """

    stored: bool
    rows: int
    taken: int
    unchanged: int
    refused: int
    remarks: list[Remarked]
    digest: str
    encoding: str


class Remarks:
    """Keeps the first remarks in the language of the answer, and counts the others."""

    def __init__(self, words: Words) -> None:
        self._language = words.language
        self.first: list[Remarked] = []
        self.more = 0

    def keep(self, result: RowResult) -> None:
        """Keep what is said of a row."""
        for one in result.remarks:
            if len(self.first) == _SHOWN:
                self.more += 1
                continue
            said = one.words[self._language]
            self.first.append(Remarked(result.number, result.outcome, result.entry, one.code, one.column, said))


@contextmanager
def results_in(path: Path | None, heading: str) -> Iterator[Tell]:
    """What writes the result of a row, into a new file where one is wanted; `heading` stands over the entries."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("x", encoding="utf-8-sig", newline="")
    except FileExistsError:
        raise Mistake("mistakes.results-exist", path=path) from None
    try:
        with file:
            yield ResultFile(file, heading).tell
    except Mistake:  # nothing was taken, so there are no results; the next try may have the name
        path.unlink()
        raise


def answer(session: Session, summary: ImportSummary, remarks: Remarks, told: str) -> None:
    """Show how the rows came out; ends with 1 where some were refused."""
    words, counts = session.words, summary.counts
    headings = ("registry.row", "registry.outcome", "registry.entry", "registry.column", "registry.explanation")
    rows = [(one.row, one.outcome.value, one.entry, one.column, one.words) for one in remarks.first]
    shown = [table(map(words, headings), rows)] if rows else []
    more = [words("registry.more", more=remarks.more)] if remarks.more else []
    found = Filled(
        stored=told == "registry.taken",
        remarks=remarks.first,
        digest=summary.digest,
        encoding=summary.encoding,
        **counts,
    )
    session.show(found, *shown, *more, words(told, **counts))
    if summary.refused:
        raise typer.Exit(Status.NO)

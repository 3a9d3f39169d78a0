"""`caretrail registry`: fill a fresh installation with the entries of the register, and take in newer files of it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from operate import registered_cards
from operate.contexts import compose
from operate.failures import Mistake, Status
from operate.session import Session, table
from operate.shell import at_the_shell
from services.identity.events import Programme, RegistryFile
from shared.imports.results import ResultFile, RowOutcome
from shared.installation import installation
from shared.refusals import LogUnsigned, Refusal
from shared.taiwan.places import county_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operate.words import Words
    from shared.imports.results import ImportSummary, RowResult

    Tell = Callable[[RowResult], None]

commands = typer.Typer()
commands.add_typer(registered_cards.commands)

_SHOWN = 100
"""How many remarks are shown; the file of results has all of them."""

_ResultsOption = Annotated[Path | None, typer.Option("--results", metavar="FILE")]


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


@commands.command(name="import")
def import_file(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    results: _ResultsOption = None,
) -> None:
    """Take in a file of institutions, personnel, places or cards; ends with 1 where rows were refused."""
    session: Session = context.obj
    if kind not in set(RegistryFile):
        raise Mistake("mistakes.unknown-registry-file", given=kind, known=", ".join(RegistryFile))
    size, remarks = file.stat().st_size, _Remarks(session.words)
    with _identity(session) as identity, file.open("rb") as opened, _results(results) as write:
        bring = identity.try_registry if dry_run else identity.import_registry
        with session.progress() as watch:

            def tell(result: RowResult) -> None:
                watch(session.words("registry.entering"), opened.tell(), size)
                remarks.keep(result)
                write(result)

            try:
                summary = bring(opened, RegistryFile(kind), at_the_shell(), tell)
            except Refusal as refusal:
                said = identity.explained(refusal, session.words.language)
                raise Mistake("mistakes.file-refused", said=said) from None
    _answer(session, summary, remarks, "registry.tried" if dry_run else "registry.taken")


@commands.command()
def hospitals(
    context: typer.Context,
    *,
    programme: Annotated[list[str] | None, typer.Option("--programme", metavar="PROGRAMME")] = None,
    county: Annotated[list[str] | None, typer.Option("--county", metavar="COUNTY")] = None,
    results: _ResultsOption = None,
) -> None:
    """Enter the published list of hospitals; what is known of one already stays as it is."""
    session: Session = context.obj
    programmes, counties = [_programme(given) for given in programme or ()], [_county(given) for given in county or ()]
    remarks = _Remarks(session.words)
    with _identity(session) as identity, _results(results) as write, session.progress() as watch:
        entries = identity.published_hospitals(counties)

        def tell(result: RowResult) -> None:
            watch(session.words("registry.entering"), result.number, len(entries))
            remarks.keep(result)
            write(result)

        summary = identity.enter_hospitals(entries, programmes, at_the_shell(), tell)
    _answer(session, summary, remarks, "registry.taken")


class _Remarks:
    """Keeps the first remarks in the language of the answer, and counts the others."""

    def __init__(self, words: Words) -> None:
        self._language = words.language
        self.first: list[Remarked] = []
        self.more = 0

    def keep(self, result: RowResult) -> None:
        for one in result.remarks:
            if len(self.first) == _SHOWN:
                self.more += 1
                continue
            said = one.words[self._language]
            self.first.append(Remarked(result.number, result.outcome, result.entry, one.code, one.column, said))


def _programme(given: str) -> Programme:
    if given not in set(Programme):
        raise Mistake("mistakes.unknown-programme", given=given, known=", ".join(Programme))
    return Programme(given)


def _county(given: str) -> str:
    try:
        return county_named(given).name
    except Refusal:
        raise Mistake("mistakes.unknown-county", given=given) from None


@contextmanager
def _identity(session: Session) -> Iterator[Any]:
    """Identity of this installation, which offers what fills its registry."""
    with installation(session.settings) as place, compose("identity")(place) as context:
        identity: Any = context
        try:
            yield identity
        except LogUnsigned as refusal:
            raise Mistake("mistakes.not-recorded", said=identity.explained(refusal, session.words.language)) from None


@contextmanager
def _results(path: Path | None) -> Iterator[Tell]:
    """What writes the result of a row, into a new file where one is wanted."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("x", encoding="utf-8-sig", newline="")
    except FileExistsError:
        raise Mistake("mistakes.results-exist", path=path) from None
    try:
        with file:
            yield ResultFile(file, "登錄項目").tell
    except Mistake:  # nothing was taken, so there are no results; the next try may have the name
        path.unlink()
        raise


def _answer(session: Session, summary: ImportSummary, remarks: _Remarks, told: str) -> None:
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

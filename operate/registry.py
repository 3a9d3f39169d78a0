"""`caretrail registry`: fill a fresh installation with the entries of the register, and take in newer files of it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from operate import registered_cards
from operate.contexts import compose
from operate.failures import Mistake
from operate.session import Session
from operate.shell import at_the_shell
from operate.taken_files import Remarks, ResultsOption, answer, results_in
from services.identity.events import Programme, RegistryFile
from shared.installation import installation
from shared.refusals import LogUnsigned, Refusal
from shared.taiwan.places import county_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.imports.results import RowResult

    Tell = Callable[[RowResult], None]

commands = typer.Typer()
commands.add_typer(registered_cards.commands)

_ENTRY = "登錄項目"
"""What stands over the entries in a file of results."""


@commands.command(name="import")
def import_file(
    context: typer.Context,
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND")],
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    results: ResultsOption = None,
) -> None:
    """Take in a file of institutions, personnel, places or cards; ends with 1 where rows were refused."""
    session: Session = context.obj
    if kind not in set(RegistryFile):
        raise Mistake("mistakes.unknown-registry-file", given=kind, known=", ".join(RegistryFile))
    size, remarks = file.stat().st_size, Remarks(session.words)
    with _identity(session) as identity, file.open("rb") as opened, results_in(results, _ENTRY) as write:
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
    answer(session, summary, remarks, "registry.tried" if dry_run else "registry.taken")


@commands.command()
def hospitals(
    context: typer.Context,
    *,
    programme: Annotated[list[str] | None, typer.Option("--programme", metavar="PROGRAMME")] = None,
    county: Annotated[list[str] | None, typer.Option("--county", metavar="COUNTY")] = None,
    results: ResultsOption = None,
) -> None:
    """Enter the published list of hospitals; what is known of one already stays as it is."""
    session: Session = context.obj
    programmes, counties = [_programme(given) for given in programme or ()], [_county(given) for given in county or ()]
    remarks = Remarks(session.words)
    with _identity(session) as identity, results_in(results, _ENTRY) as write, session.progress() as watch:
        entries = identity.published_hospitals(counties)

        def tell(result: RowResult) -> None:
            watch(session.words("registry.entering"), result.number, len(entries))
            remarks.keep(result)
            write(result)

        summary = identity.enter_hospitals(entries, programmes, at_the_shell(), tell)
    answer(session, summary, remarks, "registry.taken")


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

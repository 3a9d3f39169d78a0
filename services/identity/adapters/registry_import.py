"""匯入: a file of the registry taken in row by row, or tried out, each row told what became or would become of it.

A row says what the register has now, so taking it in again changes nothing, and a file that was cut short is finished
by importing it once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO
from uuid import uuid4

from services.identity.adapters.registry_rows import (
    CARDS,
    INSTITUTIONS,
    PERSONNEL,
    PLACES,
    card_of,
    institution_of,
    place_of,
    practitioner_of,
)
from services.identity.commands import (
    RecordInstitution,
    RecordPlace,
    RecordPractitioner,
    RecordRegistryImport,
    RegisterCard,
)
from services.identity.events import RegistryFile
from services.identity.messages import WORDING
from shared.imports.files import Purpose
from shared.imports.taking import read_file, take_in
from shared.refusals import Refusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.application import ContextApplication, Outcome
    from shared.imports.files import FileRow
    from shared.imports.results import ImportSummary, RowResult
    from shared.principal import Principal

    Command = RecordInstitution | RecordPractitioner | RecordPlace | RegisterCard

_COLUMNS = {
    RegistryFile.INSTITUTIONS: INSTITUTIONS,
    RegistryFile.PERSONNEL: PERSONNEL,
    RegistryFile.PLACES: PLACES,
    RegistryFile.CARDS: CARDS,
}
_COMMANDS: dict[RegistryFile, Callable[..., Command]] = {
    RegistryFile.INSTITUTIONS: institution_of,
    RegistryFile.PERSONNEL: practitioner_of,
    RegistryFile.PLACES: place_of,
    RegistryFile.CARDS: card_of,
}


class RowRepeated(Refusal):
    """The file says something about the same entry in row `row` already."""


def import_registry(  # noqa: PLR0913 - what is imported, by whom, when, what for, and who hears of each row
    application: ContextApplication,
    file: BinaryIO,
    kind: RegistryFile,
    principal: Principal,
    now: datetime,
    *,
    purpose: Purpose,
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Take in, or try out, a file at `now` (aware), and `tell` the result of each row as soon as it is known.

    Raises FileEmpty, FileNotUtf8, FileNotJson, HeadingsMalformed, ColumnsMissing, ColumnsUnknown, ColumnsRepeated with
    nothing taken; and StoreUnavailable, after which the same file can be imported again.
    """
    run = _Import(application, kind, principal, now, purpose)
    summary = take_in(read_file(file, _COLUMNS[kind]), _COLUMNS[kind], WORDING, run.take, tell)
    if summary.taken and purpose == Purpose.TAKE:
        run.record(summary)
    return summary


class _Import:
    """One file being read for one person."""

    def __init__(
        self, application: ContextApplication, kind: RegistryFile, principal: Principal, now: datetime, purpose: Purpose
    ) -> None:
        self._application = application
        self._kind = kind
        self._principal = principal
        self._now = now
        self._carry_out = self._tried if purpose == Purpose.TRY else self._taken
        self._key = f"import/{uuid4()}"
        self._rows: dict[tuple[str, ...], int] = {}

    def take(self, row: FileRow) -> Outcome:
        return self._carry_out(self._command_of(row), row.number)

    def record(self, summary: ImportSummary) -> None:
        """Count what was taken in."""
        command = RecordRegistryImport(self._kind, summary.digest, **summary.counts)
        self._application.handle(command, self._principal, f"{self._key}/counted", self._now)

    def _command_of(self, row: FileRow) -> Command:
        command = _COMMANDS[self._kind](row.cells)
        before = self._rows.setdefault(_entry_of(command), row.number)
        if before != row.number:
            raise RowRepeated("row", row=before)
        return command

    def _taken(self, command: Command, number: int) -> Outcome:
        return self._application.handle(command, self._principal, f"{self._key}/{number}", self._now)

    def _tried(self, command: Command, _: int) -> Outcome:
        return self._application.consider(command, self._principal, self._now)


def _entry_of(command: Command) -> tuple[str, ...]:
    """What a row is about, by which it is known again in the same file."""
    match command:
        case RecordInstitution():
            return (folded(command.institution),)
        case RecordPractitioner():
            return (command.practitioner,)
        case RecordPlace():
            return (command.code, command.name)
        case RegisterCard():
            return (command.kind, folded(command.issuer), folded(command.serial))

"""`caretrail support`: the insurer's register files made again, verified, listed, and sent once more."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import msgspec
import typer

from operate.contexts import compose
from operate.failures import Mistake, Status
from operate.session import Session, table, taipei_time
from operate.shell import at_the_shell
from operate.taken_files import Remarks, ResultsOption, answer, results_in
from shared.context import utc_now
from shared.installation import installation
from shared.read_models.rebuild import rebuild_if_needed
from shared.refusals import LogUnsigned, Refusal
from shared.relay.checkpoints import load_public_keys
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.imports.results import RowResult

commands = typer.Typer()

_BOOTSTRAP = "services.support.bootstrap"
_COMMANDS = "services.support.commands"
_ENTRY = "案件編號"
"""What stands over the entries in a file of results."""
_KNOWN = ("known_practitioners", "known_institutions", "known_places")
"""The rows by which support knows who is who."""
_HEADINGS = (
    "support.day",
    "support.number",
    "support.rows",
    "support.positions",
    "support.state",
    "support.attempts",
    "support.fault",
    "support.next",
    "support.delivered",
)


class RegisterFileTold(msgspec.Struct):
    """A register file: what it holds, and where its delivery stands; `written` are the files that were written."""

    day: date
    number: int
    after: int
    until: int
    adds: int
    changes: int
    cancels: int
    digest: str
    key_id: str
    state: str
    attempts: int
    fault: str
    due_at: datetime | None
    delivered_at: datetime | None
    written: list[str] = []


class RegisterFilesTold(msgspec.Struct):
    """The register files that were made last, the last first."""

    files: list[RegisterFileTold]


class RegisterFileVerified(msgspec.Struct):
    """What the manifest of a genuine file says of it."""

    day: date
    after: int
    until: int
    adds: int
    changes: int
    cancels: int
    digest: str
    previous: str
    key_id: str


class RegisterFileAsked(msgspec.Struct):
    """The day whose file will be delivered once more."""

    day: date


@commands.command(name="register-file")
def register_file(
    context: typer.Context,
    *,
    day: Annotated[str | None, typer.Option("--date", metavar="DAY")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIRECTORY")] = None,
    verify: Annotated[Path | None, typer.Option("--verify", metavar="FILE")] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE")] = None,
) -> None:
    """Make a file again, or verify one; ends with 1 where it is not genuine."""
    session: Session = context.obj
    if verify is not None:
        _verify(session, verify, key)
        return
    wanted = None if day is None else _day(day)
    with _clerk(session) as clerk:
        row = clerk.row(wanted)
        if row is None:
            raise Mistake("mistakes.no-register-file", given=day or "-")
        file = clerk.made_again(row)
    if out is None and not session.as_json:
        sys.stdout.flush()
        sys.stdout.buffer.write(file.content)
        return
    told = _told(row)
    if out is not None:
        for name, content in ((file.name, file.content), (file.manifest_name, file.manifest)):
            _write(out / name, content)
            told.written.append(str(out / name))
    session.show(told, *(session.words("support.written", path=path) for path in told.written))


@commands.command(name="register-status")
def register_status(
    context: typer.Context, *, limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 20
) -> None:
    """Show the last files and where each stands; ends with 1 where somebody has to look after one."""
    session: Session = context.obj
    with _clerk(session) as clerk:
        found = RegisterFilesTold([_told(row) for row in clerk.rows(limit)])
        alarms = list(clerk.alarms(utc_now()))
    headings = [session.words(heading) for heading in _HEADINGS]
    rows = [_row(session, file) for file in found.files]
    said = [session.words(f"troubles.{alarm.code}", about=alarm.about, context="support") for alarm in alarms]
    session.show(found, table(headings, rows) if rows else session.words("support.none"), *said)
    if alarms:
        raise typer.Exit(Status.NO)


@commands.command(name="register-send")
def register_send(context: typer.Context, day: Annotated[str, typer.Argument(metavar="DAY")]) -> None:
    """Have a file delivered once more."""
    session: Session = context.obj
    wanted = _day(day)
    command = import_module(_COMMANDS).DeliverRegisterFileAgain(wanted)
    with installation(session.settings) as place, _support(session, place) as support:
        try:
            support.handle(command, at_the_shell(), f"shell/{uuid4()}", utc_now())
        except Refusal as refusal:
            if refusal.code != "register-file-unknown":
                raise
            raise Mistake("mistakes.no-register-file", given=day) from None
    session.show(RegisterFileAsked(wanted), session.words("support.asked", day=wanted.isoformat()))


@commands.command(name="import-legacy")
def import_legacy(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    results: ResultsOption = None,
) -> None:
    """Bring over what the system before has approved; ends with 1 where rows were refused."""
    session: Session = context.obj
    size, remarks = file.stat().st_size, Remarks(session.words)
    with (
        installation(session.settings) as place,
        _support(session, place) as support,
        file.open("rb") as opened,
        results_in(results, _ENTRY) as write,
        session.progress() as watch,
    ):
        for name in _KNOWN:
            rebuild_if_needed(support.models[name], support.database, support.logs["identity"])

        def tell(result: RowResult) -> None:
            watch(session.words("registry.entering"), opened.tell(), size)
            remarks.keep(result)
            write(result)

        try:
            summary = (support.try_legacy if dry_run else support.import_legacy)(opened, at_the_shell(), tell)
        except LogUnsigned as refusal:
            raise Mistake("mistakes.not-recorded", said=support.explained(refusal, session.words.language)) from None
        except Refusal as refusal:
            said = support.explained(refusal, session.words.language)
            raise Mistake("mistakes.file-refused", said=said) from None
    answer(session, summary, remarks, "registry.tried" if dry_run else "registry.taken")


@contextmanager
def _clerk(session: Session) -> Iterator[Any]:
    """What makes register files of this installation, its rows made where nobody has looked at them yet."""
    with installation(session.settings) as place, _support(session, place) as support:
        rebuild_if_needed(support.models["register_files"], support.database, support.log)
        with closing(support.clerk()) as clerk:
            yield clerk


@contextmanager
def _support(session: Session, place: Any) -> Iterator[Any]:
    """Support; it follows identity, which in an embedded installation nobody else may have installed yet."""
    if session.settings.is_embedded:
        with compose("identity")(place), compose("support")(place) as support:
            yield support
        return
    with compose("support")(place) as support:
        yield support


def _verify(session: Session, file: Path, key: Path | None) -> None:
    manifest = file.with_suffix(".manifest.json")
    content, signed = _read(file), _read(manifest)
    keys = load_public_keys([key]) if key is not None else public_keys(session.settings.register_key_file)
    try:
        told = import_module(_BOOTSTRAP).verified(content, signed, keys)
    except ValueError as fault:
        sys.stderr.write(session.words("mistakes.register-file-false", given=file, detail=fault) + "\n")
        raise typer.Exit(Status.NO) from None
    found = RegisterFileVerified(
        told.day,
        told.after,
        told.until,
        told.adds,
        told.changes,
        told.cancels,
        told.sha256,
        told.previous,
        told.key_id,
    )
    figures = {"adds": told.adds, "changes": told.changes, "cancels": told.cancels, "key": told.key_id}
    session.show(found, session.words("support.verified", name=file.name, day=told.day.isoformat(), **figures))


def _told(row: Any) -> RegisterFileTold:
    named = {name: getattr(row, name) for name in RegisterFileTold.__struct_fields__ if name != "written"}
    return RegisterFileTold(**named | {"state": row.state.value, "fault": row.fault.value if row.fault else ""})


def _row(session: Session, file: RegisterFileTold) -> tuple[object, ...]:
    said = import_module("services.support.messages").catalogue(session.words.language).values
    return (
        file.day,
        file.number,
        f"{file.adds}/{file.changes}/{file.cancels}",
        f"{file.after + 1}-{file.until}",
        said[file.state],
        file.attempts,
        said[file.fault] if file.fault else None,
        file.due_at and taipei_time(file.due_at),
        file.delivered_at and taipei_time(file.delivered_at),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake("mistakes.no-day", given=text) from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise Mistake("mistakes.not-readable", given=file, detail=fault.strerror) from None


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as fault:
        raise Mistake("mistakes.not-writable", given=file, detail=fault.strerror) from None

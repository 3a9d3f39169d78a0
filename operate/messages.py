"""`caretrail messages`: every mail and SMS, what became of each and why, its words, and whom somebody should call."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
import typer

from operate.contexts import compose
from operate.failures import Mistake
from operate.session import Session, table, taipei_time
from operate.shell import at_the_shell
from shared.installation import installation
from shared.read_models.rebuild import rebuild_if_needed
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

commands = typer.Typer()

_HEADINGS = (
    "messages.id",
    "messages.queued",
    "messages.status",
    "messages.template",
    "messages.case",
    "messages.to",
    "messages.reason",
)


class Listed(msgspec.Struct):
    """Messages as the ledger shows them, the newest first, and how many there are of each status in all."""

    messages: tuple[Any, ...]
    counts: dict[str, int]


@commands.command(name="list")
def list_messages(
    context: typer.Context,
    *,
    case_no: Annotated[str | None, typer.Option("--case", metavar="CASE_NO")] = None,
    status: Annotated[list[str] | None, typer.Option("--status")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200)] = 50,
) -> None:
    """Show the newest messages."""
    session: Session = context.obj
    words = session.words
    with _ledger(session) as ledger:
        counts = ledger.counts(at_the_shell(), datetime.min.replace(tzinfo=UTC))
        statuses = tuple(status or ())
        for given in statuses:
            if given not in counts:
                raise Mistake("mistakes.unknown-status", given=given, known=", ".join(counts))
        page = ledger.page(at_the_shell(), datetime.now(UTC), limit=limit, case_no=case_no, statuses=statuses)
    rows = [_row(one) for one in page.entries]
    told = ", ".join(f"{name} {number}" for name, number in counts.items() if number)
    session.show(
        Listed(page.entries, {str(name): number for name, number in counts.items()}),
        table(map(words, _HEADINGS), rows) if rows else words("messages.none"),
        words("messages.counts", counts=told or "0"),
    )


@commands.command()
def show(context: typer.Context, message_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Show one message, what became of it, and its words."""
    session: Session = context.obj
    try:
        with _ledger(session) as ledger:
            found = ledger.letter(at_the_shell(), UUID(message_id), datetime.now(UTC))
    except (ValueError, Refusal):
        raise Mistake("mistakes.unknown-message", given=message_id) from None
    one = found.message
    facts = [
        (session.words("messages.to"), " ".join(filter(None, (one.name, one.address, one.phone)))),
        (session.words("messages.case"), one.case_no),
        (session.words("messages.template"), one.template),
        (session.words("messages.queued"), one.queued_at),
        (session.words("messages.status"), f"{one.status}: {one.means}"),
        (session.words("messages.changed"), one.changed_at),
        (session.words("messages.reason"), " ".join(filter(None, (one.advice, one.answer)))),
        (session.words("messages.next"), one.due_at and taipei_time(one.due_at)),
    ]
    told = "\n\n".join(filter(None, (found.subject, found.text))) or session.words("messages.closed")
    session.show(found, table((), [fact for fact in facts if fact[1]]), "", told)


@commands.command()
def report(context: typer.Context, *, days: Annotated[int, typer.Option("--days", min=1, max=3650)] = 30) -> None:
    """Write a file of whom messages did not reach, and why."""
    session: Session = context.obj
    now = datetime.now(UTC)
    with _ledger(session) as ledger:
        if session.as_json:
            session.show(Listed(tuple(ledger.every_unreached(at_the_shell(), now - timedelta(days=days), now)), {}))
            return
        file = ledger.report(at_the_shell(), now - timedelta(days=days), now)
    sys.stdout.flush()
    sys.stdout.buffer.write(file)


@contextmanager
def _ledger(session: Session) -> Iterator[Any]:
    """The ledger of this installation, made where nobody has looked at it yet."""
    with installation(session.settings) as place, compose("notifier")(place) as notifier:
        ledger_model = notifier.models["message_ledger"]
        rebuild_if_needed(ledger_model, notifier.database, notifier.log)
        with closing(notifier.ledger(session.words.language)) as ledger:  # type: ignore[attr-defined]
            yield ledger


def _row(one: Any) -> tuple[object, ...]:
    why = one.reason if not one.answer else f"{one.reason} ({one.answer})"
    return one.id, one.queued_at, one.status, one.template, one.case_no, one.address, why

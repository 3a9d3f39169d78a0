"""`caretrail`: reads what is asked, has it carried out, and ends with words and an exit status whatever happens."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

import typer
from typer.main import get_group

from operate import (
    accounts,
    archive,
    audit,
    demo,
    events,
    install,
    keys,
    log,
    messages,
    models,
    parked,
    policy,
    registry,
    replay,
    serve,
    status,
    support,
    trace,
    web,
    why,
)
from operate.card import commands as card
from operate.card import demonstration, verify_chain
from operate.failures import Mistake, Status, sentence
from operate.manual import explain
from operate.session import Session
from operate.words import Words
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAM = "caretrail"

app = typer.Typer(add_completion=False)
app.command("demo")(demo.demo)
app.command("up")(serve.up)
app.command("web")(web.web)
app.command("serve")(serve.serve)
app.command("relay")(serve.relay)
app.command("project")(serve.project)
app.command("react")(serve.react)
app.command("replay")(replay.replay)
app.command("why")(why.why)
app.command("trace")(trace.trace)
app.command("status")(status.status)
app.command("install")(install.install)
events.commands.command("export")(archive.export_events)
events.commands.command("import")(archive.import_events)
events.commands.command("recover")(archive.recover_events)
app.add_typer(policy.commands, name="policy")
app.add_typer(events.commands, name="events")
app.add_typer(audit.commands, name="audit")
app.add_typer(models.commands, name="models")
app.add_typer(parked.commands, name="parked")
app.add_typer(log.commands, name="log")
app.add_typer(support.commands, name="support")
app.add_typer(messages.commands, name="messages")
app.add_typer(registry.commands, name="registry")
app.add_typer(accounts.commands, name="accounts")
app.add_typer(keys.commands, name="keys")
card.commands.command("demo")(demonstration.demo)
card.commands.command("verify-chain")(verify_chain.verify_chain)
app.add_typer(card.commands, name="card")


class _Asked(NamedTuple):
    """A command line, and the two options that may stand anywhere in it."""

    arguments: list[str]
    language: str | None
    as_json: bool


def run(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Carry out one command; the answer is its exit status."""
    asked = _read(arguments)
    words = Words(_language(asked, environment))
    try:
        _refuse_closed_output()
        _refuse_unknown(asked.language)
        return _carry_out(asked.arguments, Session(words, asked.as_json, environment))
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        _forget_standard_output()
        return Status.PIPE_CLOSED
    except Exception as fault:  # noqa: BLE001 - whatever it is, an operator gets a sentence and no traceback
        said, status = sentence(fault, words)
        sys.stderr.write(f"{PROGRAM}: {said}\n")
        return status


def _carry_out(arguments: list[str], session: Session) -> int:
    program = get_group(app)
    explain(program, session.words)
    try:
        with program.make_context(PROGRAM, arguments or ["--help"], obj=session) as context:
            program.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    finally:
        _flush()  # here, where a reader who has left can still be noticed
    return Status.DONE


def _read(arguments: Sequence[str]) -> _Asked:
    rest, language, as_json = [], None, False
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--json":
            as_json = True
        elif argument == "--lang":
            language = next(remaining, "")
        elif argument.startswith("--lang="):
            language = argument.removeprefix("--lang=")
        else:
            rest.append(argument)
    return _Asked(rest, language, as_json)


def _language(asked: _Asked, environment: Mapping[str, str]) -> Language:
    """The first of those given that there is; a wrong setting is refused later, where settings are read."""
    for given in (asked.language, environment.get("CARETRAIL_LANGUAGE")):
        if given in set(Language):
            return Language(given)
    return Language.CHINESE


def _refuse_unknown(language: str | None) -> None:
    if language is not None and language not in set(Language):
        raise Mistake("mistakes.unknown-language", given=language, known=", ".join(Language))


def _refuse_closed_output() -> None:
    if sys.stdout is None:
        raise Mistake("mistakes.no-output", detail=os.strerror(errno.EBADF))


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as fault:
        _forget_standard_output()
        raise Mistake("mistakes.no-output", detail=fault.strerror) from None


def _forget_standard_output() -> None:
    """Nobody reads any more: what is still to be flushed when Python ends must not complain about it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

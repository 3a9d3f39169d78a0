"""`caretrail card …`: what runs on the computer of a person who has a card."""

from __future__ import annotations

import getpass
import platform
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from operate.card.agent import Agent
from operate.card.environment import Line, Outcome, examine
from operate.card.ports import PortOfAnother
from operate.card.refusals import CardRefusal, NoCard, NoReader, PinWrong
from operate.card.serving import Door, is_origin, serving
from operate.failures import Mistake, Status
from operate.serve import LOOK_SECONDS
from operate.session import Session, table
from shared.cards.agent import PORTS, VERSION, CheckLine
from shared.decoding import converted
from shared.ending import Ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operate.card.cards import Cards
    from operate.words import Words

commands = typer.Typer(add_completion=False)

_LONGEST_PIN_LINE = 100
"""Longer than any PIN: what is longer is none, as no card takes its beginning either."""

SETTINGS = Path("~/.config/caretrail/card-agent.toml")

Module = Annotated[list[Path] | None, typer.Option("--module", metavar="FILE")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE")]


class AgentSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What a person's computer keeps for the agent, so that it need not be typed each time."""

    origins: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class Listening(msgspec.Struct):
    """Where the agent answers, and whom."""

    address: str
    origins: tuple[str, ...]
    modules: tuple[str, ...]


class Checked(msgspec.Struct):
    """What came of the environment check; `tries_left` as it was before the PIN, None where the card does not tell."""

    lines: list[Line]
    tries_left: int | None


@commands.command("agent")
def agent(
    context: typer.Context,
    *,
    origin: Annotated[list[str] | None, typer.Option("--origin", metavar="ADDRESS")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535)] = None,
    module: Module = None,
    settings: SettingsFile = None,
) -> None:
    """Answer the pages of these sites about the cards in this computer, until told to end."""
    session: Session = context.obj
    _ = session.settings  # from here on log lines are written
    kept = _kept(settings)
    origins = tuple(dict.fromkeys([*(origin or ()), *kept.origins]))
    cards = _cards(module, kept)

    if not origins:
        raise Mistake("mistakes.no-origin", path=SETTINGS)
    for one in origins:
        if not is_origin(one):
            raise Mistake("mistakes.no-such-origin", given=one)
    ports = PORTS if port is None else (port,)
    try:
        with Ending() as ending, serving(Door(Agent(cards), frozenset(origins)), ports) as taken:
            _tell(session, Listening(f"http://127.0.0.1:{taken}", origins, tuple(cards.modules)))
            while not ending.is_told:
                time.sleep(LOOK_SECONDS)
    except PortOfAnother as other:
        raise Mistake("mistakes.agent-port-of-another", port=other.port, user=other.user) from None
    except OSError as fault:
        raise Mistake("mistakes.agent-port-taken", port=ports[-1], detail=fault.strerror) from None


@commands.command("check")
def check(
    context: typer.Context,
    *,
    reader: Annotated[str | None, typer.Option("--reader", metavar="NAME")] = None,
    pin_stdin: Annotated[bool, typer.Option("--pin-stdin")] = False,
    module: Module = None,
    settings: SettingsFile = None,
) -> None:
    """Go through the environment check; with 1 where a line fails."""
    session: Session = context.obj
    cards = _cards(module, _kept(settings))

    lines = list(_beforehand(cards, reader))
    left: int | None = None
    if all(line.outcome is Outcome.PASSED for line in lines):
        try:
            with cards.opened(reader) as card:
                left, serial = card.tries_left(), card.serial()
        except CardRefusal:
            pin = serial = None  # the lines below say why
        else:
            pin = _pin(session, left, from_input=pin_stdin)
        lines += examine(cards.opened(reader, serial), pin, datetime.now(UTC))
    else:
        lines += [Line(name, Outcome.SKIPPED) for name in CheckLine]
    words = session.words
    headings = [words(f"card-columns.{name}") for name in ("line", "outcome", "tried", "found", "next")]
    session.show(Checked(lines, left), table(headings, (_row(line, words) for line in lines)))
    if any(line.outcome is Outcome.FAILED for line in lines):
        raise typer.Exit(Status.NO)


def _beforehand(cards: Cards, reader: str | None) -> Iterator[Line]:
    """The lines that lead up to a card, as far as they get."""
    yield Line("system", Outcome.PASSED, "uname", platform.platform(terse=True))
    yield Line("version", Outcome.PASSED, "caretrail card", VERSION)
    try:
        listed = cards.listed()
    except CardRefusal as refusal:
        yield Line("pcsc", Outcome.FAILED, "SCardEstablishContext", code=refusal.code, params=refusal.params)
        return
    yield Line("pcsc", Outcome.PASSED, "SCardEstablishContext")
    if not listed:
        yield Line("reader", Outcome.FAILED, "SCardListReaders", code=NoReader.code)
        return
    yield Line("reader", Outcome.PASSED, "SCardListReaders", " · ".join(one.name for one in listed))
    filled = [one.name for one in listed if one.has_card and reader in {None, one.name}]
    if not filled:
        yield Line("card", Outcome.FAILED, "SCardGetStatusChange", code=NoCard.code)
        return
    yield Line("card", Outcome.PASSED, "SCardGetStatusChange", " · ".join(filled))


def _row(line: Line, words: Words) -> list[str]:
    outcome = words(f"card-outcomes.{line.outcome}")
    step = refused(line.code, line.params, words) if line.code else ""
    return [words(f"card-lines.{line.line}"), outcome, line.tried, line.found, step]


def refused(code: str, params: dict[str, object], words: Words) -> str:
    """What a refusal says to a person, with what to do next."""
    is_untold = code == PinWrong.code and params.get("left") is None
    said = f"{code}.unknown" if is_untold else code
    return words(f"card-refusals.{said}", **params)


def _pin(session: Session, left: int | None, *, from_input: bool) -> str | None:
    """The PIN as it is typed, after the tries left have been told; None where none is given, or would be wasted."""
    words = session.words
    session.note(words("card.tries-unknown") if left is None else words("card.tries-left", left=left))
    if left == 0:
        return None
    if from_input:
        return sys.stdin.readline(_LONGEST_PIN_LINE).rstrip("\r\n") or None
    return getpass.getpass(words("card.pin")) or None if sys.stdin.isatty() else None


def _kept(settings: Path | None) -> AgentSettings:
    """What the settings file says; nothing where none is named and none is there."""
    path = (settings or SETTINGS).expanduser()
    if settings is None and not path.exists():
        return AgentSettings()
    try:
        return converted(tomllib.loads(path.read_text(encoding="utf-8")), AgentSettings)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as fault:
        raise Mistake("mistakes.agent-settings", path=path, detail=" ".join(str(fault).split())) from None


def _cards(modules: list[Path] | None, kept: AgentSettings) -> Cards:
    """Every card in reach. What speaks to cards is installed on people's computers only, and so imported only here."""
    try:
        from operate.card.cards import Cards  # noqa: PLC0415 - see above
        from operate.card.tokens import ModuleUnusable  # noqa: PLC0415 - see above
    except ImportError as fault:
        raise Mistake("mistakes.card-programs-missing", detail=fault.name) from None
    named = [*(modules or ()), *(Path(one).expanduser() for one in kept.modules)]
    try:
        return Cards(list(dict.fromkeys(named)))
    except ModuleUnusable as fault:
        raise Mistake("mistakes.module-unusable", path=fault.path) from None


def _tell(session: Session, listening: Listening) -> None:
    words = session.words
    session.show(
        listening,
        words("card.listening", address=listening.address),
        *(words("card.answers", origin=origin) for origin in listening.origins),
        *(words("card.module", module=module) for module in listening.modules),
        words("running.stop"),
    )
    sys.stdout.flush()

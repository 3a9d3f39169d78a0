"""卡片演練: a whole installation on this machine with simulated cards: site, CAs, readers, cards and agent.

Everything lies in a temporary folder and is gone when the demonstration ends. The HCA, GCA and citizen cards are ours
and simulated; the NHI card's basic block is the public one, with an invented holder.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec

from operate.rehearsal import demo_cards
from operate.rehearsal.pcsc import PrivatePcsc
from operate.rehearsal.pki import YEAR, Pki, write_anchors
from operate.rehearsal.responder import Responder
from operate.rehearsal.tied import tied
from operate.stories import Story
from services.identity.events import RegistryFile
from shared.context import utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operate.rehearsal.demo_cards import DemoCard
    from operate.rehearsal.pcsc import Slot

READERS = ("Caretrail Virtual Reader A", "Caretrail Virtual Reader B")
_FIRST_IN = ("personnel", "institution", demo_cards.NHI)
"""The cards that are in the readers at the beginning; the last reader is empty."""
_PATIENCE = 60.0


class ProgramEnded(Exception):
    """A program of the demonstration has not begun, or has failed; it has said why itself. `program` is its name."""

    def __init__(self, program: str) -> None:
        super().__init__(program)
        self.program = program


class Door(msgspec.Struct, frozen=True):
    """How somebody without a card comes in, as the story tells it."""

    role: str
    who: str
    address: str
    password: str


@dataclass
class Demo:
    """A demonstration at work."""

    site: str
    agent: str
    bureau: Door
    """Of the one that decides on what is applied for in the story."""
    settings: Mapping[str, str]
    """What a program is given that is to work on this site."""
    environment: Mapping[str, str]
    """What a program is given that is to use these readers."""
    slots: list[Slot]
    cards: dict[str, DemoCard]

    def __post_init__(self) -> None:
        self.inserted: dict[int, str] = {}

    def reader_of(self, name: str) -> int:
        """The number of the reader that a card is in, from 1; 0 while it is in none."""
        return next((number for number, there in self.inserted.items() if there == name), 0)

    def put(self, number: int, name: str) -> None:
        """Put a card into the reader of this number, from 1; out of another reader, if it is there."""
        if before := self.reader_of(name):
            self.take_out(before)
        self.slots[number - 1].insert(self.cards[name].card)
        self.inserted[number] = name

    def take_out(self, number: int) -> None:
        """Leave a reader empty."""
        self.slots[number - 1].remove()
        self.inserted.pop(number, None)


@contextmanager
def card_demo(environment: Mapping[str, str], port: int) -> Iterator[Demo]:
    """Start all of it, with the site at a port of this machine; raises `NoRehearsalPossible` and `ProgramEnded`."""
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="caretrail-card-demo-")))
        pcsc = closing.enter_context(PrivatePcsc(READERS))
        now = utc_now()
        pki = Pki(now - YEAR)
        responder = closing.enter_context(Responder(pki))
        write_anchors(responder.anchors(), folder / "var" / "cards" / "anchors")
        given = {
            **environment,
            "CARETRAIL_VAR": str(folder / "var"),
            "CARETRAIL_PORT": str(port),
            "CARETRAIL_LOG_LEVEL": "error",
        }
        closing.enter_context(_program(given, "up", "--demo", "--story", Story.SUPPORT))
        take_in(given, RegistryFile.CARDS, folder / "cards.csv", demo_cards.registered_cards(pki))
        site = f"http://localhost:{port}"
        agent = closing.enter_context(_program(given | pcsc.environment, "card", "agent", "--origin", site))
        cards = demo_cards.issued(pki, responder, now)
        [bureau] = msgspec.json.decode((folder / "var" / "demonstration" / "doors.json").read_bytes(), type=list[Door])
        demo = Demo(site, agent["address"], bureau, given, pcsc.environment, pcsc.slots, cards)
        for number, name in enumerate(_FIRST_IN, 1):
            demo.put(number, name)
        yield demo


@contextmanager
def _program(environment: Mapping[str, str], *command: str) -> Iterator[dict[str, Any]]:
    """A program of this command line that goes on by itself, and what it tells when it has begun."""
    process = subprocess.Popen(  # noqa: S603 - this very program
        tied([sys.executable, "-m", "operate", "--json", *command]),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the demonstration, which ends its programs in order
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        told = process.stdout.readline()
        if not told:
            raise ProgramEnded(" ".join(command))
        yield json.loads(told)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=_PATIENCE)
        finally:
            process.kill()  # one that does not end must not outlive the demonstration


def take_in(environment: Mapping[str, str], kind: RegistryFile, file: Path, text: str) -> None:
    """Write a file of the register and have the operator take it in; raises `ProgramEnded` where rows are refused."""
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "operate", "--json", "registry", "import", kind, str(file)]
    done = subprocess.run(command, env=dict(environment), stdout=subprocess.PIPE, check=False)  # noqa: S603 - as above
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        raise ProgramEnded(f"registry import {kind}")

"""A desk with a card reader: virtual cards in a private pcscd, and the card agent as people start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from operate.rehearsal.pcsc import PrivatePcsc
from operate.rehearsal.pki import Pki
from operate.rehearsal.virtual_card import Chip, VirtualNhiCard, VirtualPkiCard
from shared.cards.applet import Holder
from shared.cards.nhi_card import BasicBlock
from shared.taiwan.identifiers import Sex

if TYPE_CHECKING:
    from operate.rehearsal.pki import Profile
    from shared.cards.profiles import CardKind

PROJECT = Path(__file__).parents[2]
PIN = "246810"
READER = "Caretrail Virtual Reader"
_PATIENCE = 20.0


class CardDesk:
    """A computer with a reader of two slots; `with` plugs it in and leaves nothing behind."""

    def __init__(self, pki: Pki | None = None) -> None:
        self._now = datetime.now(UTC)
        self.pki = pki or Pki(self._now - timedelta(days=100))

    def __enter__(self) -> Self:
        self._pcsc = PrivatePcsc((READER,)).__enter__()
        self._agent: subprocess.Popen[str] | None = None
        self._origin = ""
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_agent()
        self._pcsc.__exit__(*_)

    def start_agent(self, origin: str) -> None:
        """`caretrail card agent` for the pages of this site, where it does not run for them yet."""
        if self._agent is not None and self._origin == origin:
            return
        self.stop_agent()
        self._origin = origin
        self._agent = subprocess.Popen(
            [sys.executable, "-m", "operate", "--json", "card", "agent", "--origin", origin],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **self._pcsc.environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._agent.stdout is not None
        assert self._agent.stdout.readline(), "the agent did not start"

    def stop_agent(self) -> None:
        """The person has closed it."""
        agent, self._agent = self._agent, None
        if agent is not None:
            agent.send_signal(signal.SIGTERM)
            agent.wait(_PATIENCE)
            if agent.stdout is not None:
                agent.stdout.close()

    def issued(self, kind: CardKind, profile: Profile, days: int = 400) -> VirtualPkiCard:
        """A card that its CA has just issued, with `PIN`."""
        issued = self.pki.issuer(kind).issue(profile, self._now - timedelta(days=1), self._now + timedelta(days=days))
        holder = Holder(profile.common_name, "HSU, MU-CHING", "F", date(1976, 1, 1), "A22****003", "A")
        return VirtualPkiCard(Chip(issued, kind, holder, f"TEST{profile.subject_serial}", PIN))

    def insert(self, card: VirtualPkiCard | VirtualNhiCard, slot: int = 0) -> None:
        """Put a card in."""
        self._pcsc.slots[slot].insert(card)

    def remove(self, slot: int = 0) -> None:
        """Take it out."""
        self._pcsc.slots[slot].remove()

    def pull(self, slot: int = 0) -> None:
        """Take it out at once, in the middle of what it does."""
        self._pcsc.slots[slot].pull()

    def unplug(self) -> None:
        """Pull the reader out."""
        self._pcsc.unplug(READER)

    def plug_in(self) -> None:
        """Plug it in again."""
        self._pcsc.stop()
        self._pcsc.start()


def nhi_card(identifier: str, number: str, name: str, born_on: date) -> VirtualNhiCard:
    """健保卡 of an invented person."""
    return VirtualNhiCard(BasicBlock(number, name, identifier, born_on, Sex.FEMALE, date(2020, 5, 1)))

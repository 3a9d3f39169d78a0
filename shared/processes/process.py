"""A process manager: events in, commands out, its state folded from the log, its deadlines explicit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID  # noqa: TC003 - msgspec reads the annotation at run time

import msgspec

from shared.read_models.model import Key, ReadModel, Row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shared.events import Event

Command = object
"""A frozen dataclass that the context's application handles."""


class Process(ReadModel[Row]):
    """What the system does by itself when something has happened, or has not happened in time.

    Its state is a read model of its own (`table`, `keys`, `evolve`), so it can be rebuilt; the runner executes each
    command with an idempotency key made of the process, the event's position (or the deadline) and the command's
    number, so a repeated delivery has no second effect. A refused command is an outcome, not a failure.

    `deadline` names the table's timestamptz column that says when `expire` is to be asked; None means never. `expire`
    must lead to an event that moves or clears it: as long as its commands are refused, it is asked again.
    """

    reacts = True
    deadline: ClassVar[str | None] = None

    @property
    def name(self) -> str:
        """The sentence it is named by, as its table is."""
        return self.table.name

    def react(self, row: Row | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - a process may only watch the clock
        """Commands that follow from this event; `row` is the state after it."""
        return ()

    def expire(self, key: Key, row: Row, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - a process may have no deadline
        """Commands that follow from a deadline that has passed at `now` (aware, UTC)."""
        return ()


class NothingToRemember(msgspec.Struct, frozen=True):
    """The row of a process that keeps none."""

    id: UUID


class Reflex(Process[NothingToRemember]):
    """A process whose events say all there is to know, so that it remembers nothing of them."""

    def keys(self, event: Event) -> Iterable[Key]:  # noqa: ARG002 - nothing is remembered
        """None."""
        return ()

    def evolve(self, key: Key, row: NothingToRemember | None, event: Event) -> NothingToRemember | None:  # noqa: ARG002 - as above
        """Nothing."""
        return None

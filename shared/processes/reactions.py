"""Carries out what a process answers to an event, at the very state that the event leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple

import structlog

from shared.read_models.fold import Fold
from shared.read_models.model import Key, Row
from shared.refusals import Refusal
from shared.store.errors import VersionConflict
from shared.trouble import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from shared.events import Event
    from shared.processes.process import Command, Process

    Handle = Callable[[Command, "Occasion"], object]
    """Carries out a command on its occasion; refuses, or raises `TryAgain` or what a database raises."""

_log = structlog.get_logger()


class Occasion(NamedTuple):
    """What a command follows from: its idempotency key, and the position of the event; None for a deadline."""

    key: str
    position: int | None


class Reactions(Generic[Row]):
    """Carries out a process's commands, numbered under the keys that make a repetition harmless."""

    def __init__(self, process: Process[Row], handle: Handle) -> None:
        self._process = process
        self._handle = handle

    def carry_out(self, commands: Iterable[Command], cause: str, position: int | None = None) -> int:
        """Handle these commands in order; answers how many were refused, which is an outcome.

        Raises `TryAgain`, or whatever else is wrong.
        """
        refused = 0
        for number, command in enumerate(commands, 1):
            key = f"process/{self._process.name}/{cause}/{number}"
            try:
                self._handle(command, Occasion(key, position))
            except Refusal as refusal:
                _log.info("command_refused", command=type(command).__name__, key=key, code=refusal.code)
                refused += 1
            except VersionConflict as conflict:
                raise TryAgain(str(conflict)) from conflict
        return refused


class ReactingFold(Fold[Row]):
    """A fold that reacts to every event at the state that it leaves, before it goes on to the next."""

    def __init__(
        self, process: Process[Row], reactions: Reactions[Row], rows: Mapping[Key, Row], held: Iterable[UUID]
    ) -> None:
        super().__init__(process, rows, held)
        self._process = process
        self._reactions = reactions

    def changes(self, position: int, event: Event, keys: Iterable[Key]) -> list[tuple[Key, Row | None]]:
        """The rows after the event, when every command that follows from it has been carried out or refused."""
        changed = super().changes(position, event, keys)
        # The order of keys must be the same each time, or numbered commands would change places.
        states = [row for _, row in sorted(changed, key=lambda change: str(change[0]))] or [None]
        commands = [command for state in states for command in self._process.react(state, event)]
        self._reactions.carry_out(commands, str(position), position)
        return changed

"""What operators do with parked events: foresee what trying again would come to, try again, and give up for good."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from shared.principal import process as acting_process
from shared.processes.process import Process
from shared.processes.reactions import Occasion, ReactingFold, Reactions
from shared.read_models import parking, standing
from shared.read_models.digest import Digest
from shared.read_models.parking import Parking
from shared.read_models.projection import Projection
from shared.read_models.tables import UNSTORABLE, Rows
from shared.refusals import Refusal
from shared.trouble import reason

if TYPE_CHECKING:
    from shared.context import Context
    from shared.postgres import Connection
    from shared.principal import Principal
    from shared.processes.process import Command
    from shared.processes.runner import ProcessRunner
    from shared.read_models.digest import Ready
    from shared.read_models.model import ReadModel
    from shared.read_models.parking import ParkedEvent
    from shared.read_models.projector import Projector


class ParkedListed(msgspec.Struct, frozen=True):
    """One event that was set aside; where it was dropped, nobody tries it again."""

    model: str
    position: int
    aggregate: UUID
    version: int
    type: str
    error: str
    attempts: int
    parked_at: datetime
    dropped_at: datetime | None


class Fate(StrEnum):
    """What would become of a parked event."""

    TAKEN = "taken"
    REJECTED = "rejected"
    WAITS = "waits"
    """An earlier event of its aggregate would still be rejected."""


class CommandForeseen(msgspec.Struct, frozen=True):
    """A command that a process would give; `refusal` is the code with which it would be refused, or empty."""

    name: str
    refusal: str


class Foreseen(msgspec.Struct, frozen=True):
    """What would become of one parked event now; `error` tells why it would be rejected, by kind and place."""

    position: int
    aggregate: UUID
    type: str
    fate: Fate
    error: str
    commands: list[CommandForeseen]


class Tried(msgspec.Struct, frozen=True):
    """What became of an aggregate's parked events: so many were taken, so many wait on."""

    aggregate: UUID
    taken: int
    waiting: int


def waiting(context: Context[Any], model: str, aggregate: UUID | None = None) -> list[ParkedEvent]:
    """What of a model, and of an aggregate where one is given, waits to be tried again, in the order of the log."""
    return [
        event
        for event in Parking(context.database).list(model)
        if event.dropped_at is None and aggregate in (None, event.originator_id)
    ]


def foresee(context: Context[Any], model: ReadModel[Any], aggregate: UUID | None = None) -> list[Foreseen]:
    """What `try_again` would come to now: everything is done as it would be, and nothing of it kept.

    The model waits meanwhile. Raises `ModelReplaced` where its rows are of another release.
    """
    found: list[Foreseen] = []
    for originator_id in dict.fromkeys(event.originator_id for event in waiting(context, model.table.name, aggregate)):
        with context.database.connect(name="caretrail parked") as connection:
            found += _foresee(context, connection, model, originator_id)
    return found


def try_again(context: Context[Any], model: ReadModel[Any], aggregate: UUID | None, actor: Principal) -> list[Tried]:
    """Try parked events again, each aggregate's in their order up to the first that still fails; kept with who did it.

    Raises what a database raises that is away.
    """
    follower: Projector[Any] | ProcessRunner[Any]
    follower = context.runner(model) if isinstance(model, Process) else context.projector(model)
    name, tried = model.table.name, []
    waits = waiting(context, name, aggregate)
    try:
        for originator_id in dict.fromkeys(event.originator_id for event in waits):
            positions = [event.position for event in waits if event.originator_id == originator_id]
            retried = follower.retry(originator_id)
            Parking(context.database).note(actor.id, "retried", name, originator_id, positions[: retried.taken])
            tried.append(Tried(originator_id, *retried))
    finally:
        follower.close()
    return tried


def _foresee(
    context: Context[Any], connection: Connection, model: ReadModel[Any], originator_id: UUID
) -> list[Foreseen]:
    found: list[Foreseen] = []
    name, log = model.table.name, context.logs[model.context]
    digest, trial = Digest(model, log=log), _Trial(context, model)
    with connection.transaction(force_rollback=True):
        at = standing.lock(connection, name)
        if at is None or at.fingerprint != model.fingerprint():
            raise standing.ModelReplaced(name)
        fate = Fate.TAKEN
        for run in parking.waiting(connection, log, name, originator_id):
            error, commands = "", list[CommandForeseen]()
            if fate is Fate.TAKEN:
                error, commands = trial.take(connection, digest.ready(run))
                fate = Fate.REJECTED if error else Fate.TAKEN
            else:
                fate = Fate.WAITS
            found.append(Foreseen(run.first, originator_id, run.rows[0][0], fate, error, commands))
    return found


class _Trial:
    """One model's rows moved on for a trial; commands of a process are considered, and not carried out."""

    def __init__(self, context: Context[Any], model: ReadModel[Any]) -> None:
        self._context = context
        self._model = model
        self._projection = Projection(model, Rows(model.table))
        self._commands: list[CommandForeseen] = []

    def take(self, connection: Connection, ready: list[Ready]) -> tuple[str, list[CommandForeseen]]:
        """Why the event is rejected, empty where it is taken, and the commands that would follow."""
        self._commands = []
        if isinstance(self._model, Process):
            error = self._react(connection, self._model, ready)
        else:
            rejected = self._projection.apply_by_halves(connection, ready, held=set())
            error = rejected[0].error if rejected else ""
        return error, self._commands

    def _react(self, connection: Connection, process: Process[Any], ready: list[Ready]) -> str:
        before = self._projection.load(connection, ready)
        fold = ReactingFold(process, Reactions(process, self._consider), before, held=())
        fold.take(ready)
        if fold.rejected:
            return fold.rejected[0].error
        try:
            with connection.transaction():
                self._projection.save(connection, before, fold.rows)
        except UNSTORABLE as error:
            return reason(error)
        return ""

    def _consider(self, command: Command, _: Occasion) -> None:
        name = type(command).__name__
        try:
            self._context.application.consider(command, acting_process(self._model.table.name), self._context.clock())
        except Refusal as refusal:
            self._commands.append(CommandForeseen(name, refusal.code))
            raise
        self._commands.append(CommandForeseen(name, ""))

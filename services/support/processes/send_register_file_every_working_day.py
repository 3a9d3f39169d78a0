"""Send register file every working day: at the policy's hour the insurer's file (報備支援清冊檔) is made of the log.

It begins with the first support that is approved, changed or cancelled. Days on which Caretrail did not run have no
file of their own: the next one holds all that happened since the one before, as its manifest says.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.support import events
from services.support.commands import ProduceRegisterFile
from services.support.domain.policies import policy_in_force
from shared.calendar import taipei_day, working_calendar
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key

_INSURER = "健保署"
"""To whom the file goes: the only row there is."""


class NextFile(msgspec.Struct, frozen=True):
    """When the next file for a recipient is made."""

    recipient: str
    due_at: datetime


class SendRegisterFileEveryWorkingDay(Process[NextFile]):
    """Has each file made when it is due; its delivery is an errand of its own, which may take its time."""

    context: ClassVar[str] = "support"
    table: ClassVar[Table[NextFile]] = Table(
        "send_register_file_every_working_day", NextFile, key=("recipient",), indexes=(("due_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.SupportApproved,
        events.SupportAmended,
        events.SupportCancelled,
        events.RegisterFileProduced,
    )
    deadline: ClassVar[str | None] = "due_at"

    def keys(self, event: Event) -> Iterable[Key]:  # noqa: ARG002 - there is one row
        """The insurer."""
        return [(_INSURER,)]

    def evolve(self, key: Key, row: NextFile | None, event: Event) -> NextFile | None:
        """Due on the next working day at the hour that holds then; what happens after the first change leaves it."""
        if row is not None and not isinstance(event, events.RegisterFileProduced):
            return row
        policy = policy_in_force(taipei_day(event.timestamp))
        return NextFile(key[0], policy.register_file_due_after(event.timestamp, working_calendar()))

    def expire(self, key: Key, row: NextFile, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - which day it is, the clock says
        """It is time."""
        return [ProduceRegisterFile()]

"""清冊檔: have the file of a working day made, or delivered once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.application import reservations
from services.support.domain import refusals
from services.support.domain.register_delivery import DailyRegister, LastFile
from services.support.domain.register_file import Stretch
from shared.application import Decision, Outcome, Result

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import DeliverRegisterFileAgain, ProduceRegisterFile
    from shared.principal import Principal

_NONE_BEFORE = LastFile(number=0, until=0, digest="", key_id="")


def produce_register_file(desk: Desk, _: ProduceRegisterFile, __: Principal, now: datetime) -> Decision:
    """The file of the last working day whose hour has come: everything behind the file before, however little."""
    day = desk.policy(now).register_file_day(now, desk.calendar)
    known = desk.store.holder_of(reservations.REGISTER_DAY, day.isoformat())
    if known is not None:
        made_before = desk.store.load(DailyRegister, known)
        return Decision(Outcome(known, made_before.version, made_before.stream_subject, Result.UNCHANGED))
    # A row that lags would name a file before the last one: its successor's number is taken then.
    last = desk.registrar.last() or _NONE_BEFORE
    stretch = Stretch(last.until, desk.registrar.head(), last.digest)
    made = desk.registrar.made(day, stretch, last.key_id)
    file = DailyRegister.produce(day, last.number + 1, stretch, made, now)
    reserve = reservations.register_file(file)
    return Decision(Outcome(file.id, file.version, file.stream_subject), [file], reserve)


def deliver_register_file_again(desk: Desk, command: DeliverRegisterFileAgain, _: Principal, now: datetime) -> Decision:
    """重送, also of what was delivered: nothing happens to a file that lies there already."""
    known = desk.store.holder_of(reservations.REGISTER_DAY, command.day.isoformat())
    if known is None:
        raise refusals.RegisterFileUnknown("day")
    file = desk.store.load(DailyRegister, known)
    file.ask_for_again(now)
    return Decision(Outcome(file.id, file.version, file.stream_subject), [file])

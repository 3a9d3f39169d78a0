"""While nobody vouches for the log commands are refused, but for those that keep somebody out, or were answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from shared.context import Context, utc_now
from shared.principal import VISITOR
from shared.refusals import LogUnsigned
from shared.relay.vouching import Vouching

if TYPE_CHECKING:
    from shared.store.log import Log

HOUR = 3600.0


@dataclass
class LogOf:
    """A log for which nobody has vouched for so many seconds; counts how often it was looked at."""

    unsigned: float
    looks: int = 0

    def unsigned_seconds(self) -> float:
        self.looks += 1
        return self.unsigned


@dataclass
class Applied:
    """Takes every command; `answered` are the keys of those that it has taken before."""

    urgent = frozenset({str})
    answered: dict[str, str] = field(default_factory=dict)

    def answer_to(self, key: str) -> str | None:
        return self.answered.get(key)

    def handle(self, command: object, *_: object) -> object:
        return command


def context(unsigned: float, **answered: str) -> Context[Any]:
    settings = SimpleNamespace(unsigned_seconds=HOUR)
    stood_on: dict[str, Any] = {
        "name": "parcels",
        "installation": SimpleNamespace(settings=settings),
        "logs": {"parcels": LogOf(unsigned)},
        "application": Applied(answered=answered),
    }
    nothing = dict.fromkeys(("database", "positions", "refusals", "model_types", "process_types"))
    return Context(**cast("dict[str, Any]", nothing | stood_on))


def handle(given: Context[Any], command: object, key: str = "a key") -> object:
    return given.handle(command, VISITOR, key, utc_now())


def test_while_the_log_is_signed_as_policy_demands_commands_are_taken():
    assert handle(context(HOUR), 7) == 7


def test_a_command_is_refused_once_that_has_lasted_too_long():
    with pytest.raises(LogUnsigned) as refused:
        handle(context(HOUR + 60), 7)
    assert refused.value.params == {"minutes": 61}


def test_what_keeps_somebody_out_is_taken_nevertheless():
    assert handle(context(HOUR + 60), "sign out") == "sign out"


def test_what_was_carried_out_is_answered_again():
    assert handle(context(HOUR + 60, before="done"), 7, key="before") == 7


def test_work_of_many_commands_is_refused_before_the_first():
    context(HOUR).heed_signing()
    with pytest.raises(LogUnsigned):
        context(HOUR + 60).heed_signing()


def test_the_log_is_looked_at_now_and_then_only():
    now = 0.0
    log = LogOf(0.0)
    vouching = Vouching(cast("Log", log), HOUR, clock=lambda: now)
    assert [vouching.objection() for _ in range(3)] == [None] * 3
    log.unsigned = HOUR + 1
    now = 1.9
    assert (vouching.objection(), log.looks) == (None, 1)
    now = 2.0
    assert vouching.objection() is not None
    assert log.looks == 2

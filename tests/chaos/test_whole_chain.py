"""Every process of an installation is killed at random, and RabbitMQ too: in the end all is as if nothing had been."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Self

import pytest

from services.matching.domain.statuses import MatchStatus
from shared.context import Duty
from shared.read_models.compare import compare
from shared.read_models.parking import Parking
from shared.read_models.status import status
from shared.settings import load
from tests.chaos.appender_worker import attend
from tests.chaos.caseload import Appender, Caseload, Clock, Deed
from tests.chaos.effects import (
    assert_each_command_took_effect_once,
    assert_reservations_are_those_of_the_cases,
    assert_the_chain_is_whole,
    stored_answers,
    stored_cases,
)
from tests.chaos.role_worker import follow
from tests.controls.forks import FORKS
from tests.controls.logbook import PATIENCE, eventually, published, stored
from tests.controls.matching_alone import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.matching.bootstrap import MatchingContext
    from services.matching.domain.case import Case
    from shared.postgres import Connection
    from tests.servers import RabbitMQServer

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]

LOAD_SECONDS = 30
LULLS = (0.3, 1.0)
"""From one death to the next, in seconds."""

PLOTS = (
    (Deed.ACCEPT,),
    (Deed.DECLINE, Deed.ACCEPT),
    (),
    (Deed.WITHDRAW,),
    (Deed.ACCEPT,),
    (Deed.DECLINE, Deed.DECLINE, Deed.DECLINE),
    (),
    (Deed.WITHDRAW,),
)
"""Where a second or third rank answers, a process has asked it; where nobody answers, time passes."""

# No case is offered twice to one rank, no rank answers twice, no reminder of one number is sent twice, and so on.
_TWICE = """
select type, originator_id, told->>'rank', told->>'number', count(*)
from event cross join lateral (select convert_from(data, 'utf8')::json) as data (told)
group by 1, 2, 3, 4 having count(*) > 1
"""
# What came to nothing was followed by the next offer, or by the end, once; unless the family has gone meanwhile.
_NOT_FOLLOWED_ONCE = """
select originator_id
from event cross join lateral (select split_part(type, '.', 2)) as type (name)
group by 1
having not bool_or(name = 'CaseWithdrawn')
    and count(*) filter (where name in ('InstitutionDeclined', 'OfferExpired', 'NoticeLapsed'))
        <> count(*) filter (where name in ('PreferenceOffered', 'CaseUnmatched')) - 1
"""


class Follower:
    """A process with one duty behind the log."""

    def __init__(self, environment: dict[str, str], clock: Clock, duty: Duty) -> None:
        self.process = FORKS.Process(target=follow, args=(environment, clock, duty), daemon=True)
        self.process.start()

    def kill(self) -> None:
        self.process.kill()

    def exit_code(self) -> int | None:
        self.process.join(PATIENCE)
        return self.process.exitcode


class Installation:
    """One process a role: two that append, the relay, the projectors, the processes. The dead are replaced at once."""

    def __init__(self, environment: dict[str, str], clock: Clock, caseload: Caseload) -> None:
        self._roles: dict[str, Callable[[], Appender | Follower]] = {
            "first appender": partial(Appender, caseload, attend, environment, clock),
            "second appender": partial(Appender, caseload, attend, environment, clock),
            **{duty: partial(Follower, environment, clock, duty) for duty in Duty},
        }
        self._processes: dict[str, Appender | Follower] = {}
        self.killed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        for role, start in self._roles.items():
            self._processes[role] = start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
            process.exit_code()

    def kill_until(self, end: float, dice: random.Random) -> None:
        """Kill them in rounds, everyone once and in another order each time."""
        while True:
            for role in dice.sample(list(self._roles), len(self._roles)):
                threading.Event().wait(dice.uniform(*LULLS))
                if time.time() > end:
                    return
                self._kill(role)
                self._processes[role] = self._roles[role]()

    def finish_appending(self) -> None:
        """Let the appenders come to their end."""
        for role in ("first appender", "second appender"):
            assert self._processes.pop(role).exit_code() == 0

    def kill_followers(self) -> None:
        for duty in Duty:
            self._kill(duty)

    def _kill(self, role: str) -> None:
        process = self._processes[role]
        process.kill()
        assert process.exit_code() == -signal.SIGKILL, f"{role} had ended by itself"
        self.killed[role] += 1


@contextmanager
def dying_meanwhile(broker: RabbitMQServer, after: float) -> Iterator[None]:
    """A broker that is killed so many seconds from now, and started again."""
    death = threading.Timer(after, lambda: (broker.kill(), broker.start()))
    death.start()
    try:
        yield
    finally:
        death.cancel()
        death.join()


def test_whoever_is_killed_nothing_is_lost_and_nothing_happens_twice(
    postgres_server, database_dsn, rabbitmq, vhost, tmp_path
):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    dice = random.Random(seed)  # noqa: S311 - not a secret
    vault_dsn = postgres_server.new_database()
    environment = {
        "CARETRAIL_VAR": str(tmp_path),
        "CARETRAIL_DATABASE_MATCHING": database_dsn,
        "CARETRAIL_DATABASE_VAULT": vault_dsn,
        "CARETRAIL_BROKER": vhost,
    }
    clock = Clock(time.time(), time.time() + LOAD_SECONDS)
    caseload = Caseload(PLOTS)
    with matching(load(environment), clock) as context:
        with Installation(environment, clock, caseload) as installation:
            with dying_meanwhile(rabbitmq, LOAD_SECONDS / 2):
                installation.kill_until(clock.stops, dice)
            caseload.close()
            installation.finish_appending()
            eventually(lambda: is_settled(context))
            installation.kill_followers()
        assert min(installation.killed.values()) > 2
        assert_all_is_well(context, caseload)
    postgres_server.drop_database(vault_dsn)


def is_settled(context: MatchingContext) -> bool:
    """Whether nothing is left to be done by the time it is, everybody has read everything, and it is all published.

    What is appended while this is looked at could be read by nobody yet: then it is not settled.
    """
    followers = list(context.followers.values())
    with context.database.connect() as connection:
        before = stored(connection)
        if any(waits_for_a_process(case, context.clock()) for case in stored_cases(context)):
            return False
        if any(follower.behind for follower in status(followers, context.database, context.log)):
            return False
        return published(connection) == stored(connection) == before


def waits_for_a_process(case: Case, now: datetime) -> bool:
    """Whether the next preference, a reminder or the end of somebody's time is due."""
    if case.offer is not None:
        due = [moment for moment in case.offer.remind_at if moment <= now]
        return case.offer.answer_by < now or case.reminders < len(due)
    return case.match_status == MatchStatus.MATCHING or (case.sign_by is not None and case.sign_by < now)


def assert_all_is_well(context: MatchingContext, caseload: Caseload) -> None:
    assert_each_command_took_effect_once(context, caseload)
    assert_reservations_are_those_of_the_cases(context)
    with context.database.connect() as connection:
        assert_reactions_happened_once(connection)
        assert_the_chain_is_whole(context, stored(connection))
    reacted = {key.split("/")[1] for key in stored_answers(context) if key.startswith("process/")}
    # Whether a notice lapses as well depends on how early in the month of the load somebody accepted.
    assert reacted - {"lapse_unsigned_notice"} == {
        "offer_next_preference",
        "remind_unanswered_offer",
        "expire_unanswered_offer",
    }
    for follower in list(context.followers.values()):
        assert compare(follower, context.database, context.log).is_none, follower.table.name
    assert Parking(context.database).list() == []


def assert_reactions_happened_once(connection: Connection) -> None:
    assert connection.execute(_TWICE).fetchall() == []
    assert connection.execute(_NOT_FOLLOWED_ONCE).fetchall() == []

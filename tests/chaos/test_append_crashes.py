"""Processes that append are killed, and the server under them: no answered command is lost, none takes effect twice."""

from __future__ import annotations

import random
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from services.matching.bootstrap import CONTEXT, MatchingContext
from shared.cloudevents import parse
from shared.relay.relay import Relay
from shared.settings import load
from tests.chaos.appender_worker import attend, attend_until_death
from tests.chaos.caseload import STANDING, Appender, Caseload, Deed
from tests.chaos.effects import (
    assert_each_command_took_effect_once,
    assert_reservations_are_those_of_the_cases,
    assert_the_chain_is_whole,
    stored_answers,
)
from tests.controls.logbook import CONSUMER, eventually, is_whole, published, receive, running, stored, without_repeats
from tests.controls.matching_alone import matching
from tests.servers import PostgresServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.postgres import Connection

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq, pytest.mark.slow]

DEATHS = 10
PLOTS = ((Deed.ACCEPT,), (Deed.DECLINE,), (Deed.WITHDRAW,), ())
"""With no process at work a case goes no further than its first rank."""

_GATE = """
create function pass_the_gate() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(1);
    return null;
end $$;
create constraint trigger gate after insert on answer deferrable initially deferred
for each row execute function pass_the_gate()
"""
"""A gate that an append passes when its rows are written, right before it commits."""

_CLOSE_GATE = "select pg_advisory_lock(1)"
_OPEN_GATE = "select pg_advisory_unlock(1)"
_AT_THE_GATE = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'advisory'"
_IS_AT_WORK = "select from pg_stat_activity where pid = %s"
_END = "select pg_terminate_backend(%s, 10000)"


@dataclass(frozen=True)
class Scene:
    """Families being served, by one process after the other."""

    environment: dict[str, str]
    context: MatchingContext
    caseload: Caseload
    dice: random.Random

    def unheard(self) -> set[str]:
        """The commands that were carried out, and whose callers do not know."""
        return stored_answers(self.context).keys() - self.caseload.answers.keys()

    @contextmanager
    def stopped_at_the_gate(self) -> Iterator[tuple[Connection, int]]:
        """Kill a process whose append is at the gate; gives the connection that keeps it closed, and the backend."""
        appender = Appender(self.caseload, attend, self.environment, STANDING)
        self.caseload.wait_for_answers(self.dice.randint(1, 30))
        with psycopg.connect(self.context.database.dsn, autocommit=True) as keeper:
            keeper.execute(_CLOSE_GATE)
            eventually(lambda: keeper.execute(_AT_THE_GATE).fetchall())
            appender.kill()
            assert appender.exit_code() == -signal.SIGKILL
            [(backend,)] = keeper.execute(_AT_THE_GATE).fetchall()
            yield keeper, backend

    def serve_all(self) -> None:
        """Give every command that was not answered again, under its key."""
        self.caseload.close()
        assert Appender(self.caseload, attend, self.environment, STANDING).exit_code() == 0


def at_the_point(scene: Scene, point: str) -> None:
    nth = scene.dice.randint(1, 30)
    assert Appender(scene.caseload, attend_until_death, scene.environment, point, nth).exit_code() == -signal.SIGKILL


def before_commit(scene: Scene) -> None:
    at_the_point(scene, "before commit")


def written_and_never_committed(scene: Scene) -> None:
    with scene.stopped_at_the_gate() as (keeper, backend):
        assert keeper.execute(_END, (backend,)).fetchone() == (True,)


def committed_when_nobody_listened_any_more(scene: Scene) -> None:
    with scene.stopped_at_the_gate() as (keeper, backend):
        keeper.execute(_OPEN_GATE)
        eventually(lambda: not keeper.execute(_IS_AT_WORK, (backend,)).fetchall())
    assert scene.unheard()


def after_commit(scene: Scene) -> None:
    at_the_point(scene, "after commit")
    assert scene.unheard()


def at_any_moment(scene: Scene) -> None:
    appender = Appender(scene.caseload, attend, scene.environment, STANDING)
    scene.caseload.wait_for_answers(scene.dice.randint(1, 60))
    appender.kill()
    assert appender.exit_code() == -signal.SIGKILL


@contextmanager
def a_scene(server: PostgresServer, broker: str, var: Path) -> Iterator[Scene]:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    # A flush of a millisecond, so that many are killed while they commit.
    slow = make_conninfo(server.new_database(), options="-c commit_delay=1000 -c commit_siblings=0")
    vault = server.new_database()
    environment = {
        "CARETRAIL_VAR": str(var),
        "CARETRAIL_DATABASE_MATCHING": slow,
        "CARETRAIL_DATABASE_VAULT": vault,
        "CARETRAIL_BROKER": broker,
    }
    dice = random.Random(seed)  # noqa: S311 - not a secret
    with matching(load(environment), STANDING) as context:
        with context.database.connect() as connection:
            connection.execute(_GATE, prepare=False)
        yield Scene(environment, context, Caseload(PLOTS), dice)
    for dsn in (slow, vault):
        server.drop_database(dsn)


def assert_all_is_well(scene: Scene) -> None:
    context, caseload = scene.context, scene.caseload
    assert scene.unheard() == set()
    assert caseload.refused == []
    assert_each_command_took_effect_once(context, caseload)
    assert_reservations_are_those_of_the_cases(context)

    relay = Relay(context.database, CONTEXT, context.transport, context.signing_key, [CONSUMER])
    with running(relay), context.database.connect() as connection:
        events = stored(connection)
        eventually(lambda: published(connection) == events)
    assert_the_chain_is_whole(context, events)
    bodies = receive(context.transport, events, CONTEXT)
    assert [parse(body).position for body in bodies] == list(range(1, events + 1))
    assert is_whole(without_repeats(bodies))


@pytest.mark.parametrize(
    "die",
    [
        before_commit,
        written_and_never_committed,
        committed_when_nobody_listened_any_more,
        after_commit,
        at_any_moment,
    ],
    ids=lambda die: die.__name__,
)
def test_a_process_killed_here_loses_no_answered_command_and_repeats_none(die, postgres_server, vhost, tmp_path):
    with a_scene(postgres_server, vhost, tmp_path) as scene:
        for _ in range(DEATHS):
            die(scene)
        scene.serve_all()
        assert_all_is_well(scene)


def test_a_server_killed_under_appends_loses_no_answered_command_and_repeats_none(vhost, tmp_path):
    with PostgresServer() as server, a_scene(server, vhost, tmp_path) as scene:
        caseload = scene.caseload
        appender = Appender(caseload, attend, scene.environment, STANDING)
        for _ in range(DEATHS):
            caseload.wait_for_answers(scene.dice.randint(1, 60))
            server.kill()
            server.start()
        server.kill()
        # Away for so long that callers are told, and repeat their commands themselves.
        caseload.wait_until(lambda: caseload.unknown > 0)
        server.start()
        caseload.wait_for_answers(60)
        caseload.close()
        assert appender.exit_code() == 0
        assert_all_is_well(scene)

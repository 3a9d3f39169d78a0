"""A dispatcher is killed again and again, at every point, with others at work beside it: no mail is sent twice."""

from __future__ import annotations

import random
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.matching import events as matching
from services.notifier.commands import News, TellFamily, Template
from services.notifier.domain.message import Message
from services.notifier.domain.statuses import Status
from shared.principal import process
from shared.vault.blind_index import Identifier
from tests.chaos.notifier.dispatcher_worker import dispatch_until_death, dispatcher, post_office
from tests.controls.family import CASE_NO
from tests.controls.forks import FORKS, run_until_it_dies
from tests.controls.logbook import PATIENCE
from tests.controls.mail_servers import Takes, mail_server

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

DEATHS = 10
POINTS = ("before-marking", "after-marking", "after-sending", "before-recording", "after-recording")
DOUBTFUL = {"after-marking", "after-sending", "before-recording"}
"""Killed here, nobody can know whether the mail has left."""


class Office:
    """The databases and the directory of a notifier, and workers that send for it."""

    def __init__(self, dsn: str, vault_dsn: str, directory: Path, port: int) -> None:
        self.place = (dsn, vault_dsn, str(directory))
        self.port = port

    def worker(self, point: str, nth: int) -> BaseProcess:
        """One that sends until it comes to this point the nth time; not started yet."""
        return FORKS.Process(target=dispatch_until_death, args=(*self.place, self.port, point, nth), daemon=True)

    def queue(self, count: int) -> None:
        with post_office(*self.place) as notifier:
            for number in range(count):
                mobile = f"09{number:08d}"
                subject = notifier.vault.subject_for([Identifier("mobile", mobile)])
                contact = matching.Contact(matching.Relation.MOTHER, "林", mobile, f"family{number}@example.tw")
                news = News(f"matching/{uuid4()}/1", datetime.now(UTC), CASE_NO, "新北市")
                command = TellFamily(Template.APPLICATION_RECEIVED, news, notifier.vault.seal(subject, contact))
                notifier.handle(command, process("test"), str(uuid4()), datetime.now(UTC))

    def settle(self) -> Counter[Status]:
        """Long after the last worker has ended, look after what it left; and how all messages stand then."""
        with post_office(*self.place) as notifier:
            while dispatcher(notifier, self.port, later=timedelta(minutes=10)).step():
                pass
            ids = notifier.recorder.connections.fetch("select distinct originator_id from event")
            return Counter(notifier.load(Message, message_id).status for (message_id,) in ids)


@pytest.fixture
def offices(postgres_server, tmp_path):
    dsns = [postgres_server.new_database(), postgres_server.new_database()]
    yield lambda port: Office(*dsns, tmp_path, port)
    for dsn in dsns:
        postgres_server.drop_database(dsn)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_this_point_again_and_again_no_mail_is_sent_twice(point, offices):
    with mail_server(Takes()) as server:
        office = offices(server.port)
        office.queue(3 * DEATHS)
        for _ in range(DEATHS):
            run_until_it_dies(dispatch_until_death, *office.place, server.port, point, 2)
        statuses = office.settle()
        received = Counter(server.handler.received.ids)

    assert set(received.values()) == {1}
    assert statuses == {Status.SENT: 3 * DEATHS - statuses[Status.UNCERTAIN]} | (
        {Status.UNCERTAIN: DEATHS} if point in DOUBTFUL else {}
    )
    arrived_unknown = statuses[Status.UNCERTAIN] if point != "after-marking" else 0
    assert len(received) == statuses[Status.SENT] + arrived_unknown


def test_several_at_once_killed_at_any_point_send_nothing_twice(offices):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    dice = random.Random(seed)  # noqa: S311 - not a secret
    with mail_server(Takes()) as server:
        office = offices(server.port)
        office.queue(40)
        for _ in range(4):
            workers = [office.worker(dice.choice(POINTS), dice.randint(1, 4)) for _ in range(3)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join(PATIENCE)
                assert worker.exitcode in (0, -signal.SIGKILL)
        statuses = office.settle()
        received = Counter(server.handler.received.ids)

    assert set(received.values()) == {1}
    assert set(statuses) <= {Status.SENT, Status.UNCERTAIN}
    assert statuses[Status.SENT] <= len(received) <= 40

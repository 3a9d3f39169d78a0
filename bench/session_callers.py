"""`python -m bench.session_callers DSN SCHEMA ROLE CALLERS SECONDS`: green threads that check sessions at one desk."""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits

import eventlet

eventlet.monkey_patch()

import random  # noqa: E402 - these come after the patch, as in an entry point
import sys  # noqa: E402
import time  # noqa: E402
from datetime import UTC, datetime, timedelta  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402
from uuid import uuid4  # noqa: E402

from services.identity.application.accounts.sessions import OpenSession, Sessions  # noqa: E402
from shared.postgres import Connections, Database  # noqa: E402
from shared.principal import Assurance, Principal, Role  # noqa: E402
from shared.sealing import Sealed, SubjectId  # noqa: E402

if TYPE_CHECKING:
    from services.identity.events import Whereabouts

SESSIONS = 2_000


def main(dsn: str, schema: str, role: str, callers: int, seconds: float) -> float:
    """Checks a second."""
    sessions = Sessions(Connections(Database(dsn, schema, role)), timedelta(minutes=1))
    now = datetime.now(UTC)
    tokens = [sessions.open(_session(now)) for _ in range(SESSIONS)]
    chance = random.Random(1)  # noqa: S311 - which session is next is no secret
    checked = 0
    began = time.perf_counter()

    def call() -> None:
        nonlocal checked
        while time.perf_counter() < began + seconds:
            sessions.check(chance.choice(tokens), now)
            checked += 1

    pool = eventlet.GreenPool(callers)
    for _ in range(callers):
        pool.spawn_n(call)
    pool.waitall()
    return checked / (time.perf_counter() - began)


def _session(now: datetime) -> OpenSession:
    owner, subject = uuid4(), SubjectId(uuid4())
    who = Principal(
        f"account/{owner}",
        Role.DOCTOR,
        frozenset({Assurance.PASSWORD}),
        subject=subject,
        institution="3501200000",
        acts_for=frozenset({"D0000001"}),
    )
    place: Sealed[Whereabouts] = Sealed(subject, "box" * 40)
    idle, ends_at = timedelta(minutes=30), now + timedelta(hours=12)
    return OpenSession(uuid4(), who, owner, place, None, opened_at=now, seen_at=now, idle=idle, ends_at=ends_at)


if __name__ == "__main__":
    dsn, schema, role, callers, seconds = sys.argv[1:]
    sys.stdout.write(str(main(dsn, schema, role, int(callers), float(seconds))))

"""`python -m bench.append_callers DSN SCHEMA ROLE CALLERS SECONDS`: green threads that store through one recorder."""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - these come after the patch, as in an entry point
import time  # noqa: E402

from shared.postgres import Database  # noqa: E402
from tests.controls.parcels import PostOffice, cause, posted  # noqa: E402


def main(dsn: str, schema: str, role: str, callers: int, seconds: float) -> float:
    """Events a second."""
    office = PostOffice(Database(dsn, schema, role), give_way=lambda: eventlet.sleep(0))
    why = cause()
    for _ in range(callers):
        office.append(posted("P1"), cause=why)
    pool = eventlet.GreenPool(callers)
    stored = 0
    began = time.perf_counter()

    def call() -> None:
        nonlocal stored
        while time.perf_counter() < began + seconds:
            office.append(posted("P1"), cause=why)
            stored += 1

    for _ in range(callers):
        pool.spawn_n(call)
    pool.waitall()
    return stored / (time.perf_counter() - began)


if __name__ == "__main__":
    dsn, schema, role, callers, seconds = sys.argv[1:]
    sys.stdout.write(str(main(dsn, schema, role, int(callers), float(seconds))))

"""Green threads that append parcels, as in a Nameko service: `green_callers.py DSN SCHEMA ROLE CALLERS APPENDS`."""

from __future__ import annotations

import os
import sys

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import eventlet

eventlet.monkey_patch()

from shared.postgres import Database  # noqa: E402 - after the patch, as in an entry point
from tests.controls.parcels import PostOffice, cause, posted  # noqa: E402


def main(database: Database, callers: int, appends: int) -> None:
    office = PostOffice(database, give_way=lambda: eventlet.sleep(0))

    def call() -> None:
        for _ in range(appends):
            office.append(posted("P1"), cause=cause())

    pool = eventlet.GreenPool(callers)
    for _ in range(callers):
        pool.spawn(call)
    pool.waitall()


if __name__ == "__main__":
    main(Database(*sys.argv[1:4]), *map(int, sys.argv[4:]))

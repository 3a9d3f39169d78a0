"""Under eventlet callers share a flush as threads do."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.postgres


def test_green_threads_fill_the_batches_of_a_group_commit(database, connection):
    script = [sys.executable, "-W", "ignore", "-m", "tests.integration.store.green_callers"]
    arguments = [database.dsn, database.schema, str(database.role), "20", "10"]
    subprocess.run([*script, *arguments], check=True, timeout=60)

    [(events, batches)] = connection.execute("select count(*), count(distinct xid) from event").fetchall()

    assert events == 200
    # Full batches would make ten; batches of 1 and 19 by turns would make twenty.
    assert batches <= 15

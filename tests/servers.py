"""Private PostgreSQL and RabbitMQ servers for tests and benchmarks: own ports, own directories, gone afterwards."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import IO, Self
from uuid import uuid4

import psycopg
from psycopg import sql

from shared.embedded import EmbeddedPostgres

_RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
_PART_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Ports the kernel gives to no one by itself, so that a server stopped for a while finds its own free again."""


def _reserved_port() -> socket.socket:
    """A port on loopback that no other run takes while this is open, though a server, which reuses addresses, may."""
    while True:
        reserved = socket.socket()
        port = random.choice(_BELOW_EPHEMERAL)  # noqa: S311 - not a secret
        try:
            reserved.bind(("127.0.0.1", port))
        except OSError:
            reserved.close()
            continue
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return reserved


def _temporary_directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="caretrail-"))


class PostgresServer:
    """A PostgreSQL of its own in a temporary directory; `with` starts it and leaves nothing behind."""

    def __init__(self) -> None:
        self._directory = _temporary_directory()
        self._server = EmbeddedPostgres(self._directory)
        self._given_back: list[str] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._directory)

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        """End it as a crash would; `start` recovers what was committed."""
        self._server.kill()

    def dsn(self, database: str) -> str:
        """How the superuser connects to `database`."""
        return self._server.dsn(database)

    @property
    def data(self) -> Path:
        """Its data directory, with its configuration."""
        return self._server.data

    def binary(self, name: str) -> Path:
        """A program of this PostgreSQL, such as `pg_dump`."""
        return self._server.binary(name)

    def new_database(self) -> str:
        """The superuser's dsn of an empty database."""
        if self._given_back:
            return self._given_back.pop()
        name = f"db_{uuid4().hex}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.dsn(name)

    def drop_database(self, dsn: str) -> None:
        """Remove all there is in a database made by `new_database`, and whoever is still connected to it.

        Making one takes PostgreSQL three times as long as emptying it, so the next test may have it.
        """
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(_PART_OTHERS)
            schemas = [sql.Identifier(schema) for (schema,) in connection.execute(_SCHEMAS)]
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.SQL(", ").join(schemas)))
            connection.execute("CREATE SCHEMA public")
        self._given_back.append(dsn)


class RabbitMQServer:
    """A RabbitMQ node of its own on loopback, with its own port mapper, node name, cookie and directories.

    `configuration` is added to its settings; `administrator` is who manages it, where that gives it other users.
    """

    def __init__(self, configuration: str = "", administrator: str = "guest:guest") -> None:
        if not _RABBITMQ.exists():
            raise RuntimeError("RabbitMQ is missing: apt-get install rabbitmq-server")
        self._directory = _temporary_directory()
        self._reserved = [_reserved_port() for _ in range(4)]
        ports = (reserved.getsockname()[1] for reserved in self._reserved)
        self._port, self._management, self._distribution, self._epmd_port = ports
        self._epmd: subprocess.Popen[bytes] | None = None
        self._node: subprocess.Popen[bytes] | None = None
        self._administrator = administrator
        self._configure(configuration)

    @property
    def address(self) -> str:
        """Where clients reach it, as host and port."""
        return f"127.0.0.1:{self._port}"

    @property
    def uri(self) -> str:
        """The default virtual host; tests use one of their own, see `new_vhost`."""
        return f"amqp://guest:guest@{self.address}/"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()  # an orderly stop takes ten seconds, and there is nothing to keep
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()
        for reserved in self._reserved:
            reserved.close()
        shutil.rmtree(self._directory)

    def start(self) -> None:
        """Start the node, again with the same ports and data after `stop` or `kill`; returns when it takes clients."""
        environment = self._environment()
        if self._epmd is None:
            self._epmd = subprocess.Popen(
                ["epmd", "-port", str(self._epmd_port), "-address", "127.0.0.1"],  # noqa: S607 - from Debian, on the path
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        # Its own process group: the launching shell, the node and the node's children live and die together.
        self._node = subprocess.Popen(
            [_RABBITMQ],
            env=environment,
            cwd=self._directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._node.stdout is not None
        self._wait_until_started(self._node.stdout)

    def stop(self) -> None:
        """Shut the node down in order."""
        if self._node is not None:
            self._node.terminate()
            self._end()

    def kill(self) -> None:
        """End the node as a crash would (SIGKILL).

        RabbitMQ 3.10 writes its directory of quorum queues half a second after the last declaration: a queue younger
        than that does not survive.
        """
        if self._node is not None:
            os.killpg(self._node.pid, signal.SIGKILL)
            self._end()

    def new_vhost(self) -> str:
        """The uri of a fresh virtual host."""
        name = f"test-{uuid4().hex}"
        self.manage("PUT", f"vhosts/{name}")
        return f"amqp://guest:guest@127.0.0.1:{self._port}/{name}"

    def drop_vhost(self, uri: str) -> None:
        """Remove a virtual host made by `new_vhost`, with all in it."""
        self.manage("DELETE", f"vhosts/{uri.rpartition('/')[2]}")

    def manage(self, method: str, path: str, body: object = None) -> bytes:
        """One call of RabbitMQ's management API, for example `GET`, `queues/<vhost>/<name>`; `body` travels as JSON."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._management}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": "Basic " + b64encode(self._administrator.encode()).decode(),
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - the address is ours
            answer: bytes = response.read()
        return answer

    def _end(self) -> None:
        assert self._node is not None
        self._node.wait()
        if self._node.stdout is not None:
            self._node.stdout.close()
        self._node = None

    def _wait_until_started(self, output: IO[bytes]) -> None:
        said = []
        for line in output:
            said.append(line.decode(errors="replace"))
            if "completed with" in said[-1]:
                return
        self.kill()
        raise RuntimeError("RabbitMQ did not start:\n" + "".join(said))

    def _configure(self, configuration: str) -> None:
        (self._directory / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self._port}\n"
            "management.tcp.ip = 127.0.0.1\n"
            f"management.tcp.port = {self._management}\n"
            "management_agent.disable_metrics_collector = true\n"
            "vm_memory_high_watermark.absolute = 1GB\n"
            "disk_free_limit.absolute = 50MB\n"
            "raft.wal_max_size_bytes = 67108864\n"  # the default keeps half a gigabyte in memory
            "log.console = false\n"
            "log.file.level = warning\n"
            f"{configuration}\n"
        )
        (self._directory / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self._directory / "rabbitmq-env.conf").touch()

    def _environment(self) -> dict[str, str]:
        directory = str(self._directory)
        return {
            "PATH": os.environ["PATH"],
            "HOME": directory,  # the cookie lives there
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": f"caretrail-{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SCHEDULER_BIND_TYPE": "u",  # bound to cores, nodes of runs side by side would fight for one
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": f"{directory}/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": f"{directory}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{directory}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{directory}/mnesia",
            "RABBITMQ_LOG_BASE": f"{directory}/log",
            "RABBITMQ_PID_FILE": f"{directory}/pid",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{directory}/config",
            "RABBITMQ_SCHEMA_DIR": f"{directory}/schema",
        }

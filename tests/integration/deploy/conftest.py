"""A deployment as deploy/compose.yaml describes it, on private servers: its users, its secrets, its processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from deploy import make_secrets
from tests.controls.logbook import eventually
from tests.servers import PostgresServer, RabbitMQServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))

_BROKER_SETTINGS = ("load_definitions", "disk_free_limit", "vm_memory_high_watermark")
_ONLY_BY_PASSWORD = "local all postgres trust\nlocal all all scram-sha-256\n"


@dataclass(frozen=True)
class Deployment:
    """Servers that were given what compose gives them, and the secrets of everyone who uses them."""

    postgres: PostgresServer
    rabbitmq: RabbitMQServer
    secrets: Path
    state: Path

    def secret(self, path: str) -> str:
        """What is in a file of secrets."""
        return (self.secrets / path).read_text()

    def addresses_at(self, postgres: PostgresServer) -> Callable[[str, str], str]:
        """Where a process would find a database, had it been restored on another server."""
        here, there = (
            quote(conninfo_to_dict(server.dsn("postgres"))["host"], safe="") for server in (self.postgres, postgres)
        )
        return lambda process, database: self.secret(f"{process}/database_{database}").replace(here, there)

    def environment(self, service: str) -> dict[str, str]:
        """What compose tells a service, with the paths of this machine in place of those of its container."""
        given: dict[str, str] = {}
        for name in COMPOSE["services"][service]["env_file"]:
            path = DEPLOY / name
            lines = (path if path.exists() else DEPLOY / f"{name}.example").read_text(encoding="utf-8").splitlines()
            given |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        places = {target: str(source) for source, target in self._mounts(service)}
        return {name: self._moved(value, places) for name, value in given.items()}

    def command(self, service: str, *arguments: str) -> list[str]:
        """What compose runs; the health server takes a free port, as the processes share a machine here."""
        command = [argument.replace(":8090", ":0") for argument in COMPOSE["services"][service]["command"]]
        return [sys.executable, "-m", "operate", *command, *arguments]

    def _mounts(self, service: str) -> Iterator[tuple[Path, str]]:
        for volume in COMPOSE["services"][service]["volumes"]:
            source, target, *_ = volume.split(":")
            yield (self.secrets / Path(source).name if source.startswith("./secrets/") else self.state), target

    @staticmethod
    def _moved(value: str, places: dict[str, str]) -> str:
        for target, source in places.items():
            if value == target or value.startswith(f"{target}/"):
                return source + value.removeprefix(target)
        return value

    def run(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run a service that ends by itself."""
        return self._run(service, self.command(service))

    def operate(self, service: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the operators where a service runs, with what that service is given."""
        return self._run(service, [sys.executable, "-m", "operate", *arguments])

    @contextmanager
    def process(self, service: str) -> Iterator[Process]:
        """A service at work; told to end afterwards."""
        log = (self.state / f"{service}.log").open("w")
        with (
            log,
            subprocess.Popen(
                self.command(service, "--json"),
                env=self._whole(service),
                cwd=self.state,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as started,
        ):
            process = Process(service, started, Path(log.name))
            try:
                yield process
            finally:
                started.kill()

    def _run(self, service: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        whole = self._whole(service)
        return subprocess.run(command, env=whole, cwd=self.state, capture_output=True, text=True, check=False)

    def _whole(self, service: str) -> dict[str, str]:
        free = {"CARETRAIL_PORT": "0"}  # the processes share a machine here
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.environment(service), **free}


@dataclass(frozen=True)
class Process:
    """One process of the deployment."""

    service: str
    started: subprocess.Popen[str]
    log: Path

    def wait_until_ready(self) -> dict[str, Any]:
        """What it says of itself, once its health check is answered with 200; fails with its log where it ends."""
        assert self.started.stdout is not None
        line = self.started.stdout.readline()
        assert line, f"{self.service} has ended: {self.log.read_text()}"
        said: dict[str, Any] = json.loads(line)
        eventually(lambda: self._is_ready(said["health"]))
        return said

    def end(self, seconds: float) -> int:
        """Tell it to end, as a supervisor does; its exit status."""
        self.started.terminate()
        return self.started.wait(seconds)

    def _is_ready(self, port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refused:
            refused.close()
            return False


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    directory = tmp_path_factory.mktemp("deployment")
    secrets, state = directory / "secrets", directory / "state"
    state.mkdir()
    with ExitStack() as closing:
        postgres = closing.enter_context(PostgresServer())
        rabbitmq = RabbitMQServer(_broker_configuration(secrets), f"administrator:{make_password(secrets)}")
        sockets = conninfo_to_dict(postgres.dsn("postgres"))["host"]
        make_secrets.main([str(secrets), "--postgres", f"{sockets}:5432", "--rabbitmq", rabbitmq.address])
        prepare(postgres, secrets)
        closing.enter_context(rabbitmq)
        deployed = Deployment(postgres, rabbitmq, secrets, state)
        installed = deployed.run("install")
        assert installed.returncode == 0, installed.stderr
        yield deployed


def make_password(secrets: Path) -> str:
    """The administrator's password, of secrets that are made before anybody knows where the servers will be."""
    make_secrets.main([str(secrets)])
    password: str = json.loads((secrets / "passwords.json").read_text())["administrator"]
    return password


def _broker_configuration(secrets: Path) -> str:
    """The lines of deploy/broker/rabbitmq.conf that differ from those of every private server."""
    lines = (DEPLOY / "broker" / "rabbitmq.conf").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.startswith(_BROKER_SETTINGS)]
    assert len(kept) == len(_BROKER_SETTINGS)
    return "\n".join(kept).replace("/run/secrets", str(secrets / "rabbitmq"))


def prepare(postgres: PostgresServer, secrets: Path) -> None:
    """Run what compose has PostgreSQL run when its volume is new; twice, since upgrades run it again."""
    for script in (DEPLOY / "database" / "roles.sql", secrets / "postgres" / "logins.sql") * 2:
        _psql(postgres, script)
    (postgres.data / "pg_hba.conf").write_text(_ONLY_BY_PASSWORD)
    with psycopg.connect(postgres.dsn("postgres")) as connection:
        connection.execute("select pg_reload_conf()")


def _psql(postgres: PostgresServer, script: Path) -> None:
    command = [
        postgres.binary("psql"),
        "--no-psqlrc",
        "--quiet",
        f"--dbname={postgres.dsn('postgres')}",
        f"--file={script}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def services_of(role: str | None = None) -> list[str]:
    """The services of compose that are processes of Caretrail, or those of one role."""
    return [
        name
        for name, service in COMPOSE["services"].items()
        if len(name.split("-")) == 2 and (role is None or name.endswith(f"-{role}")) and isinstance(service, dict)
    ]


def answer_of(found: Any) -> Any:
    """What a query found, which must not be stale."""
    assert not found.stale
    return found.found

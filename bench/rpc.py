"""Commands over RPC: their rate against bare Nameko's, and how soon what they changed can be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.figures import Figure, Limit, compare
from shared.store import schema as store_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.servers import PostgresServer, RabbitMQServer

RUNS = 3
SECONDS = 3.0
CALLERS = 20
EVERY = 0.25
"""Seconds after which a caller gives its next command: together 80 a second, and a quarter of a million an hour."""


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure | Limit]:
    """Host, callers, relay and projectors are processes of their own, as in production, on one broker.

    The command amends the preferences of a case: its form is nested, its caller signed, its aggregate loaded, decided
    about and appended to. The reference gives back the same payload.
    """
    broker = rabbitmq.new_vhost()
    with environment_on(postgres, broker) as environment, ExitStack() as ending:
        said = ending.enter_context(running(environment, "bench.rpc_host", "matching", broker))
        with running(environment, "bench.rpc_host", "echo", broker):
            commands = compare(
                f"rpc: a command, {CALLERS} callers",
                lambda: _call(environment, "command", broker, said)["rate"],
                lambda: _call(environment, "echo", broker, said)["rate"],
                least=0.5,
                unit="calls/s",
                note="against bare Nameko giving back the same payload",
                runs=RUNS,
            )
        for role in ("relay", "project"):
            ending.enter_context(running(environment, "operate", role, "matching", "--json"))
        people = _visible(environment, broker, said, EVERY)
        at_once = _visible(environment, broker, said, 0.0)
    return [
        commands,
        Limit(
            f"rpc: command to visible, {CALLERS} callers, p95",
            people["p95"],
            most=60.0,
            note=f"each every {EVERY} s: {people['rate']:.0f} commands/s, p50 {people['p50']:.0f} ms",
        ),
        Limit(
            "rpc: the same, nobody pausing, p95",
            at_once["p95"],
            note=f"{at_once['rate']:.0f} commands/s, as many as go through; p50 {at_once['p50']:.0f} ms",
        ),
    ]


def _visible(environment: Mapping[str, str], broker: str, said: str, every: float) -> dict[str, float]:
    found = [_call(environment, "visible", broker, said, every) for _ in range(RUNS)]
    return {name: median(run[name] for run in found) for name in ("rate", "p50", "p95")}


@contextmanager
def environment_on(postgres: PostgresServer, broker: str) -> Iterator[dict[str, str]]:
    """What every process of an installation on fresh databases is told."""
    with TemporaryDirectory() as var:
        databases = {name: postgres.new_database() for name in ("identity", "matching", "vault")}
        store_schema.install(databases["identity"], "identity")
        settings = {f"CARETRAIL_DATABASE_{name.upper()}": dsn for name, dsn in databases.items()}
        settings |= {"CARETRAIL_VAR": var, "CARETRAIL_BROKER": broker, "CARETRAIL_LOG_LEVEL": "warning"}
        yield {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore"} | settings


@contextmanager
def running(environment: Mapping[str, str], *program: str) -> Iterator[str]:
    """A program that goes on running: what it says when it is ready. It ends when its input is closed, or told to."""
    process = subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, "-m", *program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()
        process.stdout.close()


def _call(environment: Mapping[str, str], kind: str, broker: str, said: str, every: float = 0.0) -> dict[str, float]:
    program = [sys.executable, "-m", "bench.rpc_callers", kind, broker, str(SECONDS), str(every)]
    ended = subprocess.run(  # noqa: S603 - as above
        program, env=environment, input=said, capture_output=True, text=True, check=True
    )
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured

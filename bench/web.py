"""Commands and queries over HTTP, through the web front and its services: their rate, and how soon a write is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING

from bench.figures import Figure, Limit, compare
from bench.rpc import CALLERS, EVERY, RUNS, SECONDS, environment_on, running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.servers import PostgresServer, RabbitMQServer


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Figure | Limit]:
    """The front, identity, matching, its relay and projectors, and the callers are processes of their own.

    Every call is signed in: the front asks identity who it is, and matching on that person's behalf. The command amends
    the preferences of a case; the query is a family's own list. The reference gives back the command's payload by bare
    Nameko, behind the same web server and RPC client.
    """
    broker = rabbitmq.new_vhost()
    with environment_on(postgres, broker) as told, ExitStack() as ending:
        hosts = [
            ending.enter_context(running(told, *program, broker))
            for program in (
                ("bench.rpc_host", "identity"),
                ("bench.rpc_host", "matching"),
                ("bench.rpc_host", "echo"),
                ("bench.web_host",),
            )
        ]
        said = json.dumps({name: value for host in hosts for name, value in json.loads(host).items()})

        def rate(kind: str) -> float:
            return _call(told, kind, said)["rate"]

        for role in ("relay", "project"):
            ending.enter_context(running(told, "operate", role, "matching", "--json"))
        queries, commands = (
            compare(
                f"web: {name}, {CALLERS} callers",
                lambda kind=kind: rate(kind),  # type: ignore[misc]  # bound for its turn
                lambda: rate("echo"),
                least=least,
                unit="requests/s",
                note="against bare Nameko behind the same web server",
                runs=RUNS,
            )
            for name, kind, least in (("a query", "query", 0.6), ("a command", "command", 0.3))
        )
        seen = _seen(told, said)
    return [commands, queries, *seen]


def _seen(told: Mapping[str, str], said: str) -> list[Limit]:
    """How soon a write is seen, by people who pause and by callers who do not."""
    people, at_once = _visible(told, said, EVERY), _visible(told, said, 0.0)
    return [
        Limit(
            f"web: submitted to visible, {CALLERS} people, p95",
            people["p95"],
            most=100.0,
            note=f"each every {EVERY} s: {people['rate']:.0f} commands/s, p50 {people['p50']:.0f} ms",
        ),
        Limit(
            "web: the same, nobody pausing, p95",
            at_once["p95"],
            note=f"{at_once['rate']:.0f} commands/s, as many as go through; p50 {at_once['p50']:.0f} ms",
        ),
    ]


def _visible(told: Mapping[str, str], said: str, every: float) -> dict[str, float]:
    found = [_call(told, "visible", said, every) for _ in range(RUNS)]
    return {name: median(run[name] for run in found) for name in ("rate", "p50", "p95")}


def _call(told: Mapping[str, str], kind: str, said: str, every: float = 0.0) -> dict[str, float]:
    program = [sys.executable, "-m", "bench.web_callers", kind, str(SECONDS), str(every)]
    ended = subprocess.run(  # noqa: S603 - our own program
        program, env=told, input=said, capture_output=True, text=True, check=True
    )
    measured: dict[str, float] = json.loads(ended.stdout)
    return measured

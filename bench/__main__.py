"""`python -m bench [NAME...]` measures on private servers, prints a table and, last, one line of JSON.

Ends with 1 when a figure misses what it promises.
"""

from __future__ import annotations

import importlib
import sys
import time

from rich.console import Console

from bench.figures import Figure, Limit, as_json, table
from tests.servers import PostgresServer, RabbitMQServer

MEASUREMENTS = (
    "append",
    "decode",
    "relay",
    "project",
    "rebuild",
    "replay",
    "verify",
    "archive",
    "why",
    "rpc",
    "web",
    "sessions",
    "registry",
    "doctors",
    "first_page",
    "support",
    "card_tokens",
)


def main(names: list[str]) -> int:
    """Measure what is named, or everything."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.stderr.write(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}\n")
        return 2
    progress = Console(stderr=True)
    figures: list[Figure | Limit] = []
    with PostgresServer() as postgres, RabbitMQServer() as rabbitmq:
        for name in names or MEASUREMENTS:
            started = time.monotonic()
            with progress.status(f"measuring {name}"):
                figures += importlib.import_module(f"bench.{name}").measure(postgres, rabbitmq)
            progress.print(f"{name}: {time.monotonic() - started:.0f} s")
    report = Console()
    # A pipe has no width of its own, and eighty columns would fold the table.
    report.print(table(figures), width=None if report.is_terminal else 140)
    sys.stdout.write(as_json(figures) + "\n")
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

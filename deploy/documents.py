"""`python -m deploy.documents` writes what a deployment is given from the code; `--check` only compares."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.broker_definitions import definitions
from deploy.database_roles import roles_sql
from deploy.prometheus_config import prometheus_config
from deploy.role_settings import environments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = Path(__file__).parent


def documents() -> dict[str, str]:
    """Every written file by its path below `deploy`."""
    return {
        "broker/definitions.json": json.dumps(definitions(), ensure_ascii=False, indent=2) + "\n",
        "database/roles.sql": roles_sql(),
        "prometheus/prometheus.yml": prometheus_config(),
    } | {f"environment/{name}": text for name, text in environments().items()}


def stale(folder: Path, written: Mapping[str, str]) -> list[str]:
    """The paths below the folder that are missing or differ from what the code says."""
    return [
        path
        for path, text in written.items()
        if not (folder / path).exists() or (folder / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write or check; 1 where a check finds something stale."""
    parser = argparse.ArgumentParser(prog="python -m deploy.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale and exit with 1")
    options = parser.parse_args(arguments)
    written = documents()
    outdated = stale(folder, written)
    if options.check:
        for path in outdated:
            print(f"deploy/{path} is not what the code says", file=sys.stderr)
        if outdated:
            print("Run `./justw docs` and commit deploy.", file=sys.stderr)
        return 1 if outdated else 0
    for path in outdated:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(written[path], encoding="utf-8")
    print(f"{len(outdated)} of {len(written)} documents changed in deploy")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

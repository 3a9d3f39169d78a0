"""`python -m operate.documents` writes the contracts of published events to docs/events; `--check` only compares."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from typing import TYPE_CHECKING, Any

from operate.documents.asyncapi import asyncapi
from operate.documents.catalogue import catalogue
from operate.documents.published import contexts
from operate.documents.schemas import DIALECT, data_schema, envelope_schema, schema_id
from operate.release import ROOT, release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FOLDER = ROOT / "docs" / "events"
REGISTER = "published.csv"
"""Which release first published each type; only ever added to."""


def registered(folder: Path) -> dict[str, str]:
    """The register as committed: type, and the release that first published it."""
    path = folder / REGISTER
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["type"]: row["since"] for row in csv.DictReader(file)}


def documents(since: Mapping[str, str], version: str) -> dict[str, str]:
    """Every document by its path below docs/events. `since` is the register so far; new types join it at `version`."""
    publishing = contexts()
    events = {type_name: cls for context in publishing for type_name, cls in context.events.items()}
    register = {type_name: since.get(type_name, version) for type_name in events}
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([("type", "since"), *register.items()])
    envelope = {"$schema": DIALECT, "$id": schema_id("Envelope"), **envelope_schema()}
    return {
        REGISTER: table.getvalue(),
        "catalogue.md": catalogue(publishing, register),
        "asyncapi.json": _json(asyncapi(publishing, version)),
        "schemas/Envelope.json": _json(envelope),
    } | {f"schemas/{type_name}.json": _json(data_schema(type_name, cls)) for type_name, cls in events.items()}


def withdrawn(since: Mapping[str, str], written: Mapping[str, str]) -> list[str]:
    """Types that were published once and that the code no longer knows, though logs may hold them for ever."""
    return sorted(type_name for type_name in since if f"schemas/{type_name}.json" not in written)


def stale(folder: Path, written: Mapping[str, str]) -> list[str]:
    """The paths below the folder that are missing, differ from what the code says, or that nothing writes."""
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    differing = {
        path
        for path, text in written.items()
        if path not in present or (folder / path).read_text(encoding="utf-8") != text
    }
    return sorted(differing | (present - written.keys()))


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write or check; 1 where something is stale or a published type has vanished."""
    parser = argparse.ArgumentParser(prog="python -m operate.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale and exit with 1")
    options = parser.parse_args(arguments)
    since = registered(folder)
    written = documents(since, release())
    if vanished := withdrawn(since, written):
        sys.stderr.write(f"published once, unknown to the code now: {', '.join(vanished)}. Logs may hold them: keep\n")
        sys.stderr.write("the class and say with @upcasts what it becomes.\n")
        return 1
    outdated = stale(folder, written)
    if options.check:
        for path in outdated:
            sys.stderr.write(f"docs/events/{path} is not what the code says\n")
        if outdated:
            sys.stderr.write("Run `./justw docs` and commit docs/events.\n")
        return 1 if outdated else 0
    for path in outdated:
        target = folder / path
        if path in written:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(written[path], encoding="utf-8")
        else:
            target.unlink()
    sys.stdout.write(f"{len(outdated)} of {len(written)} documents changed in docs/events\n")
    return 0


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

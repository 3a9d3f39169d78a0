"""The exact JSON of every event version ever published, and the list that keeps those files from changing.

`python -m tests.contract.golden_files` adds what is missing. It never rewrites: a golden file is what logs hold, and a
test that it fails calls for a new version of the event, not for another file.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import msgspec

from tests.controls.examples import EXAMPLES

FOLDER = Path(__file__).with_name("golden")
DIGESTS = "DIGESTS"
"""One line a file as `sha256sum` writes it, so that `sha256sum --check DIGESTS` works; only ever added to."""


def golden(type_name, folder=FOLDER):
    """The bytes kept for an event type."""
    return (folder / f"{type_name}.json").read_bytes()


def digests(folder=FOLDER):
    """The SHA-256 of each golden file when it was added, by file name."""
    path = folder / DIGESTS
    if not path.exists():
        return {}
    return {name: digest for digest, name in (line.split("  ") for line in path.read_text().splitlines())}


def altered(folder=FOLDER):
    """The golden files that are gone or no longer what was listed."""
    return sorted(
        name
        for name, digest in digests(folder).items()
        if not (folder / name).exists() or sha256((folder / name).read_bytes()).hexdigest() != digest
    )


def add_missing(folder=FOLDER):
    """Write a golden file for every event type that is not listed yet; answers with the names."""
    listed = digests(folder)
    missing = [type_name for type_name in EXAMPLES if f"{type_name}.json" not in listed]
    with (folder / DIGESTS).open("a") as file:
        for type_name in missing:
            body = msgspec.json.encode(EXAMPLES[type_name]())
            (folder / f"{type_name}.json").write_bytes(body)
            file.write(f"{sha256(body).hexdigest()}  {type_name}.json\n")
    return missing


if __name__ == "__main__":
    sys.stdout.write("".join(f"added {name}\n" for name in add_missing()) or "nothing to add\n")

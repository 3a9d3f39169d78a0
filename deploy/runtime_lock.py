"""`python deploy/runtime_lock.py`: the part of requirements.lock that Caretrail runs on, without what only checks it.

The lock says of every package for whose sake it is there. The image installs nothing else.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
_RUNTIME = "-r requirements.in"


def runtime(lock: str) -> str:
    """The blocks of the lock, with versions and hashes, that `requirements.in` asks for, directly or not."""
    blocks = {block.split("==")[0]: block for block in re.split(r"\n(?=[a-z0-9])", lock) if "==" in block}
    wanted_by = {name: _sources(block) for name, block in blocks.items()}
    kept: set[str] = set()
    while joining := {name for name, sources in wanted_by.items() if sources & {_RUNTIME, *kept}} - kept:
        kept |= joining
    return "\n".join(blocks[name].rstrip() for name in sorted(kept)) + "\n"


def _sources(block: str) -> set[str]:
    """For whose sake a package is there: other packages, or a file of requirements."""
    comments = re.findall(r"^ +# +(.*)$", block, re.MULTILINE)
    return {comment.removeprefix("via").strip() for comment in comments}


if __name__ == "__main__":
    sys.stdout.write(runtime((PROJECT / "requirements.lock").read_text(encoding="utf-8")))

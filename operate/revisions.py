"""The code of another revision: its work tree, and a Python with what it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from operate.failures import Mistake
from shared.read_models.replay.other_code import Environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROJECT = Path(__file__).parents[1]
_LOCK = "requirements.lock"


@contextmanager
def revision(given: str, var: Path, tell: Callable[[str, dict[str, object]], None]) -> Iterator[Environment]:
    """The code that an operator names: a revision of git, or a directory with a work tree; raises `Mistake`.

    `tell` hears keys of sentences about what takes long. An environment is kept below `var` for the next time.
    """
    if (Path(given) / "services").is_dir():
        tree = Path(given).resolve()
        yield Environment(tree, _python(tree, var, tell), given)
        return
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{given}^{{commit}}", refusal=given)
    prefix = _git("rev-parse", "--show-prefix", refusal=given)
    with tempfile.TemporaryDirectory(prefix="caretrail-") as directory:
        root = Path(directory) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(root), commit, refusal=given)
        try:
            tree = root / prefix
            yield Environment(tree, _python(tree, var, tell), commit[:12])
        finally:
            _git("worktree", "remove", "--force", str(root), refusal=given)


def _git(*arguments: str, refusal: str) -> str:
    """What git answers about this project; raises `Mistake` where it does not, or where there is none."""
    try:
        ended = subprocess.run(  # noqa: S603 - a revision cannot be taken for an option
            ["git", "-C", _PROJECT, *arguments],  # noqa: S607 - the operator's own
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Mistake("mistakes.no-git", directory=_PROJECT) from None
    if ended.returncode:
        inside = "--verify" in arguments and _is_in_git()
        raise Mistake("mistakes.no-revision" if inside else "mistakes.no-git", given=refusal, directory=_PROJECT)
    return ended.stdout.strip()


def _is_in_git() -> bool:
    return any((directory / ".git").exists() for directory in (_PROJECT, *_PROJECT.parents))


def _python(tree: Path, var: Path, tell: Callable[[str, dict[str, object]], None]) -> Path:
    """The Python of an environment with what this work tree's lock names: this one, where it is the same lock."""
    lock = tree / _LOCK
    if not lock.is_file():
        raise Mistake("mistakes.no-lock", path=lock)
    if lock.read_bytes() == (_PROJECT / _LOCK).read_bytes():
        tell("replay.same-lock", {})
        return Path(sys.executable)
    environment = var / "environments" / sha256(lock.read_bytes()).hexdigest()[:16]
    if not environment.exists():
        tell("replay.installing", {"path": environment})
        _install(lock, environment)
    return environment / "bin" / "python"


def _install(lock: Path, environment: Path) -> None:
    """Make an environment, which appears under its name once it is complete."""
    environment.parent.mkdir(parents=True, exist_ok=True)
    unfinished = environment.with_name(f"{environment.name}.{os.getpid()}")
    try:
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
        for command in (
            [sys.executable, "-m", "venv", str(unfinished)],
            [str(unfinished / "bin" / "python"), *install],
        ):
            ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
            if ended.returncode:
                raise Mistake("mistakes.no-environment", path=lock, detail=ended.stderr.strip()[-300:])
        unfinished.replace(environment)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)

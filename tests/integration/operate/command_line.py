"""`caretrail` in a process of its own, forked from one that has it imported: half a second less a call."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.controls.forks import FORKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).parents[3]
_PATIENCE = 120
_STREAMS = {1: "stdout", 2: "stderr"}


def called(arguments: Sequence[str], environment: Mapping[str, str]) -> CompletedProcess[str]:
    """How `python -m operate` ended, with this environment and no other."""
    with TemporaryDirectory() as directory:
        process = FORKS.Process(target=_call, args=(arguments, environment, directory), daemon=True)
        process.start()
        process.join(_PATIENCE)
        assert process.exitcode is not None, f"still at work: {arguments}"
        said = [(Path(directory) / stream).read_text(encoding="utf-8") for stream in _STREAMS.values()]
    return CompletedProcess(arguments, process.exitcode, *said)


def _call(arguments: Sequence[str], environment: Mapping[str, str], directory: str) -> None:
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in _STREAMS.items():
        os.dup2(os.open(Path(directory) / stream, os.O_WRONLY | os.O_CREAT, 0o600), number)
    sys.argv[1:] = arguments
    runpy.run_module("operate", run_name="__main__", alter_sys=True)

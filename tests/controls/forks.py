"""Processes of their own, begun without the second that each would take to import everything: dozens are killed."""

from __future__ import annotations

import multiprocessing
import signal
from typing import TYPE_CHECKING

from tests.controls.logbook import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

FORKS = multiprocessing.get_context("forkserver")
"""They are forked from a process that has imported these, and has done nothing else."""
FORKS.set_forkserver_preload(
    [
        "operate.command_line",
        "tests.chaos.appender_worker",
        "tests.chaos.notifier.dispatcher_worker",
        "tests.chaos.projector_worker",
        "tests.chaos.relay_worker",
        "tests.chaos.role_worker",
    ]
)


def run_until_it_dies(target: Callable[..., None], *arguments: object) -> None:
    """Run something in a process of its own, which must die by `kill -9`, and in no other way."""
    process = FORKS.Process(target=target, args=arguments, daemon=True)
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL

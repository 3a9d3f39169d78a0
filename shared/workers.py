"""Threads that follow the log until they are told to stop; the failure of one is the failure of all."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

import structlog

from shared.trouble import reason

if TYPE_CHECKING:
    from collections.abc import Callable

_log = structlog.get_logger()


class WorkerFailed(RuntimeError):
    """A worker ended by itself, for a cause that only a person can mend; the others have been stopped."""

    def __init__(self, name: str, cause: Exception) -> None:
        super().__init__(f"{name} has stopped: {reason(cause)}")
        self.worker = name
        self.cause = cause


class Workers:
    """A group that starts, works and stops together; `with` starts it, and raises at its end what has failed."""

    def __init__(self, wake: threading.Event) -> None:
        """`wake` is set too when the group is to stop, for whoever waits on it."""
        self._wake = wake
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failure: WorkerFailed | None = None

    def add(self, name: str, run: Callable[[threading.Event], object]) -> None:
        """Have `run` called in a thread of its own, with the signal that tells it to return."""
        self._threads.append(threading.Thread(target=self._guard, args=(name, run), name=name, daemon=True))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.check()

    def check(self) -> None:
        """Raise `WorkerFailed` if one of them has failed."""
        if self._failure is not None:
            raise self._failure

    def wait(self, seconds: float) -> bool:
        """Wait, but no longer than until the group stops; whether it has."""
        return self._stop.wait(seconds)

    def tell_to_stop(self) -> None:
        """Have each finish what it holds, and wait for none: several groups then end side by side."""
        self._stop.set()
        self._wake.set()

    def stop(self) -> None:
        """Let each finish what it holds, and wait for all."""
        self.tell_to_stop()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    def _guard(self, name: str, run: Callable[[threading.Event], object]) -> None:
        try:
            run(self._stop)
        except Exception as cause:  # noqa: BLE001 - whatever it is, the others must stop, and `check` raises it
            _log.critical("worker_failed", worker=name, cause=type(cause).__name__, detail=reason(cause))
            self._failure = WorkerFailed(name, cause)
            self._failure.__cause__ = cause
            self.tell_to_stop()

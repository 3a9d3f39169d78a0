"""How far each read model is, known the moment it moves: what a reader of its own write waits on."""

from __future__ import annotations

import threading
from collections import defaultdict
from time import monotonic
from typing import TYPE_CHECKING

import psycopg
import structlog

from shared.read_models.standing import channel_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.postgres import Connection, Database

_POSITIONS = "select name, position from read_model"
_LOOKS_UP = 0.5
"""Seconds after which the listener looks whether it is to stop."""

_RECONNECTS = 1.0

_log = structlog.get_logger()


class Positions:
    """The positions of one schema's read models, kept by a single listening connection for all who wait.

    Projectors announce each batch; appending announces nothing. Works for threads and, under eventlet with
    `PSYCOPG_WAIT_FUNC=wait_selector`, for green threads.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._positions: dict[str, int] = {}
        self._lock = threading.Lock()
        # One a model: who waits for one is not woken by the others.
        self._moved: defaultdict[str, threading.Condition] = defaultdict(lambda: threading.Condition(self._lock))
        self._stop = threading.Event()
        self._listener: threading.Thread | None = None

    def wait_until(self, name: str, reached: Callable[[int], bool], timeout: float) -> bool:
        """Ask `reached` now and each time the model has moved; whether it said yes within `timeout` seconds.

        Asked with -1 while nothing is known of the model.
        """
        self._listen()
        deadline = monotonic() + timeout
        position = self._positions.get(name, -1)
        while not reached(position):
            moved_to = self._next(name, position, deadline - monotonic())
            if moved_to is None:
                return False
            position = moved_to
        return True

    def knows(self, name: str) -> bool:
        """Whether a model of this name has been heard of so far."""
        self._listen()
        return name in self._positions

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._listener is not None:
            self._listener.join()
            self._listener = None

    def _next(self, name: str, known: int, timeout: float) -> int | None:
        with self._lock:
            if self._moved[name].wait_for(lambda: self._positions.get(name, -1) != known, timeout):
                return self._positions[name]
        return None

    def _listen(self) -> None:
        with self._lock:
            if self._listener is None or not self._listener.is_alive():
                self._stop.clear()
                self._listener = threading.Thread(target=self._keep_listening, name="read model positions", daemon=True)
                self._listener.start()

    def _keep_listening(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.connect(name="caretrail positions") as connection:
                    self._follow(connection)
            except psycopg.Error as trouble:
                _log.warning("positions_unknown", cause=type(trouble).__name__)
                self._stop.wait(_RECONNECTS)

    def _follow(self, connection: Connection) -> None:
        connection.execute(f'listen "{channel_of(self._database.schema)}"'.encode())
        # What was announced before is in the table by now.
        self._learn(dict(connection.execute(_POSITIONS).fetchall()))
        while not self._stop.is_set():
            for notice in connection.notifies(timeout=_LOOKS_UP):
                name, _, position = notice.payload.partition(" ")
                self._learn({name: int(position)})

    def _learn(self, positions: dict[str, int]) -> None:
        with self._lock:
            self._positions |= positions
            for name in positions:
                self._moved[name].notify_all()

"""Runs Nameko services in this process until it is told to end; then each finishes what it holds and takes nothing new.

The process was patched by eventlet before anything else was imported, see `operate.hosted`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import eventlet
import eventlet.patcher
from nameko.containers import ServiceContainer
from psycopg import waiting

from shared.rpc.call import HOST
from shared.rpc.service import rules_of
from shared.transport.inproc import InprocTransport, register_with_kombu

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.ending import Ending
    from shared.rpc.call import Host
    from shared.rpc.service import ContextService
    from shared.settings import Settings

MAX_WORKERS = 40
"""Calls that a service answers side by side; further ones wait in its queue."""

_LOOK = 0.1
"""Seconds within which a signal is noticed."""


class NotPatched(RuntimeError):
    """A process that hosts Nameko has to be patched by eventlet before anything else is imported."""

    def __init__(self) -> None:
        super().__init__("services are hosted by `caretrail serve` and `caretrail up` alone, which patch themselves")


def broker_uri(settings: Settings) -> str:
    """Where services and their callers meet: RabbitMQ, or the broker of this process."""
    register_with_kombu()
    return settings.broker or InprocTransport.uri


@contextmanager
def hosted(services: Mapping[type[ContextService], Host], uri: str) -> Iterator[Containers]:
    """The services at work; at the end they finish what they hold. Raises `RuleMissing` before anything starts."""
    if not eventlet.patcher.is_monkey_patched("socket") or waiting.wait is not waiting.wait_selector:
        raise NotPatched
    for service in services:
        list(rules_of(service))
    containers: list[ServiceContainer] = []
    try:
        for service, host in services.items():
            container = ServiceContainer(service, {"AMQP_URI": uri, "max_workers": MAX_WORKERS, HOST: host})
            containers.append(container)
            container.start()
        yield Containers(containers)
    finally:
        # Side by side: each takes a second or two to notice.
        for stopping in [eventlet.spawn(container.stop) for container in containers]:
            stopping.wait()


class Containers:
    """Services at work; the failure of one is the failure of all."""

    def __init__(self, containers: list[ServiceContainer]) -> None:
        self._waiting = [eventlet.spawn(container.wait) for container in containers]

    def work(self, ending: Ending) -> None:
        """Return when told to end; raises what has ended one of them."""
        while not ending.is_told:
            time.sleep(_LOOK)
            for container in self._waiting:
                if container.dead:
                    container.wait()
                    return


def give_way() -> None:
    """Let other green threads run."""
    eventlet.sleep(0)

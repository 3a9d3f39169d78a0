"""What a process that goes on running tells: what it has begun to do, how to stop it, and whether it is well."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import msgspec

from operate.failures import Mistake
from shared.context import Duty
from shared.health import HealthServer
from shared.oversight import oversee

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from operate.session import Session
    from shared.context import Context
    from shared.health import Watched
    from shared.settings import Settings
    from shared.standings import Oversight


_DATABASES = {"embedded": "running.database-embedded", "servers": "running.database-servers"}
_BROKERS = {"in-process": "running.broker-in-process", "rabbitmq": "running.broker-rabbitmq"}


class Running(msgspec.Struct):
    """What a process has begun to do, and on what; `health` is the port of its health server, where it has one.

    `site` is where people find the pages, where it serves them.
    """

    contexts: tuple[str, ...]
    roles: tuple[str, ...]
    database: str
    broker: str
    health: int | None
    site: str | None = None

    @classmethod
    def of(
        cls,
        settings: Settings,
        contexts: Sequence[str],
        roles: Sequence[str],
        health: int | None,
        site: str | None = None,
    ) -> Self:
        """On what these settings describe."""
        database = "embedded" if settings.is_embedded else "servers"
        broker = "in-process" if settings.broker is None else "rabbitmq"
        return cls(tuple(contexts), tuple(roles), database, broker, health, site)


@contextmanager
def watched(address: str | None, told: Watched) -> Iterator[int | None]:
    """A health server at this address, where one is given; its port. Raises `Mistake`."""
    if address is None:
        yield None
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit():
        raise Mistake("mistakes.no-address", given=address)
    with HealthServer(host, int(port), told) as server:
        yield server.port


def told_of(composed: Sequence[Context[Any]], duties: Collection[Duty]) -> list[Oversight]:
    """How contexts stand, for Prometheus: told by the process that relays them alone, or all would be told four times.

    Raises what a database raises that is away.
    """
    return [oversee(one) for one in composed] if Duty.RELAY in duties else []


def tell(session: Session, running: Running) -> None:
    """Say what runs and how to stop it."""
    words = session.words
    session.show(
        running,
        words("running.what", contexts=", ".join(running.contexts), roles=", ".join(running.roles)),
        words(_DATABASES[running.database]),
        words(_BROKERS[running.broker]),
        *([words("running.site", site=running.site)] if running.site else []),
        words("running.stop"),
    )
    sys.stdout.flush()

"""The contexts of this release, found by where they lie: their service, and how each is put together."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Protocol

import services
from operate.failures import Mistake
from shared.context import utc_now
from shared.events import published_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from contextlib import AbstractContextManager
    from datetime import datetime

    from shared.context import Context
    from shared.events import Event
    from shared.installation import Installation
    from shared.postgres import Database
    from shared.rpc.service import ContextService


class Compose(Protocol):
    """Puts a context together in an installation; `clock` tells it what time it is."""

    def __call__(
        self, place: Installation, clock: Callable[[], datetime] = utc_now
    ) -> AbstractContextManager[Context[Any]]:
        """The context, ready, for as long as the block lasts."""


def contexts() -> list[str]:
    """Every context there is."""
    return _with("bootstrap")


def served() -> list[str]:
    """Every context that can be called."""
    return _with("entrypoints")


def followers_first(names: Collection[str]) -> list[str]:
    """These contexts in such an order that whoever follows another's log comes before it."""
    follows = {name: getattr(importlib.import_module(f"services.{name}.bootstrap"), "FOLLOWS", ()) for name in names}
    followed_first = TopologicalSorter(follows).static_order()
    return [name for name in reversed(list(followed_first)) if name in names]


def known(name: str, names: list[str]) -> str:
    """The name, where it is one of these; raises `Mistake`."""
    if name not in names:
        raise Mistake("mistakes.unknown-context", given=name, known=", ".join(names))
    return name


def asked(name: str | None) -> list[str]:
    """The context of this name, or every one where none is named; raises `Mistake`."""
    return contexts() if name is None else [known(name, contexts())]


def service_of(name: str) -> type[ContextService]:
    """The Nameko service of a context; Nameko is imported with it."""
    service: type[ContextService] = importlib.import_module(f"services.{name}.entrypoints").SERVICE
    return service


def own_tables_of(name: str) -> tuple[Callable[[Database], object], ...]:
    """What makes the tables that a context keeps beside its log; most have none."""
    if importlib.util.find_spec(f"services.{name}") is None:
        raise Mistake("mistakes.unknown-context", given=name, known=", ".join(contexts()))
    bootstrap = importlib.import_module(f"services.{name}.bootstrap")
    return getattr(bootstrap, "OWN_TABLES", ())


def events_of(name: str) -> dict[str, type[Event]]:
    """Every event that a context has ever published, by type."""
    importlib.import_module(f"services.{name}.events")
    return published_by(name)


def known_types() -> dict[str, type[Event]]:
    """Every event that this release knows, of all contexts, by type."""
    return {name: event for context in contexts() for name, event in events_of(context).items()}


def compose(name: str) -> Compose:
    """What puts a context together in an installation."""
    composed: Compose = getattr(importlib.import_module(f"services.{name}.bootstrap"), f"{name}_in")
    return composed


def _with(layer: str) -> list[str]:
    names = (module.name for module in pkgutil.iter_modules(services.__path__))
    return sorted(name for name in names if importlib.util.find_spec(f"services.{name}.{layer}"))

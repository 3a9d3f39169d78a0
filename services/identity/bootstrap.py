"""The composition root of identity."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from services.identity.adapters.speech import spoken
from services.identity.application.accounts import install
from services.identity.application.accounts.entrance import Entrance
from services.identity.application.identity import Identity
from shared.context import Context, foundation, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shared.context import Installation
    from shared.processes.process import Process
    from shared.read_models.model import ReadModel

CONTEXT = "identity"

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = ()
_PROCESSES: tuple[type[Process[Any]], ...] = ()


@contextmanager
def identity_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[Context[Identity]]:
    """Identity in an installation, ready; nothing works in it before `workers` are started."""
    with foundation(place, CONTEXT) as base:
        install(base.database)
        entrance = Entrance.over(base.database, place.vault, spoken)
        application = Identity(base.database, place.vault, entrance, give_way=place.give_way)
        try:
            yield Context(
                **vars(base),
                application=application,
                model_types=_READ_MODELS,
                process_types=_PROCESSES,
                clock=clock,
            )
        finally:
            application.close()
            entrance.close()

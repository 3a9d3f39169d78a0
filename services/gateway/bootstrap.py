"""The composition root of the gateway: settings become its pages, what it keeps for people, and its housekeeping."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from services.gateway.application import Gateway
from services.gateway.application.drafts import Drafts
from services.gateway.application.held_forms import HeldForms
from services.gateway.application.housekeeping import Housekeeping
from services.gateway.application.saved_filters import SavedFilters
from services.gateway.application.tables import install
from services.gateway.read_models.page_history import PageHistory
from services.gateway.read_models.pages import Pages
from shared.context import Context, foundation, utc_now
from shared.postgres import Connections
from shared.trouble import persevere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shared.installation import Installation
    from shared.read_models.model import ReadModel

CONTEXT = "gateway"
OWN_TABLES = (install,)
"""What makes the tables that are kept beside the log, for `caretrail install`."""

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (Pages, PageHistory)
_HOUSEKEEPER = "keep_house"
_PAUSE = 60.0
"""Seconds between two rounds of housekeeping: what has expired is given to nobody meanwhile, it only takes up room."""


@dataclass(frozen=True, kw_only=True)
class GatewayContext(Context[Gateway]):
    """The gateway put together, with what it keeps for people for a while."""

    drafts: Drafts
    held_forms: HeldForms
    saved_filters: SavedFilters


@contextmanager
def gateway_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[GatewayContext]:
    """The gateway in an installation, ready; nothing works in it before `workers` are started."""
    with foundation(place, CONTEXT) as base:
        install(base.database)
        with (
            closing(Connections(base.database, name="caretrail gateway")) as connections,
            closing(Gateway(base.database, place.vault, give_way=place.give_way)) as application,
        ):
            drafts = Drafts(connections, place.vault)
            held_forms = HeldForms(connections, place.vault)
            saved_filters = SavedFilters(connections)
            housekeeping = Housekeeping(application, place.vault, drafts, held_forms, saved_filters)
            wake = threading.Event()
            yield GatewayContext(
                **vars(base),
                application=application,
                model_types=_READ_MODELS,
                process_types=(),
                clock=clock,
                errands={_HOUSEKEEPER: partial(_keep_house, housekeeping, clock, wake)},
                wake=wake,
                drafts=drafts,
                held_forms=held_forms,
                saved_filters=saved_filters,
            )


def _keep_house(
    housekeeping: Housekeeping, clock: Callable[[], datetime], wake: threading.Event, stop: threading.Event
) -> None:
    """Publish the first pages, have them relayed, and sweep until `stop` is set."""

    def step() -> None:
        housekeeping.publish_first_pages(clock())
        wake.set()
        housekeeping.sweep(clock())
        stop.wait(_PAUSE)

    persevere(_HOUSEKEEPER, stop, step, lambda: None)

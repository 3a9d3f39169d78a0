"""The composition root of identity."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.identity.adapters.speech import spoken
from services.identity.application.accounts import install
from services.identity.application.accounts.entrance import Entrance
from services.identity.application.accounts.front_desk import FrontDesk
from services.identity.application.identity import Identity
from services.identity.processes import PROCESSES
from services.identity.read_models.accounts import Accounts
from services.identity.read_models.institutions import Institutions
from services.identity.read_models.personnel import Personnel
from services.identity.read_models.places import Places
from services.identity.read_models.sign_ins import SignIns
from shared.context import Context, foundation, utc_now
from shared.rpc.keys import principal_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from shared.context import Installation
    from shared.read_models.model import ReadModel

CONTEXT = "identity"
OWN_TABLES = (install,)
"""What makes the tables that are kept beside the log, for `caretrail install`."""

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (Institutions, Personnel, Places, Accounts, SignIns)


@dataclass(frozen=True, kw_only=True)
class IdentityContext(Context[Identity]):
    """Identity put together; `front_desk` lets people in."""

    front_desk: FrontDesk


@contextmanager
def identity_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[IdentityContext]:
    """Identity in an installation, ready; nothing works in it before `workers` are started."""
    with foundation(place, CONTEXT) as base:
        install(base.database)
        entrance = Entrance.over(base.database, place.vault, spoken, elsewhere=place.elsewhere)
        application = Identity(base.database, place.vault, entrance, give_way=place.give_way)
        try:
            application.record_forgotten(place.vault.forgotten(), clock())
            yield IdentityContext(
                **vars(base),
                application=application,
                front_desk=FrontDesk(application.desk, principal_signer(place.settings)),
                model_types=_READ_MODELS,
                process_types=PROCESSES,
                clock=clock,
            )
        finally:
            application.close()
            entrance.close()

"""Tell the institution of ending licences: while there is time to renew one, and when its last day is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

import msgspec

from services.identity import events
from services.notifier.commands import News, TellInstitution, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class NothingToRemember(msgspec.Struct, frozen=True):
    """Each of these events says all there is to tell: no row is ever kept."""

    practitioner: UUID


_TEMPLATES = {
    events.LicenceExpiring: Template.LICENCE_EXPIRING,
    events.LicenceExpired: Template.LICENCE_EXPIRED,
}


class TellInstitutionOfEndingLicences(Process[NothingToRemember]):
    """Writes to 醫師 and 醫師個管 of the practice place about 執照將屆期 and 執照逾期."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[NothingToRemember]] = Table(
        "tell_institution_of_ending_licences", NothingToRemember, key=("practitioner",)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (*_TEMPLATES,)

    def keys(self, event: Event) -> Iterable[Key]:  # noqa: ARG002 - nothing is remembered
        """None: nothing is remembered."""
        return ()

    def evolve(self, key: Key, row: NothingToRemember | None, event: Event) -> NothingToRemember | None:  # noqa: ARG002 - as above
        """Nothing is remembered."""
        return None

    def react(self, row: NothingToRemember | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - as above
        """One message to where the person practises, if anywhere."""
        assert isinstance(event, events.LicenceExpiring | events.LicenceExpired)  # noqa: S101 - `folds` says so
        last_day = event.licence.valid_until
        if not event.institution or last_day is None:
            return []
        news = News(
            follows=following(event, "identity"),
            happened_at=event.timestamp,
            institution=event.institution,
            doctor=event.practitioner,
            figures={"licence": event.licence.number, "last_day": last_day.isoformat()},
        )
        return [TellInstitution(_TEMPLATES[type(event)], news, event.institution)]

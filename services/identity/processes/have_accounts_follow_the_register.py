"""Have accounts follow the register: when a place is shut or a practitioner leaves it, its accounts may do less.

What begins on a later day holds from its day on; what the register takes back, the accounts get back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

import msgspec

from services.identity import events
from services.identity.commands import FollowRegister
from shared.calendar import start_of_day, taipei_day
from shared.processes.process import Process
from shared.read_models.model import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key


class ChangeAhead(msgspec.Struct, frozen=True):
    """A day on which an institution, or somebody who practises there, is shut; `begins_at` is its first moment."""

    institution: str
    since: date
    begins_at: datetime


class HaveAccountsFollowTheRegister(Process[ChangeAhead]):
    """Narrows, shuts and opens the accounts of an institution as the register changes (DOMAIN §2.10)."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[ChangeAhead]] = Table(
        "have_accounts_follow_the_register", ChangeAhead, key=("institution", "since"), indexes=(("begins_at",),)
    )
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountInvited,
        events.AccountRightsChanged,
        events.InstitutionSuspended,
        events.InstitutionResumed,
        events.InstitutionClosed,
        events.PractitionerMoved,
        events.PractitionerSuspended,
        events.PractitionerResumed,
    )
    deadline: ClassVar[str | None] = "begins_at"

    def keys(self, event: Event) -> Iterable[Key]:
        """The institution and the day, where that lies ahead."""
        match event:
            case events.InstitutionSuspended() | events.InstitutionClosed() | events.PractitionerSuspended():
                is_ahead = event.since > taipei_day(event.timestamp)
                return [(event.institution, event.since)] if is_ahead and event.institution else []
        return []

    def evolve(self, key: Key, row: ChangeAhead | None, event: Event) -> ChangeAhead | None:  # noqa: ARG002 - the key says all
        """To be looked at on its day, whatever becomes of it until then."""
        institution, since = key
        return ChangeAhead(institution, since, start_of_day(since))

    def react(self, row: ChangeAhead | None, event: Event) -> Iterable[Command]:  # noqa: ARG002 - the event says all
        """Look at the accounts of the place as the register stands by now: of the place that was left, too."""
        match event:
            case events.AccountInvited() | events.AccountRightsChanged():
                places = [event.rights.institution]
            case events.PractitionerMoved():
                places = [event.former_institution, event.institution]
            case _:
                places = [event.institution]  # type: ignore[attr-defined]  # every other fact of the register names it
        return [FollowRegister(place) for place in places if place]

    def expire(self, key: Key, row: ChangeAhead, now: datetime) -> Iterable[Command]:  # noqa: ARG002 - the row says all
        """The day has come."""
        return [FollowRegister(row.institution)]

"""What the use cases of the registry look up: stored entries, and the people behind practitioners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.identity.domain.registry import refusals
from services.identity.domain.registry.institution import Institution, institution_id
from services.identity.domain.registry.practitioner import Practitioner, practitioner_id
from services.identity.events import PractitionerIdentity
from shared.application import Decision, Outcome, Result
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.identity.application.desk import Desk
    from services.identity.domain.registry.place import Place
    from services.identity.domain.registry.records import RegistryImport
    from shared.application import Notice
    from shared.sealing import Sealed
    from shared.store.append import Reservation
    from shared.taiwan.identifiers import PersonalId

    Entry = Institution | Practitioner | Place | RegistryImport
    """Whatever the registry keeps."""


def known_institution(desk: Desk, code: str) -> Institution | None:
    """The institution of this code, where it is registered."""
    try:
        return desk.store.load(Institution, institution_id(code))
    except AggregateNotFoundError:
        return None


def institution_of(desk: Desk, code: str, field: str = "institution") -> Institution:
    """The institution of this code; refuses with `InstitutionUnknown`."""
    found = known_institution(desk, code)
    if found is None:
        raise refusals.InstitutionUnknown(field)
    return found


def known_practitioner(desk: Desk, number: str) -> Practitioner | None:
    """The practitioner of this number, where they are registered."""
    try:
        return desk.store.load(Practitioner, practitioner_id(number))
    except AggregateNotFoundError:
        return None


def practitioner_of(desk: Desk, number: str) -> Practitioner:
    """The practitioner of this number; refuses with `PractitionerUnknown`."""
    found = known_practitioner(desk, number.strip())
    if found is None:
        raise refusals.PractitionerUnknown("practitioner")
    return found


def sealed_identity(
    desk: Desk, known: Practitioner | None, identifier: PersonalId | None, mobile: str
) -> Sealed[PractitionerIdentity] | None:
    """Identifier and phone sealed for whoever the identifier names; None where nothing of them is new.

    What was not entered stays as it is known.
    """
    before = None if known is None else desk.vault.open(known.identity, PractitionerIdentity)
    number = identifier.number if identifier else before.identifier if before else ""
    entered = PractitionerIdentity(number, mobile or (before.mobile if before else ""))
    if not number or entered == before:
        return None
    if identifier is not None:
        subject = desk.vault.subject_for([Identifier(identifier.kind, identifier.number)])
        return desk.vault.seal(subject, entered)
    return None if known is None else desk.vault.seal(known.subject, entered)


def decided(
    aggregate: Entry, number: str, notices: Sequence[Notice] = (), reserve: Sequence[Reservation] = ()
) -> Decision:
    """Save what was recorded; without anything new the answer is that it was so already."""
    result = Result.DONE if aggregate.pending_events else Result.UNCHANGED
    outcome = Outcome(aggregate.id, aggregate.version, number, result, tuple(notices))
    return Decision(outcome, [aggregate] if aggregate.pending_events else [], reserve)

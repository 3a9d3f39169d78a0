"""Who is told and how places are called, read from the rows that follow the events of identity and matching."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.notifier.domain.addresses import Mailbox, Place
from services.notifier.processes.tell_family_of_its_case import FamilyToTell, TellFamilyOfItsCase
from services.notifier.read_models import addresses
from services.notifier.read_models.addresses import Addresses
from services.notifier.read_models.known_institutions import KnownInstitutions, institution
from services.notifier.read_models.known_practitioners import KnownPractitioners, practitioner_name
from shared.read_models.reader import Reader
from shared.trouble import TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.matching.events import Contact
    from shared.postgres import Database
    from shared.read_models.freshness import Positions
    from shared.read_models.model import ReadModel
    from shared.sealing import Sealed
    from shared.store.log import Log

_PATIENCE = 2.0
"""Seconds to wait for rows that are behind; then the process that asks tries again later."""


class CaughtUp:
    """Rows of one model, read only once they know what had happened when they were asked for first.

    A new installation would otherwise tell nobody of its first cases: their events may be read before the accounts'.
    """

    def __init__(self, model: type[ReadModel[Any]], database: Database, log: Log, positions: Positions) -> None:
        self._model = model
        self._log = log
        self._positions = positions
        self._reader = Reader(model, database, log, positions)
        self._is_ready = False

    def reader(self) -> Reader:
        """What reads the rows; raises `TryAgain` while they are behind."""
        if not self._is_ready:
            head, name = self._log.head().position, self._model.table.name
            if not self._positions.wait_until(name, lambda position: position >= head, _PATIENCE):
                raise TryAgain(f"{name} has not read identity's events up to {head} yet")
            self._is_ready = True
        return self._reader

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()


class KnownAddresses:
    """The address book over the read model of accounts, and over what is known of the families of cases."""

    def __init__(self, database: Database, logs: Mapping[str, Log], positions: Positions) -> None:
        self._rows = CaughtUp(Addresses, database, logs[Addresses.context], positions)
        self._families = Reader(TellFamilyOfItsCase, database, logs[TellFamilyOfItsCase.context], positions)

    def of_case(self, case_no: str) -> Sealed[Contact] | None:
        """The contact of a case, as it was changed last."""
        query = "select * from tell_family_of_its_case where case_no = %s"
        found = self._families.one(FamilyToTell, query, (case_no,))
        return None if found is None else found.contact

    def of_institution(self, institution: str, doctor: str) -> Sequence[Mailbox]:
        """The institution's accounts that act for the doctor; all of them where none does, or none is named."""
        found = addresses.of_institution(self._rows.reader(), institution)
        acting = [row for row in found if doctor in row.acts_for]
        return [Mailbox(row.account, row.holder) for row in acting or found]

    def of_bureau(self, county: str) -> Sequence[Mailbox]:
        """The accounts of a county's health bureau."""
        return [Mailbox(row.account, row.holder) for row in addresses.of_bureau(self._rows.reader(), county)]

    def close(self) -> None:
        """Close the connections."""
        self._rows.close()
        self._families.close()


class KnownNames:
    """The directory over the read models of the registry."""

    def __init__(self, database: Database, logs: Mapping[str, Log], positions: Positions) -> None:
        log = logs[KnownInstitutions.context]
        self._institutions = CaughtUp(KnownInstitutions, database, log, positions)
        self._practitioners = CaughtUp(KnownPractitioners, database, log, positions)

    def institution(self, code: str) -> Place:
        """The institution; by its code alone where the registry has not told of it."""
        found = institution(self._institutions.reader(), code)
        return Place(code) if found is None else Place(found.name, found.address, found.phone)

    def doctor(self, number: str) -> str:
        """The doctor's name, or the number where the registry has not told of it."""
        return practitioner_name(self._practitioners.reader(), number) or number

    def close(self) -> None:
        """Close the connections."""
        self._institutions.close()
        self._practitioners.close()

"""Who is told and how places are called, read from the rows that follow identity's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifier.domain.addresses import Mailbox, Place
from services.notifier.read_models import addresses
from services.notifier.read_models.known_institutions import institution
from services.notifier.read_models.known_practitioners import practitioner_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.read_models.reader import Reader


class KnownAddresses:
    """The address book over the read model of accounts."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of_institution(self, code: str, doctor: str) -> Sequence[Mailbox]:
        """The institution's accounts that act for the doctor; all of them where none does, or none is named."""
        found = addresses.of_institution(self._reader, code)
        acting = [row for row in found if doctor in row.acts_for]
        return [Mailbox(row.account, row.holder) for row in acting or found]

    def of_bureau(self, county: str) -> Sequence[Mailbox]:
        """The accounts of a county's health bureau."""
        return [Mailbox(row.account, row.holder) for row in addresses.of_bureau(self._reader, county)]


class KnownNames:
    """The directory over the read models of the registry."""

    def __init__(self, institutions: Reader, practitioners: Reader) -> None:
        self._institutions = institutions
        self._practitioners = practitioners

    def institution(self, code: str) -> Place:
        """The institution; by its code alone where the registry has not told of it."""
        found = institution(self._institutions, code)
        return Place(code) if found is None else Place(found.name, found.address, found.phone)

    def doctor(self, number: str) -> str:
        """The doctor's name, or the number where the registry has not told of it."""
        return practitioner_name(self._practitioners, number) or number

"""Whom an institution or a bureau is told by, and how institutions and doctors are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.identity.events import AccountHolder
    from services.matching.events import Contact
    from shared.sealing import Sealed


@dataclass(frozen=True)
class Mailbox:
    """One active account, and its holder with the mail address."""

    account: UUID
    holder: Sealed[AccountHolder]


class AddressBook(Protocol):
    """The contacts that families are told by, and the active accounts of institutions and bureaus."""

    def of_case(self, case_no: str) -> Sealed[Contact] | None:
        """Whom a case answers to now; None where nothing is known of it."""

    def of_institution(self, institution: str, doctor: str) -> Sequence[Mailbox]:
        """The accounts of an institution that act for this doctor; all of them where none does, or none is named."""

    def of_bureau(self, county: str) -> Sequence[Mailbox]:
        """The accounts of a county's health bureau, 主管 and 個管 alike (S000, 醫療院所 Q1)."""


@dataclass(frozen=True)
class Place:
    """An institution as the register knows it; `phone` and `address` may be empty."""

    name: str
    address: str = ""
    phone: str = ""


class Directory(Protocol):
    """What institutions and doctors are called; whoever is not known is called by the number."""

    def institution(self, code: str) -> Place:
        """The institution of this 10-digit code."""

    def doctor(self, number: str) -> str:
        """The name of the practitioner of this number."""

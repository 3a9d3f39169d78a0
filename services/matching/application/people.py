"""The people of a case at the vault: found or met by what identifies them, and sealed under their own keys.

Kinds of identifiers, as every context that meets the same people has to name them: `mobile` (09 and 8 digits),
`national_id`, `resident_certificate`, `passport`; and ours, `birth`: a mother's subject, a birth order and a date.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from msgspec import structs

from services.matching import events
from services.matching.domain import refusals
from services.matching.domain.family import Family
from shared.sealing import PersonForgotten
from shared.taiwan.identifiers import PersonalIdKind, parse_personal_id
from shared.vault.blind_index import Identifier
from shared.vault.contact_digests import digest_of_email, digest_of_mobile

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.matching.application.forms import CheckedChild
    from shared.refusals import Refusal
    from shared.sealing import Sealed, SubjectId
    from shared.vault.vault import Vault


_BIRTH = "birth"


class People:
    """Turns checked entries into a `Family`, and finds children again."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def with_phone(self, mobile: str) -> SubjectId | None:
        """The person known by this phone."""
        return self._vault.find(Identifier("mobile", mobile))

    def contact(self, contact: events.Contact) -> Sealed[events.Contact]:
        """The contact, known by the phone."""
        return self._vault.seal(self._vault.subject_for([Identifier("mobile", contact.mobile)]), contact)

    def mother(self, mother: events.Mother) -> Sealed[events.Mother]:
        """The mother, known by her identifier."""
        return self._vault.seal(self._vault.subject_for([Identifier(mother.kind, mother.identifier)]), mother)

    def family(self, child: CheckedChild, mother: Sealed[events.Mother], contact: Sealed[events.Contact]) -> Family:
        """The family around a child; one without an identifier is known by its birth.

        Refuses with `ChildIsMother` where the child was given its mother's identifier.
        """
        if child.identifier is not None and self._vault.find(child.identifier) == mother.subject:
            raise refusals.ChildIsMother("child.identifier")
        subject, birth = self.child(child, mother.subject)
        return Family(
            birth_order=child.birth_order,
            birth_subject=birth,
            child_subject=subject,
            child=self._vault.seal(subject, child.child),
            mother_subject=mother.subject,
            mother=mother,
            contact_subject=contact.subject,
            contact=contact,
            county=child.child.residence.county,
        )

    def child(self, child: CheckedChild, mother: SubjectId) -> tuple[SubjectId, SubjectId]:
        """The subjects of a child and of its birth; they are the same one where the child has no identifier."""
        birth = self._vault.subject_for([_birth(mother, child.birth_order, child.day)])
        return (self._vault.subject_for([child.identifier]) if child.identifier else birth), birth

    def moved(self, family: Family, residence: events.Address) -> Family:
        """The family at another address; raises `PersonForgotten` where nothing of the child can be read any more."""
        child = self._vault.open(family.child, events.Child)
        if child is None:
            raise PersonForgotten(family.child_subject)
        moved = self._vault.seal(family.child_subject, structs.replace(child, residence=residence))
        return replace(family, child=moved, county=residence.county)

    def completed(self, child: CheckedChild, known: Sealed[events.Child]) -> CheckedChild:
        """A child with the name, sex and household that were left out, as they were known before."""
        before = self._vault.open(known, events.Child)
        if before is None:
            return child
        blanks = {
            name: getattr(before, name) for name in ("name", "sex", "household") if not getattr(child.child, name)
        }
        return replace(child, child=structs.replace(child.child, **blanks))

    def known_mother(self, mother: events.Mother) -> SubjectId | None:
        """The mother, where she has been met before."""
        return self._vault.find(Identifier(mother.kind, mother.identifier))

    def known_child(
        self, identifier: Identifier | None, mother: events.Mother | None, birth_order: int, day: date | None
    ) -> tuple[str, ...]:
        """The keys by which a child is known already: of its identifier, its birth, and all found to be the same."""
        known = [self._vault.find(identifier)] if identifier else []
        mother_subject = self.known_mother(mother) if mother else None
        if mother_subject is not None and day is not None:
            known.append(self._vault.find(_birth(mother_subject, birth_order, day)))
        return tuple(map(str, self._vault.subjects_of(subject for subject in known if subject is not None)))

    def known_as(self, *subjects: SubjectId) -> tuple[SubjectId, ...]:
        """Every subject under which these people are or were known; none of an unknown one."""
        return self._vault.subjects_of(subjects)

    def recognise(self, child: SubjectId, former: SubjectId) -> None:
        """A child known by nothing but its birth turns out to be `child`: who forgets one forgets both.

        Whoever has an identifier of their own stays apart, or a wrong birth order would make one person of twins.
        """
        if former != child and self._vault.known_by(former) == {_BIRTH}:
            self._vault.merge(child, former)

    def is_another(self, known: Sealed[events.Child], identifier: Identifier | None) -> bool:
        """Whether a child on record is not the one of this identifier: each has a national ID, which never changes."""
        before = self._vault.open(known, events.Child)
        if before is None or before.identifier is None or identifier is None:
            return False
        return before.identifier != identifier.value and _is_national(identifier.value, before.identifier)

    def is_called_otherwise(self, known: Sealed[events.Child], name: str) -> bool:
        """Whether a child on record has another name."""
        before = self._vault.open(known, events.Child)
        return before is not None and bool(before.name and name) and before.name != name

    def objections_to_contact(
        self, contact: events.Contact, known: Sealed[events.Contact], proved: Collection[str]
    ) -> list[Refusal]:
        """What of a contact is neither known nor `proved`, by its digest; raises `PersonForgotten` of a known one."""
        before = self._vault.open(known, events.Contact)
        if before is None:
            raise PersonForgotten(known.subject)
        mobile_digest = digest_of_mobile(self._vault, contact.mobile)
        found: list[Refusal] = []
        if contact.mobile not in {"", before.mobile} and mobile_digest not in proved:
            found.append(refusals.ContactNotProved("contact.mobile"))
        email_digest = digest_of_email(self._vault, contact.email)
        if contact.email not in {"", before.email} and email_digest not in proved:
            found.append(refusals.ContactNotProved("contact.email"))
        return found

    def can_be_reached(self, contact: Sealed[events.Contact]) -> bool:
        """Whether the contact has not been forgotten."""
        return self._vault.open(contact, events.Contact) is not None

    def words(self, subject: SubjectId, text: str) -> Sealed[events.FreeText]:
        """What somebody wrote about a person."""
        return self._vault.seal(subject, events.FreeText(text))

    def due_date(self, child: Sealed[events.Child]) -> date | None:
        """When the child is expected; None for a born one, and for one that has been forgotten."""
        opened = self._vault.open(child, events.Child)
        return opened.due_date if opened else None

    def birth_date(self, child: Sealed[events.Child]) -> date | None:
        """When the child was born; None for one that is expected, and for one that has been forgotten."""
        opened = self._vault.open(child, events.Child)
        return opened.birth_date if opened else None

    def forget(self, subject: SubjectId, ground: str) -> tuple[SubjectId, ...]:
        """Destroy the keys of a person and of all that were found to be the same; the answer is all of them."""
        return self._vault.forget(subject, ground)


def _is_national(*numbers: str) -> bool:
    kinds = {parse_personal_id(number, on=date.min).kind for number in numbers}
    return kinds == {PersonalIdKind.NATIONAL_ID}


def _birth(mother: SubjectId, birth_order: int, day: date) -> Identifier:
    return Identifier(_BIRTH, f"{mother}/{birth_order}/{day.isoformat()}")

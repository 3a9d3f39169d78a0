"""Who a case or an enrolment is about: pseudonyms in clear, everything else sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.matching.events import Child, Contact, Mother
    from shared.sealing import Sealed, SubjectId


@dataclass(frozen=True)
class Family:
    """幼兒, 母親, 聯絡人, and the county they live in. `birth_order` is 0 for a single child, 1… among twins.

    `birth_subject` stands for mother, birth order and date; a child without an identifier is known by nothing else.
    """

    birth_order: int
    birth_subject: SubjectId
    child_subject: SubjectId
    child: Sealed[Child]
    mother_subject: SubjectId
    mother: Sealed[Mother]
    contact_subject: SubjectId
    contact: Sealed[Contact]
    county: str

    @property
    def people(self) -> frozenset[SubjectId]:
        """Everybody in it, each by every subject that it is known by here."""
        return frozenset({self.child_subject, self.birth_subject, self.mother_subject, self.contact_subject})

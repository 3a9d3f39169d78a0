"""What may exist once, by the names under which it is reserved in the transaction that appends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.store.append import Reservation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from services.matching.domain.case import Case
    from services.matching.domain.enrolment import Enrolment
    from services.matching.domain.family import Family
    from shared.sealing import SubjectId

CASE_NO = "case-no"
LIVE_CASE = "live-case"
ENROLMENT = "enrolment"
"""The open enrolment of a child."""
REGISTER = "register"
"""A row of the register that has been taken: never released, so that the same row is known again."""


def child_keys(family: Family) -> tuple[str, ...]:
    """By whom a child is known: itself, and its birth, which an application without its identifier would give."""
    return tuple(dict.fromkeys((str(family.child_subject), str(family.birth_subject))))


def expected_key(mother: SubjectId, birth_order: int) -> str:
    """The child that a mother expects; due dates move, so the date is no part of it."""
    return f"expected/{mother}/{birth_order}"


def keys_of_case(family: Family, *, born: bool) -> tuple[str, ...]:
    """What a case of this family reserves among the live ones."""
    return (
        child_keys(family) if born else (*child_keys(family), expected_key(family.mother_subject, family.birth_order))
    )


def live_case(case: Case) -> list[Reservation]:
    """What a live case holds, or gives back when it ends."""
    return [Reservation(LIVE_CASE, key, case.id) for key in keys_of_case(case.family, born=case.born)]


def open_enrolment(enrolment: Enrolment) -> list[Reservation]:
    """What an open enrolment holds, or gives back when it is closed."""
    return [Reservation(ENROLMENT, key, enrolment.id) for key in child_keys(enrolment.family)]


def enrolled_row(child: SubjectId, institution: str, day: date) -> str:
    """A row of enrolments: one child, one institution, one day."""
    return f"enrolled/{child}/{institution}/{day.isoformat()}"


def closed_row(child: SubjectId, institution: str, day: date) -> str:
    """A row of closures, likewise."""
    return f"closed/{child}/{institution}/{day.isoformat()}"


def difference(old: Iterable[Reservation], new: Iterable[Reservation]) -> tuple[list[Reservation], list[Reservation]]:
    """What has to be reserved and what released, to hold `new` instead of `old`."""
    held, wanted = set(old), set(new)
    return sorted(wanted - held), sorted(held - wanted)


def numbered(case_no: str, case_id: UUID) -> Reservation:
    """The case number, for good."""
    return Reservation(CASE_NO, case_no, case_id)

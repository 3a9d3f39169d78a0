"""What may exist once, by the names under which it is reserved in the transaction that appends."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID, uuid4

from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.statuses import MatchStatus
from services.matching.events import SubjectForgotten
from shared.application.forgetting import told
from shared.calendar import TAIPEI
from shared.store.append import Holdings, Reservation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from services.matching.domain.family import Family
    from shared.events import Aggregate, Event
    from shared.sealing import SubjectId

CASE_NO = "case-no"
_BEFORE_NUMBER = len("YYMMDDPHHMM")
LIVE_CASE = "live-case"
ENROLMENT = "enrolment"
"""The open enrolment of a child."""
REGISTER = "register"
"""A row of the register that has been taken: never released, so that the same row is known again."""

TURN = "turn"
"""Whose turn it is to decide about a person: of two decisions made at once, the second is made anew."""
_NOBODY = UUID(int=0)
"""Has the turn of a person who has been forgotten: for good."""
BEING_FORGOTTEN = "being-forgotten"
"""People of whom it is not known here yet whether they have been forgotten: nobody decides about them meanwhile."""
LEAVING = UUID(int=1)
"""Has their turn."""


class Turn(NamedTuple):
    """What passes the turn of some people on, and fails where another decision has done so meanwhile."""

    reserve: list[Reservation]
    release: list[Reservation]


def next_turn(people: Iterable[str], held: Mapping[str, UUID]) -> Turn | None:
    """The turn after those that are `held`; None where somebody has been forgotten."""
    if _NOBODY in held.values():
        return None
    mine = uuid4()
    release = [Reservation(TURN, person, holder) for person, holder in held.items()]
    return Turn([Reservation(TURN, person, mine) for person in people], release)


def leaving(people: Iterable[SubjectId]) -> list[Reservation]:
    """Nobody decides about these people before it is known whether they have been forgotten."""
    return _held_in([BEING_FORGOTTEN, TURN], people, LEAVING)


def last_turns(people: Iterable[SubjectId]) -> list[Reservation]:
    """Nobody decides about these people any more."""
    return _held_in([BEING_FORGOTTEN, TURN], people, _NOBODY)


def _held_in(scopes: Iterable[str], people: Iterable[SubjectId], holder: UUID) -> list[Reservation]:
    return [Reservation(scope, str(person), holder) for scope, person in product(scopes, people)]


def live_matter(subject: SubjectId) -> str:
    """The scope of the live cases and open enrolments that a person is part of."""
    return f"live-matter/{subject}"


def unmatched(child_key: str) -> str:
    """The scope of the cases that found nobody for a child: it may have had several."""
    return f"unmatched/{child_key}"


def child_keys(family: Family) -> tuple[str, ...]:
    """By whom a child is known: itself, and its birth, which an application without its identifier would give."""
    return tuple(dict.fromkeys((str(family.child_subject), str(family.birth_subject))))


def expected_key(mother: SubjectId, birth_order: int) -> str:
    """The child that a mother expects; due dates move, so the date is no part of it."""
    return f"expected/{mother}/{birth_order}"


def expected_keys(mother: SubjectId, birth_order: int) -> tuple[str, ...]:
    """By whom a newborn may have been expected; that it was to be the first of twins may not have been known then."""
    orders = (birth_order, 0) if birth_order == 1 else (birth_order,)
    return tuple(expected_key(mother, order) for order in orders)


def keys_of_case(case: Case) -> tuple[str, ...]:
    """By whom the child of a case is known: before its birth also as the one that its mother expects."""
    keys, family = child_keys(case.family), case.family
    return keys if case.born else (*keys, expected_key(family.mother_subject, family.birth_order))


def live_case(case: Case) -> list[Reservation]:
    """What a live case holds, or gives back when it ends."""
    keys = keys_of_case(case)
    return [*(Reservation(LIVE_CASE, key, case.id) for key in keys), *_people(case.family, case.id)]


def unmatched_case(case: Case) -> list[Reservation]:
    """What a case that found nobody holds, until its child is enrolled."""
    keys = keys_of_case(case)
    return [Reservation(unmatched(key), str(case.id), case.id) for key in keys]


def open_enrolment(enrolment: Enrolment) -> list[Reservation]:
    """What an open enrolment holds, or gives back when it is closed."""
    keys = child_keys(enrolment.family)
    return [*(Reservation(ENROLMENT, key, enrolment.id) for key in keys), *_people(enrolment.family, enrolment.id)]


def held_by(matter: Case | Enrolment) -> list[Reservation]:
    """What a case or an enrolment holds as it stands."""
    if not isinstance(matter, Case):
        return open_enrolment(matter) if matter.is_open else []
    if matter.is_live:
        return live_case(matter)
    return unmatched_case(matter) if matter.match_status == MatchStatus.UNMATCHED else []


def _people(family: Family, matter_id: UUID) -> list[Reservation]:
    return [Reservation(live_matter(subject), str(matter_id), matter_id) for subject in sorted(family.people)]


def enrolled_rows(children: Iterable[str], institution: str, day: date) -> list[str]:
    """A row of enrolments, by each key of the child: one child, one institution, one day."""
    return [f"enrolled/{child}/{institution}/{day.isoformat()}" for child in children]


def closed_rows(children: Iterable[str], institution: str, day: date) -> list[str]:
    """A row of closures, likewise."""
    return [f"closed/{child}/{institution}/{day.isoformat()}" for child in children]


def taken(rows: Iterable[str], enrolment: Enrolment) -> list[Reservation]:
    """Rows of the register that tell of this enrolment, to be known again."""
    return [Reservation(REGISTER, row, enrolment.id) for row in rows]


def difference(old: Iterable[Reservation], new: Iterable[Reservation]) -> tuple[list[Reservation], list[Reservation]]:
    """What has to be reserved and what released, to hold `new` instead of `old`."""
    held, wanted = set(old), set(new)
    return sorted(wanted - held), sorted(held - wanted)


def numbered(case_no: str, case_id: UUID) -> Reservation:
    """The case number, for good."""
    return Reservation(CASE_NO, case_no, case_id)


def registered_rows(enrolment: Enrolment) -> list[Reservation]:
    """The rows of the register that have told of an enrolment so far."""
    children, institution = child_keys(enrolment.family), enrolment.institution
    rows = enrolled_rows(children, institution, enrolment.enrolled_on)
    if enrolment.closed_on is not None:
        rows += closed_rows(children, institution, enrolment.closed_on)
    return taken(rows, enrolment)


def case_numbers(moment: datetime) -> str:
    """The counter of a Taipei day's cases."""
    return f"{CASE_NO}/{moment.astimezone(TAIPEI):%Y-%m-%d}"


def case_no(moment: datetime, number: int) -> str:
    """案件編號: `YYMMDD`, P, `HHMM` and the number of the case on that Taipei day, in 3 digits or more (S000)."""
    return f"{moment.astimezone(TAIPEI):%y%m%dP%H%M}{number:03d}"


def holdings(aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:
    """What an aggregate holds after these facts, all that it has; turns are nobody's, and begin anew."""
    first = facts[0]
    match aggregate:
        case Case():
            numbers = [(case_numbers(first.timestamp), int(aggregate.case_no[_BEFORE_NUMBER:]))]
            return Holdings([numbered(aggregate.case_no, aggregate.id), *held_by(aggregate)], numbers)
        case Enrolment():
            return Holdings([*registered_rows(aggregate), *held_by(aggregate)])
    return Holdings([told(first.subject, aggregate.id)] if isinstance(first, SubjectForgotten) else [])

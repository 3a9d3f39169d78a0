"""Whom a clinic has enrolled, on paper and through the platform."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from services.matching import events
from services.matching.read_models.enrolments import EnrolmentFilters, Enrolments, Listed, enrolment_of, enrolments_of
from shared.principal import Role
from shared.read_models.paging import CursorUnknown
from shared.sealing import SubjectId
from tests.integration.matching_models.people import bureau, doctor, parent
from tests.unit.matching_models.story import (
    CASE_NO,
    CONTACT,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    MOTHER,
    OTHER_CONTACT,
    OTHER_SEALED_CONTACT,
    Story,
)

pytestmark = pytest.mark.postgres

COLLEAGUE = "D0000002"
OTHER_MOTHER = SubjectId(UUID("00000000-0000-4000-8000-000000307e41"))
CLINIC = doctor(MATSU, MATSU_DOCTOR, COLLEAGUE, role=Role.CASE_MANAGER)


def enrolled(number: int, day: int, case_no: str = "", **changed: object) -> events.EnrolmentRecorded:
    [recorded] = Story().recorded(case_no).events
    facts = {**vars(recorded), "originator_id": UUID(int=number), "enrolled_on": date(2025, 3, day), **changed}
    return type(recorded)(**facts)


def closed(number: int) -> events.EnrolmentClosed:
    closure = Story().recorded().closed().events[-1]
    return type(closure)(**{**vars(closure), "originator_id": UUID(int=number)})


@pytest.fixture
def reader(shelf):
    told = [
        enrolled(1, 1),
        enrolled(2, 2, CASE_NO),
        enrolled(3, 2, doctor=COLLEAGUE, mother_subject=OTHER_MOTHER),
        enrolled(4, 4),
        closed(4),
        enrolled(5, 5, institution=KEELUNG, doctor=KEELUNG_DOCTOR),
    ]
    return shelf(Enrolments(), told)


def found(reader, principal=CLINIC, **filters):
    return [entry.id.int for entry in enrolments_of(reader, principal, EnrolmentFilters(**filters)).entries]


def test_a_clinic_sees_whom_its_doctors_have_in_care_the_newest_first(reader):
    assert found(reader) == [3, 2, 1]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"doctor": COLLEAGUE}, [3]),
        ({"doctor": KEELUNG_DOCTOR}, []),
        ({"mother": MOTHER}, [2, 1]),
        ({"listed": Listed.CLOSED}, [4]),
        ({"listed": Listed.ALL}, [4, 3, 2, 1]),
    ],
)
def test_each_filter_narrows_the_list(reader, filters, numbers):
    assert found(reader, **filters) == numbers


def test_a_row_tells_what_came_on_paper_and_why_it_was_closed(reader):
    rows = {row.id.int: row for row in enrolments_of(reader, CLINIC, EnrolmentFilters(listed=Listed.ALL)).entries}
    assert {number: row.case_no for number, row in rows.items()} == {1: "", 2: CASE_NO, 3: "", 4: ""}
    assert (rows[4].closed_on, rows[4].closure_reason) == (date(2025, 3, 1), "change_of_doctor")


def test_one_enrolment_is_found_by_its_id_also_once_it_is_closed(reader):
    assert [enrolment_of(reader, UUID(int=number), CLINIC).id.int for number in (2, 4)] == [2, 4]
    assert enrolment_of(reader, UUID(int=9), CLINIC) is None


def test_a_new_contact_is_the_one_that_is_shown(shelf):
    told = Story().recorded()
    contact = {"contact_subject": OTHER_CONTACT, "contact": OTHER_SEALED_CONTACT}
    told.enrolment_happened(events.EnrolmentContactChanged, **contact, proved_by=events.Source.CLINIC)
    [row] = enrolments_of(shelf(Enrolments(), told.events), CLINIC, EnrolmentFilters()).entries
    assert row.contact == OTHER_SEALED_CONTACT


@pytest.mark.parametrize(
    "principal",
    [doctor(None, MATSU_DOCTOR), doctor(KEELUNG, MATSU_DOCTOR), parent(CONTACT), bureau("連江縣")],
    ids=["no institution", "another institution", "parent", "bureau"],
)
def test_nobody_else_sees_any(reader, principal):
    assert found(reader, principal) == []
    assert enrolment_of(reader, UUID(int=1), principal) is None


def test_pages_follow_one_another_without_a_gap_or_a_repetition(reader):
    pages, cursor = [], None
    while not pages or cursor:
        page = enrolments_of(reader, CLINIC, EnrolmentFilters(), limit=2, cursor=cursor)
        pages.append([entry.id.int for entry in page.entries])
        cursor = page.following
    assert pages == [[3, 2], [1]]
    with pytest.raises(CursorUnknown):
        enrolments_of(reader, CLINIC, EnrolmentFilters(), cursor="bm90IGEgY3Vyc29y")

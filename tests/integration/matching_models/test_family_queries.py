"""What a parent gets to see, and nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.matching.read_models.family_cases import FamilyCases, case_of_contact, cases_of_contact
from shared.principal import Role
from tests.integration.matching_models.people import bureau, doctor, parent, staff
from tests.unit.matching_models.story import (
    CASE_NO,
    CONTACT,
    ENROLMENT,
    FIRST,
    MATSU,
    MATSU_DOCTOR,
    NOON,
    OTHER_CONTACT,
    SECOND,
    Story,
    fold,
)

pytestmark = pytest.mark.postgres

TWIN = UUID("00000000-0000-4000-8000-00000000741d")
TWIN_NO = "250218P1300002"


def twins() -> Story:
    """Two cases of one phone; the second began a day later."""
    twin = Story(TWIN, TWIN_NO, NOON + timedelta(days=1)).submitted(SECOND, birth_order=2).offered(SECOND)
    story = Story().submitted(FIRST).offered()
    story.events += twin.events
    return story


def test_a_parent_sees_the_cases_of_the_proved_phone_newest_first(shelf):
    story = twins()
    reader = shelf(FamilyCases(), story.events)

    found = cases_of_contact(reader, parent(CONTACT))

    expected = fold(FamilyCases(), story.events)
    assert [row.case_no for row in found] == [TWIN_NO, CASE_NO]
    assert {(row.id,): row for row in found} == expected


def test_another_phone_sees_nothing(shelf):
    reader = shelf(FamilyCases(), twins().events)

    assert cases_of_contact(reader, parent(OTHER_CONTACT)) == []
    assert cases_of_contact(reader, parent(None)) == []
    assert case_of_contact(reader, CASE_NO, parent(OTHER_CONTACT)) is None


@pytest.mark.parametrize(
    "principal",
    [doctor(MATSU, MATSU_DOCTOR), bureau("連江縣"), *(staff(role) for role in Role if role != Role.PARENT)],
    ids=lambda principal: principal.id,
)
def test_nobody_but_a_parent_sees_a_familys_page(shelf, principal):
    reader = shelf(FamilyCases(), twins().events)

    assert cases_of_contact(reader, principal) == []
    assert case_of_contact(reader, CASE_NO, principal) is None


def test_a_case_is_found_by_its_number(shelf):
    reader = shelf(FamilyCases(), twins().events)

    assert case_of_contact(reader, TWIN_NO, parent(CONTACT)).id == TWIN
    assert case_of_contact(reader, "250218P9999999", parent(CONTACT)) is None


def test_the_old_phone_no_longer_sees_a_case_whose_contact_has_changed(shelf):
    reader = shelf(FamilyCases(), Story().submitted().offered().contact_changed().events)

    assert cases_of_contact(reader, parent(CONTACT)) == []
    assert [row.case_no for row in cases_of_contact(reader, parent(OTHER_CONTACT))] == [CASE_NO]


def test_an_enrolment_on_paper_is_listed_and_one_of_the_platform_shows_as_its_case(shelf):
    enrolled = Story().submitted().offered().accepted().signed().enrolled().recorded(CASE_NO)
    reader = shelf(FamilyCases(), enrolled.events)

    assert [(row.case_no, row.kind) for row in cases_of_contact(reader, parent(CONTACT))] == [(CASE_NO, "new")]


def test_a_family_that_enrolled_on_paper_sees_that_enrolment(shelf):
    reader = shelf(FamilyCases(), Story().recorded().closed().events)

    (row,) = cases_of_contact(reader, parent(CONTACT))

    assert (row.id, row.kind, row.match, row.closed_on) == (ENROLMENT, None, None, date(2025, 3, 1))


def test_an_enrolled_case_tells_that_the_enrolment_has_been_closed(shelf):
    story = Story().submitted().offered().accepted().signed().enrolled().recorded(CASE_NO).closed()
    reader = shelf(FamilyCases(), story.events)

    assert case_of_contact(reader, CASE_NO, parent(CONTACT)).closed_on == date(2025, 3, 1)

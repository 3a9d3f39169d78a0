"""Which doctors a family finds, at what distance, and why it cannot name some of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from msgspec.structs import replace as changed

from services.identity import events as registry
from services.matching.read_models.doctor_search import (
    DoctorSearch,
    Listed,
    Near,
    NowhereOnEarth,
    RadiusOutOfRange,
    SearchTooShort,
    search_doctors,
)
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.known_institutions import KnownInstitutions
from shared.read_models.paging import CursorUnknown
from tests.controls.doctors import of_doctor, taking_part
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.registry import (
    PROFILE,
    institution_closed,
    institution_registered,
    institution_suspended,
    licence_expired,
    practitioner_joined_programme,
    practitioner_left_programme,
    practitioner_moved,
    practitioner_registered,
    practitioner_suspended,
    programme_joined,
    programme_left,
)

pytestmark = pytest.mark.postgres

TODAY = date(2025, 3, 3)
DAAN_PROFILE = changed(
    PROFILE,
    name="台大安心小兒科診所",
    address=registry.PlaceAddress("臺北市", "大安區", "106", "和平東路二段1號"),
    phone="02-27001234",
    coordinates=registry.Coordinates(Decimal("25.026000"), Decimal("121.543000")),
)
STATION = Near(Decimal("25.013"), Decimal("121.465"), 2000)

INSTITUTIONS = (
    institution_registered(),
    programme_joined(),
    institution_registered(DAAN_CLINIC, profile=DAAN_PROFILE),
    programme_joined(DAAN_CLINIC, until=None),
)


DOCTORS = (
    *taking_part(BANQIAO_DOCTOR, BANQIAO_CLINIC),
    *taking_part(DAAN_DOCTOR, DAAN_CLINIC, name="林美玉"),
    practitioner_registered("DR-003333", name="王未受訓", institution=BANQIAO_CLINIC),
    of_doctor(practitioner_joined_programme(), "DR-003333"),
    practitioner_registered("DR-004444", name="李未參加", institution=BANQIAO_CLINIC),
)


@pytest.fixture
def found(shelf):
    """The numbers of the doctors found, given what else has happened."""

    def search(wanted=None, *also, today=TODAY, **options):
        told = [*INSTITUTIONS, *DOCTORS, *also]
        shelf(KnownInstitutions(), told)
        return search_doctors(shelf(KnownDoctors(), told), wanted or DoctorSearch(), today, **options).entries

    return search


@pytest.fixture
def numbers(found):
    return lambda *given, **options: [entry.doctor for entry in found(*given, **options)]


def test_without_conditions_everybody_is_listed_who_can_be_named_today(found):
    daan, banqiao = found()

    assert (daan.doctor, daan.doctor_name, daan.institution_name) == (DAAN_DOCTOR, "林美玉", "台大安心小兒科診所")
    assert (daan.county, daan.district, daan.street) == ("臺北市", "大安區", "和平東路二段1號")
    assert (daan.phone, daan.objection) == ("02-27001234", None)
    assert banqiao.doctor == BANQIAO_DOCTOR


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"county": "台北市"}, [DAAN_DOCTOR]),
        ({"county": "臺北市", "district": "信義區"}, []),
        ({"county": "新北市", "district": "板橋區"}, [BANQIAO_DOCTOR]),
        ({"institution": "臺大"}, [DAAN_DOCTOR]),
        ({"institution": "安康"}, [BANQIAO_DOCTOR]),
        ({"institution": BANQIAO_CLINIC}, [BANQIAO_DOCTOR]),
        ({"institution": "35011"}, [DAAN_DOCTOR]),
        ({"doctor": "美玉"}, [DAAN_DOCTOR]),
        ({"doctor": BANQIAO_DOCTOR}, [BANQIAO_DOCTOR]),
        ({"doctor": "無此人"}, []),
        ({"near": STATION}, [BANQIAO_DOCTOR]),
    ],
)
def test_each_condition_narrows_the_answer(numbers, wanted, expected):
    assert numbers(DoctorSearch(**wanted)) == expected


def test_what_is_near_comes_nearest_first_with_its_distance(found):
    banqiao, daan = found(DoctorSearch(near=replace(STATION, metres=20_000)))

    assert (banqiao.doctor, banqiao.metres) == (BANQIAO_DOCTOR, 85)
    assert (daan.doctor, daan.metres) == (DAAN_DOCTOR, pytest.approx(7990, abs=10))


def test_of_all_who_are_listed_each_says_why_not(found):
    listed = found(DoctorSearch(county="新北市", listed=Listed.ALL))

    assert {entry.doctor: entry.objection and entry.objection.code for entry in listed} == {
        BANQIAO_DOCTOR: None,
        "DR-003333": "training-not-done",
        "DR-004444": "doctor-not-taking-part",
    }


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (programme_left(), "institution-not-taking-part"),
        (institution_suspended(), "institution-not-taking-part"),
        (institution_closed(), "institution-not-taking-part"),
        (practitioner_left_programme(), "doctor-not-taking-part"),
        (practitioner_suspended(), "doctor-not-taking-part"),
        (licence_expired(), "doctor-not-taking-part"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_whoever_takes_part_no_longer_is_listed_only_with_the_reason(shelf, event, code):
    told = [*INSTITUTIONS, *DOCTORS, event]
    shelf(KnownInstitutions(), told)
    reader = shelf(KnownDoctors(), told)

    assert search_doctors(reader, DoctorSearch(doctor=BANQIAO_DOCTOR), TODAY).entries == ()
    [entry] = search_doctors(reader, DoctorSearch(doctor=BANQIAO_DOCTOR, listed=Listed.ALL), TODAY).entries
    assert entry.objection.code == code


def test_a_doctor_is_found_where_the_practice_place_is_now(found):
    [entry] = found(DoctorSearch(doctor=BANQIAO_DOCTOR), practitioner_moved())
    assert entry.institution == DAAN_CLINIC


def test_nobody_is_listed_before_the_day_on_which_the_programme_is_joined(numbers):
    assert numbers(today=date(2025, 1, 19)) == []


def test_pages_follow_one_another_without_a_gap_or_a_repetition(shelf):
    told = [*INSTITUTIONS, *(event for number in range(5) for event in taking_part(f"N{number}", DAAN_CLINIC))]
    shelf(KnownInstitutions(), told)
    reader = shelf(KnownDoctors(), told)
    for wanted in (DoctorSearch(), DoctorSearch(near=replace(STATION, metres=20_000))):
        pages, cursor = [], None
        while not pages or cursor:
            page = search_doctors(reader, wanted, TODAY, limit=2, cursor=cursor)
            pages.append([entry.doctor for entry in page.entries])
            cursor = page.following
        assert pages == [["N0", "N1"], ["N2", "N3"], ["N4"]]


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"institution": "安"}, SearchTooShort),
        ({"doctor": "林 "}, SearchTooShort),
        ({"near": replace(STATION, metres=0)}, RadiusOutOfRange),
        ({"near": replace(STATION, metres=50_001)}, RadiusOutOfRange),
        ({"near": replace(STATION, latitude=Decimal(91))}, NowhereOnEarth),
        ({"near": replace(STATION, longitude=Decimal(-181))}, NowhereOnEarth),
    ],
)
def test_what_cannot_be_searched_is_refused(found, wanted, refusal):
    with pytest.raises(refusal):
        found(DoctorSearch(**wanted))


def test_a_cursor_has_an_origin(found):
    with pytest.raises(CursorUnknown):
        found(cursor="bm90IGEgY3Vyc29y")

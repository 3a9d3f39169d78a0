"""Rows of registry files: everything they can say, and every fault of them told."""

from datetime import date

import pytest

from services.identity import commands
from services.identity.adapters.registry_rows import (
    INSTITUTIONS,
    PERSONNEL,
    PLACES,
    CreditsUnreadable,
    HoursUnreadable,
    ParticipationUnreadable,
    institution_of,
    place_of,
    practitioner_of,
)
from services.identity.commands import HolidayEntry, HoursEntry, ParticipationEntry, Standing, StandingEntry
from services.identity.events import InstitutionKind, Programme, Session
from shared.refusals import ChoiceUnknown, FieldMissing, InvalidForm, Refusal

CLINIC = {
    "institution": "3531012346",
    "name": "板橋安康小兒科診所",
    "kind": "診所",
    "county": "新北市",
    "departments": "小兒科、01",
    "hours": "週一上午 0900~1200；星期六晚上18:00~21:30",
    "holiday_hours": "114/01/29休診;114/01/30上午0900~1200",
    "standing": "停業",
    "since": "114/02/20",
    "programmes": "幼兒專責醫師 114/01/01~114/12/31、預防針接種113/01/01",
}
DOCTOR = {
    "practitioner": "DR-001234",
    "name": "陳安康",
    "profession": "西醫師",
    "licence.number": "醫執字第1號",
    "licence.valid_from": "109/07/01",
    "training.programme": "幼兒專責醫師",
    "training.course": "基礎課程",
    "training.credits": "4",
    "training.earned_on": "2025-01-18",
}


def test_a_row_of_institutions_says_everything_an_entry_can():
    entry = institution_of(CLINIC)
    assert (entry.kind, entry.departments) == (InstitutionKind.CLINIC, ("04", "01"))
    assert entry.hours == (
        HoursEntry(1, Session.MORNING, "0900", "1200"),
        HoursEntry(6, Session.EVENING, "18:00", "21:30"),
    )
    assert entry.holiday_hours == (
        HolidayEntry(date(2025, 1, 29), Session.MORNING),
        HolidayEntry(date(2025, 1, 30), Session.MORNING, "0900", "1200"),
    )
    assert entry.standing == StandingEntry(Standing.SUSPENDED, date(2025, 2, 20))
    assert entry.programmes == (
        ParticipationEntry(Programme.DEDICATED_DOCTOR, date(2025, 1, 1), date(2025, 12, 31)),
        ParticipationEntry(Programme.VACCINATION, date(2024, 1, 1)),
    )


def test_what_a_row_leaves_out_is_left_as_it_is_known():
    entry = institution_of({name: CLINIC[name] for name in INSTITUTIONS.required})
    assert (entry.hours, entry.holiday_hours, entry.standing, entry.programmes) == (None, None, None, ())


def test_a_row_of_personnel_may_tell_of_a_licence_and_of_training():
    entry = practitioner_of(DOCTOR)
    assert entry.profession == "A"
    assert entry.licence == commands.LicenceEntry("醫執字第1號", date(2020, 7, 1))
    assert (entry.training.credits, entry.training.earned_on) == (4, date(2025, 1, 18))
    bare = practitioner_of({name: DOCTOR[name] for name in PERSONNEL.required})
    assert (bare.licence, bare.training) == (None, None)


def test_a_row_of_places_is_a_code_a_name_and_a_county():
    assert place_of({"code": "04595252", "name": "據點", "county": "臺北市"}) == commands.RecordPlace(
        "04595252", "據點", "臺北市"
    )
    with pytest.raises(InvalidForm) as refused:
        place_of({})
    assert [refusal.field for refusal in refused.value.refusals] == sorted(
        PLACES.required, key=["code", "name", "county"].index
    )


@pytest.mark.parametrize(
    ("read", "row", "fault"),
    [
        (institution_of, CLINIC | {"kind": "百貨公司"}, ChoiceUnknown),
        (institution_of, CLINIC | {"standing": "?"}, ChoiceUnknown),
        (institution_of, CLINIC | {"hours": "每天"}, HoursUnreadable),
        (institution_of, CLINIC | {"holiday_hours": "春節休診"}, HoursUnreadable),
        (institution_of, CLINIC | {"programmes": "114/01/01"}, ParticipationUnreadable),
        (institution_of, CLINIC | {"programmes": "某計畫114/01/01"}, ChoiceUnknown),
        (practitioner_of, DOCTOR | {"training.credits": "四"}, CreditsUnreadable),
        (practitioner_of, DOCTOR | {"training.credits": "9" * 5000}, CreditsUnreadable),
        (practitioner_of, DOCTOR | {"licence.valid_from": ""}, FieldMissing),
    ],
)
def test_each_fault_is_told(read, row, fault):
    with pytest.raises(Refusal) as refused:
        read(row)
    assert type(refused.value) is fault


@pytest.mark.parametrize("profession", ["醫師、護理師", "A;B", ";"])
def test_several_professions_in_one_cell_are_left_to_be_refused_as_none(profession):
    assert practitioner_of(DOCTOR | {"profession": profession}).profession == profession


def test_all_faults_of_a_row_are_told_at_once():
    with pytest.raises(InvalidForm) as refused:
        institution_of(CLINIC | {"name": "", "hours": "每天", "since": "昨天"})
    assert {refusal.field for refusal in refused.value.refusals} == {"name", "hours", "since"}

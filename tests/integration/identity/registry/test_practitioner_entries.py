"""Practitioners and non-medical places entered by bureaus and operators."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from services.identity import commands
from services.identity.domain.registry import refusals
from services.identity.domain.registry.practitioner import Practitioner
from services.identity.events import PractitionerIdentity, Programme, RegistryFile, StandingReason
from shared.application import Result
from shared.refusals import FieldMissing, InvalidForm, RoleNotAllowed
from shared.taiwan.codes import UnknownProfession
from shared.taiwan.contacts import MalformedMobileNumber
from shared.taiwan.identifiers import WrongChecksum
from shared.taiwan.places import UnknownCounty
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, taipei
from tests.controls.supporters import HOME, PRACTITIONER
from tests.integration.identity.registry.office import (
    BUREAU,
    OPERATOR,
    PLATFORM,
    TAIPEI_BUREAU,
    institution,
    licence,
    practitioner,
    taking_part,
    trained,
)

TODAY = date(2025, 2, 18)


@pytest.fixture(autouse=True)
def clinics(office):
    office.ask(institution())
    office.ask(institution(DAAN_CLINIC, county="臺北市", district="大安區"))


def test_an_entry_registers_a_practitioner_with_licence_training_and_programme(office):
    entered = practitioner(
        licence=licence(date(2026, 6, 30)), training=trained(date(2025, 1, 18)), programmes=taking_part(TODAY)
    )
    outcome = office.ask(entered, BUREAU)
    assert office.ask(entered, BUREAU).result == Result.UNCHANGED
    assert office.told(outcome.id) == [
        "PractitionerRegistered",
        "LicenceRecorded",
        "TrainingCredited",
        "PractitionerJoinedProgramme",
    ]


def test_the_identifier_is_sealed_for_its_person(office, database):
    stored = office.registry.load(Practitioner, office.ask(practitioner()).id)
    assert office.vault.open(stored.identity, PractitionerIdentity) == PractitionerIdentity("F100000015")
    with database.connect(name="test") as connection:
        rows = connection.execute("select data from event").fetchall()
    assert not any(b"F100000015" in data for (data,) in rows)


def test_the_phone_is_sealed_with_the_identifier_and_stays_unless_another_is_entered(office, database):
    entered = practitioner(mobile="0922-333444")
    outcome = office.ask(entered)

    def phone():
        return office.vault.open(office.registry.load(Practitioner, outcome.id).identity, PractitionerIdentity).mobile

    assert phone() == "0922333444"
    assert office.ask(entered).result == Result.UNCHANGED
    assert office.ask(practitioner()).result == Result.UNCHANGED
    office.ask(practitioner(mobile="0955666777", identifier=""))
    assert phone() == "0955666777"
    with database.connect(name="test") as connection:
        rows = connection.execute("select data from event").fetchall()
    assert not any(b"0922333444" in data or b"0955666777" in data for (data,) in rows)


def test_an_identity_that_was_sealed_before_there_were_phones_is_read_as_without_one(office):
    assert msgspec.json.encode(PractitionerIdentity("F100000015")) == b'{"identifier":"F100000015"}'
    with pytest.raises(InvalidForm) as refused:
        office.ask(practitioner(mobile="02-29603456"))
    assert [type(refusal) for refusal in refused.value.refusals] == [MalformedMobileNumber]


def test_one_person_has_one_number_in_a_profession(office):
    office.ask(practitioner())
    with pytest.raises(refusals.IdentifierOfAnotherPractitioner):
        office.ask(practitioner("DR-009999"))
    assert office.ask(practitioner("DR-009999", profession="D")).result == Result.DONE


def test_every_fault_of_an_entry_is_told(office):
    with pytest.raises(InvalidForm) as refused:
        office.ask(practitioner(name="", profession="?", identifier="F100000016", training=trained(TODAY, 0)))
    assert {(type(refusal), refusal.field) for refusal in refused.value.refusals} == {
        (FieldMissing, "name"),
        (UnknownProfession, "profession"),
        (WrongChecksum, "identifier"),
        (refusals.CreditsOutOfRange, "training.credits"),
    }


def test_a_new_practitioner_needs_an_identifier_and_a_known_one_keeps_theirs(office):
    with pytest.raises(InvalidForm):
        office.ask(practitioner(identifier=""))
    office.ask(practitioner())
    assert office.ask(practitioner(identifier="")).result == Result.UNCHANGED


def test_a_practice_place_has_to_be_registered(office):
    with pytest.raises(refusals.InstitutionUnknown):
        office.ask(practitioner(institution="0401180014"))


def test_an_entry_with_another_practice_place_is_a_move(office):
    office.ask(practitioner())
    outcome = office.ask(practitioner(institution=DAAN_CLINIC))
    assert office.told(outcome.id)[-1] == "PractitionerMoved"


def test_the_bureau_of_either_place_records_a_move_and_no_other(office):
    office.ask(practitioner(), BUREAU)
    move = commands.MovePractitioner(BANQIAO_DOCTOR, DAAN_CLINIC, TODAY)
    assert office.ask(move, TAIPEI_BUREAU).result == Result.DONE
    suspension = commands.SuspendPractitioner(BANQIAO_DOCTOR, TODAY, StandingReason.ORDERED)
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(suspension, BUREAU)
    office.ask(suspension, TAIPEI_BUREAU)
    assert office.ask(commands.ResumePractitioner(BANQIAO_DOCTOR, TODAY), TAIPEI_BUREAU).result == Result.DONE


def test_who_practises_nowhere_any_more_has_no_place(office):
    office.ask(practitioner())
    outcome = office.ask(commands.MovePractitioner(BANQIAO_DOCTOR, "", TODAY))
    assert office.registry.load(Practitioner, outcome.id).institution == ""


def test_licences_credits_and_programmes_are_entered_one_by_one(office):
    outcome = office.ask(practitioner())
    office.ask(commands.RecordLicence(BANQIAO_DOCTOR, licence(date(2025, 3, 10))))
    office.ask(commands.CreditTraining(BANQIAO_DOCTOR, trained(TODAY, 3)))
    office.ask(commands.AdmitPractitioner(BANQIAO_DOCTOR, Programme.DEDICATED_DOCTOR, TODAY))
    office.ask(commands.DismissPractitioner(BANQIAO_DOCTOR, Programme.DEDICATED_DOCTOR, date(2025, 6, 30)))
    assert office.told(outcome.id)[1:] == [
        "LicenceRecorded",
        "TrainingCredited",
        "PractitionerJoinedProgramme",
        "PractitionerLeftProgramme",
    ]


def test_only_caretrail_itself_tells_of_licences_that_end(office):
    outcome = office.ask(practitioner(licence=licence(date(2025, 3, 10))))
    warning = commands.WarnOfExpiringLicence(BANQIAO_DOCTOR, "醫執字第0012345號")
    with pytest.raises(RoleNotAllowed):
        office.ask(warning, OPERATOR)
    office.ask(warning, PLATFORM)
    office.ask(commands.ExpireLicence(BANQIAO_DOCTOR, "醫執字第0012345號"), PLATFORM, now=taipei(3, 11, 0))
    assert office.told(outcome.id)[2:] == ["LicenceExpiring", "LicenceExpired"]


def test_a_place_is_entered_once_for_each_code_and_name(office):
    place = commands.RecordPlace("04595252", "中山區銀髮據點", "新北市")
    first, again = office.ask(place, BUREAU), office.ask(place, BUREAU)
    assert (first.id, again.result) == (again.id, Result.UNCHANGED)
    assert office.ask(commands.RecordPlace("04595252", "另一據點", "新北市"), BUREAU).id != first.id
    office.ask(commands.RecordPlace("04595252", "中山區銀髮據點", "新北市", "板橋區"), BUREAU)
    assert office.told(first.id) == ["PlaceRegistered", "PlaceChanged"]
    with pytest.raises(refusals.NotYourJurisdiction):
        office.ask(place, TAIPEI_BUREAU)


def test_whoever_applies_adds_a_place_once(office):
    place = commands.AddPlace("04595252", "仁愛日間照顧中心", "新北市", "板橋區")
    added = office.ask(place, PRACTITIONER)
    assert office.told(added.id) == ["PlaceRegistered"]
    assert (added.number, added.notices) == ("04595252", ())
    with pytest.raises(refusals.PlaceKnownAlready):
        office.ask(place, HOME)
    assert office.ask(replace(place, name="仁愛二館"), HOME).id != added.id


def test_only_whoever_applies_adds_a_place(office):
    with pytest.raises(RoleNotAllowed):
        office.ask(commands.AddPlace("04595252", "仁愛日間照顧中心", "新北市"), BUREAU)


@pytest.mark.parametrize(
    ("code", "county", "fault"),
    [
        ("04595253", "新北市", WrongChecksum),
        ("", "新北市", FieldMissing),
        ("7401150068", "", UnknownCounty),
        ("7401150068", "新北縣府", UnknownCounty),
    ],
)
def test_a_place_needs_a_county_and_a_true_business_number(office, code, county, fault):
    with pytest.raises(InvalidForm) as refused:
        office.ask(commands.AddPlace(code, "仁愛日間照顧中心", county), PRACTITIONER)
    assert [type(one) for one in refused.value.refusals] == [fault]


def test_a_doubtful_check_digit_of_a_place_is_noticed_and_taken(office):
    outcome = office.ask(commands.AddPlace("７４０１１５００６７", "私立安養所", "臺北市"), PRACTITIONER)
    assert outcome.number == "7401150067"
    assert [notice.code for notice in outcome.notices] == ["institution-code-doubtful"]


def test_the_code_of_an_institution_is_no_new_place(office):
    with pytest.raises(refusals.PlaceIsInstitution) as refused:
        office.ask(commands.AddPlace(BANQIAO_CLINIC, "別的名稱", "新北市"), PRACTITIONER)
    assert refused.value.params["name"]


def test_an_import_is_counted_under_a_keyed_digest(office):
    counted = commands.RecordRegistryImport(RegistryFile.PLACES, "ab" * 32, 3, 1, 1, 1)
    outcome = office.ask(counted)
    [told] = office.registry.events.get(outcome.id)
    assert told.digest != "ab" * 32
    with pytest.raises(InvalidForm):
        office.ask(commands.RecordRegistryImport(RegistryFile.PLACES, "ab", 3, 1, 1, 1))

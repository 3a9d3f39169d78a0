"""Files of the card register: each row told, the same file twice changes nothing, a trial registers nobody."""

from __future__ import annotations

from io import BytesIO

import pytest

from services.identity.adapters.registry_import import import_registry
from services.identity.events import RegistryFile, RegistryImported
from shared.imports.files import Purpose
from shared.imports.results import RowOutcome
from shared.principal import Assurance, Principal, Role
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR
from tests.integration.identity.accounts.door import OPERATOR
from tests.integration.identity.cards.card_door import CENTRES_SERIAL, CLINICS_SERIAL, DOCTORS_SERIAL

HEADINGS = "卡別,發卡單位,憑證主體序號,持卡人代號,持卡人名稱"
HCA = '"CN=TEST 醫事憑證管理中心,OU=醫事憑證管理中心,O=行政院,C=TW"'
GCA = '"CN=TEST 政府憑證管理中心,OU=政府憑證管理中心,O=行政院,C=TW"'
DOCTORS = f"醫事人員憑證卡,{HCA},{DOCTORS_SERIAL},{BANQIAO_DOCTOR},陳安康"
CLINICS = f"醫事機構憑證卡,{HCA},{CLINICS_SERIAL},{BANQIAO_CLINIC},板橋安康小兒科診所"
CENTRES = f"政府憑證卡,{GCA},{CENTRES_SERIAL},新北市,"
TAIPEI_BUREAU = Principal("account/1", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction="臺北市")


def brought(door, *rows, caller=OPERATOR, purpose=Purpose.TAKE):
    """What became of a file of these rows."""
    told = []
    content = BytesIO("\n".join([HEADINGS, *rows]).encode())
    import_registry(door.identity, content, RegistryFile.CARDS, caller, door.now, purpose=purpose, tell=told.append)
    return [(row.outcome, [remark.code for remark in row.remarks]) for row in told]


@pytest.fixture(autouse=True)
def _institution(door):
    door.institution()


def test_a_file_lets_its_cards_in_and_the_same_again_changes_nothing(door):
    assert brought(door, DOCTORS, CLINICS, CENTRES) == [(RowOutcome.TAKEN, [])] * 3
    for card in (door.doctors_card(), door.clinics_card(), door.centres_card()):
        assert door.come_in(card)
    assert door.last(RegistryImported).kind is RegistryFile.CARDS
    assert brought(door, DOCTORS, CLINICS, CENTRES) == [(RowOutcome.UNCHANGED, [])] * 3


def test_the_shorter_words_of_other_portals_name_the_same_cards(door):
    rows = [row.replace("憑證卡", "卡", 1) for row in (DOCTORS, CLINICS)]
    assert [row.partition(",")[0] for row in rows] == ["醫事人員卡", "醫事機構卡"]
    assert brought(door, *rows) == [(RowOutcome.TAKEN, [])] * 2
    assert brought(door, DOCTORS, CLINICS) == [(RowOutcome.UNCHANGED, [])] * 2


def test_a_trial_says_the_same_and_registers_nobody(door):
    assert brought(door, DOCTORS, CLINICS, purpose=Purpose.TRY) == [(RowOutcome.TAKEN, [])] * 2
    assert "CardRegistered" not in door.told()


def test_each_faulty_row_is_told_why_and_the_others_go_on(door):
    rows = [
        f"自然人憑證,{HCA},1,{BANQIAO_DOCTOR},",
        f"醫事機構憑證卡,{HCA},1,9999999999,",
        f"醫事人員憑證卡,{HCA},1,nobody,",
        f"政府憑證卡,{GCA},1,天龍國,",
        f"醫事人員憑證卡,HCA,1,{BANQIAO_DOCTOR},",
        f"月票,{HCA},1,{BANQIAO_DOCTOR},",
        f"醫事人員憑證卡,{HCA},,{BANQIAO_DOCTOR},",
        DOCTORS,
        DOCTORS,
    ]
    assert brought(door, *rows) == [
        (RowOutcome.REFUSED, ["card-kind-has-no-register"]),
        (RowOutcome.REFUSED, ["institution-unknown"]),
        (RowOutcome.REFUSED, ["practitioner-unknown"]),
        (RowOutcome.REFUSED, ["unknown-county"]),
        (RowOutcome.REFUSED, ["issuer-malformed"]),
        (RowOutcome.REFUSED, ["choice-unknown"]),
        (RowOutcome.REFUSED, ["field-missing"]),
        (RowOutcome.TAKEN, []),
        (RowOutcome.REFUSED, ["row-repeated"]),
    ]


def test_a_bureau_registers_the_cards_of_its_county_alone(door):
    outcomes = brought(door, DOCTORS, CLINICS, CENTRES, caller=TAIPEI_BUREAU)
    assert outcomes == [(RowOutcome.REFUSED, ["not-your-jurisdiction"])] * 3

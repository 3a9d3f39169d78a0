"""People who ask: each proved as they usually are."""

from dataclasses import replace

from shared.principal import Assurance, Principal, Role, process
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.registry import PRACTITIONER as PERSON

PRACTITIONER = Principal(
    f"person/{PERSON}",
    Role.PRACTITIONER,
    frozenset({Assurance.CARD_PASSWORD}),
    subject=PERSON,
    institution=BANQIAO_CLINIC,
    acts_for=frozenset({BANQIAO_DOCTOR}),
)
OTHER_PRACTITIONER = replace(PRACTITIONER, id="person/2", institution=DAAN_CLINIC, acts_for=frozenset({DAAN_DOCTOR}))
HOME = Principal(
    f"institution/{BANQIAO_CLINIC}", Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=BANQIAO_CLINIC
)
OTHER_INSTITUTION = replace(HOME, id=f"institution/{DAAN_CLINIC}", institution=DAAN_CLINIC)
BUREAU = Principal("account/1", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
SECOND_REVIEWER = replace(BUREAU, id="account/2")
MANAGER = replace(BUREAU, id="account/3", role=Role.BUREAU_MANAGER)
OTHER_BUREAU = replace(BUREAU, id="account/4", jurisdiction="臺北市")
INSURER = Principal("account/5", Role.INSURER_OFFICER, frozenset({Assurance.PASSWORD}))
PLATFORM = process("lock_out_whoever_has_left")

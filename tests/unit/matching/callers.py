"""People who ask: each proved as they usually are."""

from dataclasses import replace

from shared.principal import Assurance, Principal, Role, process
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CONTACT, DAAN_CLINIC, DAAN_DOCTOR

PARENT = Principal("parent/1", Role.PARENT, frozenset({Assurance.OTP}), subject=CONTACT)
DOCTOR = Principal(
    "doctor/1",
    Role.DOCTOR,
    frozenset({Assurance.PASSWORD}),
    institution=BANQIAO_CLINIC,
    acts_for=frozenset({BANQIAO_DOCTOR}),
)
NEXT_DOCTOR = replace(DOCTOR, id="doctor/2", institution=DAAN_CLINIC, acts_for=frozenset({DAAN_DOCTOR}))
BUREAU = Principal("bureau/1", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction="新北市")
OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))
PLATFORM = process("offer_next_preference")

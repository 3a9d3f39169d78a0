"""What is known of institutions and doctors decides whether a waiting preference is asked or passed over."""

import pytest

from services.matching.domain.registry import DoctorFacts, InstitutionFacts, reason_to_pass_over
from services.matching.events import PassedOverCause
from tests.controls.family import DAAN_CLINIC, DAAN_DOCTOR, PREFERENCES


class Told:
    """A registry that has been told about one institution and one doctor."""

    def __init__(self, institution, doctor):
        self._institution = institution
        self._doctor = doctor

    def institution(self, _):
        return self._institution

    def doctor(self, _):
        return self._doctor


def clinic(*, takes_part=True):
    return InstitutionFacts(DAAN_CLINIC, "大安診所", "臺北市", "大安區", takes_part=takes_part)


def doctor(*, institution=DAAN_CLINIC, active=True, training_done=True):
    return DoctorFacts(DAAN_DOCTOR, "林", institution, active=active, training_done=training_done)


@pytest.mark.parametrize(
    ("institution", "physician", "cause"),
    [
        pytest.param(clinic(), doctor(), None, id="both take part"),
        pytest.param(None, doctor(), PassedOverCause.INSTITUTION_LEFT, id="institution unknown"),
        pytest.param(clinic(takes_part=False), doctor(), PassedOverCause.INSTITUTION_LEFT, id="institution left"),
        pytest.param(clinic(), None, PassedOverCause.DOCTOR_LEFT, id="doctor unknown"),
        pytest.param(clinic(), doctor(institution="3501010014"), PassedOverCause.DOCTOR_LEFT, id="doctor moved"),
        pytest.param(clinic(), doctor(active=False), PassedOverCause.DOCTOR_LEFT, id="doctor left"),
        pytest.param(clinic(), doctor(training_done=False), PassedOverCause.DOCTOR_LEFT, id="no credits"),
    ],
)
def test_a_preference_is_asked_while_its_institution_and_doctor_take_part(institution, physician, cause):
    assert reason_to_pass_over(PREFERENCES[1], Told(institution, physician)) == cause

"""The cases and enrolments that published events make, and what a case does not know itself."""

from __future__ import annotations

from services.matching.domain.actions import Facts
from services.matching.domain.case import Case
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.policies import POLICIES
from services.matching.domain.registry import DoctorFacts, InstitutionFacts
from services.matching.events import EnrolmentRecorded
from tests.controls.deciding import Given, replayed_as
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR

POLICY = POLICIES[0]


class EverybodyTakesPart:
    """A registry in which every institution and doctor asked about takes part."""

    def institution(self, code):
        return InstitutionFacts(code, "診所", "新北市", "板橋區", takes_part=True)

    def doctor(self, number):
        return DoctorFacts(number, "醫師", WORKS_AT[number], active=True, training_done=True)


WORKS_AT = {BANQIAO_DOCTOR: BANQIAO_CLINIC, "DR-002222": BANQIAO_CLINIC, DAAN_DOCTOR: DAAN_CLINIC}
FACTS = Facts(POLICY, EverybodyTakesPart())


def replayed(*history):
    """The case or the enrolment that these published events make, in this order."""
    return replayed_as(Enrolment if isinstance(history[0], EnrolmentRecorded) else Case, *history)


def given(*history):
    """A case or an enrolment with a history."""
    return Given(replayed(*history))

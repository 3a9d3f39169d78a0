"""A register and diaries in which tests say what is so."""

from dataclasses import dataclass, field
from datetime import date

from services.support.domain.register import InstitutionFacts, Names, PractitionerFacts
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.registry import PRACTITIONER
from tests.controls.support import DAAN, STATION

BANQIAO = InstitutionFacts(BANQIAO_CLINIC, "板橋安康小兒科診所", "新北市", None, None)
DAAN_FACTS = InstitutionFacts(DAAN_CLINIC, DAAN.name, DAAN.county, None, None)
DOCTOR = PractitionerFacts(
    BANQIAO_DOCTOR,
    "陳安",
    "A",
    BANQIAO_CLINIC,
    PRACTITIONER,
    licensed=True,
    licence_until=date(2026, 6, 30),
    pause=None,
)
COLLEAGUE = PractitionerFacts(
    "DR-001235", "林康", "A", BANQIAO_CLINIC, PRACTITIONER, licensed=True, licence_until=None, pause=None
)
DAAN_FACTS_DOCTOR = PractitionerFacts(
    DAAN_DOCTOR, "王仁", "A", DAAN_CLINIC, PRACTITIONER, licensed=True, licence_until=None, pause=None
)


@dataclass
class ToldRegister:
    """What it is told; nobody else is known."""

    practitioners: dict = field(
        default_factory=lambda: {known.number: known for known in (DOCTOR, COLLEAGUE, DAAN_FACTS_DOCTOR)}
    )
    institutions: dict = field(default_factory=lambda: {known.code: known for known in (BANQIAO, DAAN_FACTS)})
    places: dict = field(default_factory=lambda: {(STATION.code, STATION.name): STATION})
    strengths: dict = field(default_factory=dict)

    def practitioner(self, number):
        return self.practitioners.get(number)

    def institution(self, code):
        return self.institutions.get(code)

    def place(self, code, name):
        return self.places.get((code, name))

    def peers(self, institution, profession):
        return frozenset(
            known.number
            for known in self.practitioners.values()
            if (known.institution, known.profession, known.pause) == (institution, profession, None)
        )

    def strength(self, institution):
        return self.strengths.get(institution)

    def names(self, institutions, practitioners):
        return Names(
            {code: self.institutions[code].name for code in institutions if code in self.institutions},
            {number: self.practitioners[number].name for number in practitioners if number in self.practitioners},
        )


@dataclass
class ToldDiaries:
    """The stays that it is told, each at its place by somebody of an institution."""

    stays: list = field(default_factory=list)
    homes: dict = field(default_factory=lambda: {BANQIAO_DOCTOR: BANQIAO_CLINIC, COLLEAGUE.number: BANQIAO_CLINIC})

    def of_practitioners(self, numbers, span):
        return [stay for stay in self._within(span) if stay.practitioner in numbers]

    def at_place(self, place, span):
        return [stay for stay in self._within(span) if stay.place == place]

    def away_from(self, institution, span):
        return [stay for stay in self._within(span) if self.homes.get(stay.practitioner) == institution]

    def _within(self, span):
        return [
            stay for stay in self.stays if stay.span.starts_at < span.ends_at and span.starts_at < stay.span.ends_at
        ]

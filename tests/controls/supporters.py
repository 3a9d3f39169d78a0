"""Whoever has to do with supports, each proved as usual, and a register and diaries that tests tell what is so."""

from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from services.support.commands import AmendmentEntry, LineEntry, PlaceEntry, ScheduleEntry, ScheduleKind, TermsEntry
from services.support.domain.register import InstitutionFacts, Names, PractitionerFacts
from services.support.domain.register_delivery import Signature, SignedFile
from services.support.domain.register_file import ControlTotals
from services.support.events import Purpose
from shared.principal import Assurance, Principal, Role, process
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR
from tests.controls.registry import PRACTITIONER as PERSON
from tests.controls.support import DAAN, STATION

# People --------------------------------------------------------------------------------------------------------------

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


# What is known -------------------------------------------------------------------------------------------------------

BANQIAO = InstitutionFacts(BANQIAO_CLINIC, "板橋安康小兒科診所", "新北市", None, None)
DAAN_FACTS = InstitutionFacts(DAAN_CLINIC, DAAN.name, DAAN.county, None, None)
DOCTOR = PractitionerFacts(
    BANQIAO_DOCTOR,
    "陳安",
    "A",
    BANQIAO_CLINIC,
    PERSON,
    licensed=True,
    licence_until=date(2026, 6, 30),
    pause=None,
)
COLLEAGUE = PractitionerFacts(
    "DR-001235", "林康", "A", BANQIAO_CLINIC, PERSON, licensed=True, licence_until=None, pause=None
)
DAAN_FACTS_DOCTOR = PractitionerFacts(
    DAAN_DOCTOR, "王仁", "A", DAAN_CLINIC, PERSON, licensed=True, licence_until=None, pause=None
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

    @classmethod
    def with_subject(cls, subject):
        """As it is, with everybody known to a vault as this one person."""
        return cls({known.number: replace(known, subject=subject) for known in (DOCTOR, COLLEAGUE, DAAN_FACTS_DOCTOR)})

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

    def staff(self, institution):
        return frozenset(known.number for known in self.practitioners.values() if known.institution == institution)

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


@dataclass
class ToldRegistrar:
    """Makes files that nobody could read, out of a log that ends where it is told."""

    position: int = 0
    files: list = field(default_factory=list)
    key_id: str = "0123456789abcdef"

    def head(self):
        return self.position

    def last(self):
        return self.files[-1] if self.files else None

    def made(self, day, stretch, former_key):
        digest = sha256(f"{day} {stretch} {former_key}".encode()).hexdigest()
        return SignedFile(ControlTotals(1, 0, 0), digest, Signature(self.key_id, "ab" * 64))


# What is entered -----------------------------------------------------------------------------------------------------

TUESDAYS = ScheduleEntry(
    ScheduleKind.RECURRING, "1800", "2100", date(2025, 3, 4), date(2025, 5, 27), "FREQ=WEEKLY;BYDAY=TU"
)
"""13 evenings."""
DAAN_EVENINGS = ScheduleEntry(ScheduleKind.PICKED, "18:00", "21:00", days=(date(2025, 3, 4), date(2025, 3, 6)))
SATURDAY = ScheduleEntry(ScheduleKind.CONTINUOUS, "0900", "1200", date(2025, 3, 8), date(2025, 3, 8))


def terms(schedule=TUESDAYS, purposes=(Purpose.GENERAL,), remarks="夜診支援"):
    """支援目的, 支援時間, 備註 as they are typed."""
    return TermsEntry(purposes, schedule, remarks)


def line(place=DAAN_CLINIC, who=BANQIAO_DOCTOR, *, name="", department="01", line_id=None, **changes):
    """報備支援明細 as it is typed."""
    return LineEntry(who, PlaceEntry(place, name), terms(**changes), department, line_id)


def amendment(support_id, **changes):
    """變更後資料 as it is typed."""
    return AmendmentEntry(support_id, terms(**changes))

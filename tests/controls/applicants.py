"""Made-up families, clinics and bureaus: identifiers that pass their checksums and belong to nobody."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from services.matching import commands
from services.matching.commands import AddressEntry, ChildEntry, ContactEntry, MotherEntry, PreferenceEntry
from services.matching.domain.registry import DoctorFacts, InstitutionFacts
from services.matching.events import ClosureReason, IdentifierKind, Relation, Sex
from shared.principal import Assurance, Principal, Role
from shared.refusals import Refusal
from shared.taiwan.identifiers import parse_national_id

BANQIAO, DAAN, ZHONGHE = "3531012346", "3501180055", "3531040091"
DOCTORS = {BANQIAO: "DR-001234", DAAN: "DR-005678", ZHONGHE: "DR-009012"}
COUNTIES = {BANQIAO: ("新北市", "板橋區"), DAAN: ("臺北市", "大安區"), ZHONGHE: ("新北市", "中和區")}
HOME = AddressEntry("新北市", "板橋區", "中山路一段161號")
CLOSED = date(2025, 3, 10)
"""Until when a family was enrolled, unless told otherwise."""


def taipei(month, day, hour=10, minute=0):
    """A moment of 2025 by Taiwan's clock, in UTC."""
    return datetime.fromisoformat(f"2025-{month:02}-{day:02}T{hour:02}:{minute:02}:00+08:00").astimezone(UTC)


def national_id(number, letter="F"):
    """A national ID of a woman, its last digit computed."""
    for check in range(10):
        candidate = f"{letter}2{number:07d}{check}"
        try:
            return parse_national_id(candidate).number
        except Refusal:
            continue
    raise AssertionError(number)


@dataclass
class ChangingRegistry:
    """A registry in which clinics and doctors can leave."""

    institutions: dict = field(
        default_factory=lambda: {
            code: InstitutionFacts(code, f"診所{code}", *place, takes_part=True) for code, place in COUNTIES.items()
        }
    )
    doctors: dict = field(
        default_factory=lambda: {
            number: DoctorFacts(number, "醫師", code, active=True, training_done=True)
            for code, number in DOCTORS.items()
        }
    )

    def institution(self, code):
        return self.institutions.get(code)

    def doctor(self, number):
        return self.doctors.get(number)

    def leaves(self, code):
        self.institutions[code] = replace(self.institutions[code], takes_part=False)

    def moves(self, number, code):
        self.doctors[number] = replace(self.doctors[number], institution=code)


@dataclass(frozen=True)
class FamilyOf:
    """The `number`th family: a mother, a phone, a child."""

    number: int

    @property
    def contact(self):
        return ContactEntry(Relation.MOTHER, f"媽媽{self.number}", f"09{self.number:08d}", "mother@example.tw")

    @property
    def mother(self):
        return MotherEntry(IdentifierKind.NATIONAL_ID, national_id(self.number))

    @property
    def child(self):
        return ChildEntry(
            HOME,
            birth_date=date(2025, 1, 20),
            name=f"寶寶{self.number}",
            sex=Sex.FEMALE,
            identifier=national_id(self.number, "A"),
        )

    @property
    def expected(self):
        return ChildEntry(HOME, due_date=date(2025, 4, 2))

    def application(self, *institutions, **changes):
        """Its application, by default for three clinics."""
        wishes = tuple(PreferenceEntry(code, DOCTORS[code]) for code in institutions or DOCTORS)
        entered = {"contact": self.contact, "mother": self.mother, "child": self.child, "preferences": wishes}
        return commands.SubmitApplication(**(entered | changes))

    def row(self, institution=BANQIAO, **changes):
        """Its row in the register."""
        entered = {
            "institution": institution,
            "doctor": DOCTORS[institution],
            "enrolled_on": date(2025, 2, 26),
            "mother": self.mother,
            "child": self.child,
            "contact": self.contact,
        }
        return commands.RecordEnrolment(**(entered | changes))

    def closure(self, **changes):
        """Its row in the register of closures, by the child's number."""
        entered = {
            "institution": BANQIAO,
            "closed_on": CLOSED,
            "reason": ClosureReason.CHANGE_OF_DOCTOR,
            "child_identifier": self.child.identifier,
        }
        return commands.CloseEnrolment(**(entered | changes))


def doctor_at(institution):
    """The doctor of a clinic, signed in with a password."""
    return Principal(
        f"doctor/{institution}",
        Role.DOCTOR,
        frozenset({Assurance.PASSWORD}),
        institution=institution,
        acts_for=frozenset({DOCTORS[institution]}),
    )


def bureau_of(county):
    """An officer of a county's bureau, signed in with a password."""
    return Principal(f"bureau/{county}", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction=county)


OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))

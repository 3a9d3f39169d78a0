"""What may be asked of the registry, in the words in which it is entered.

Codes, coordinates (degrees) and times (0900 or 09:00) are text as typed; the application checks them and answers with
every fault at once. Dates and closed choices are typed at the edge. None means: leave what is known as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.identity.events import InstitutionKind, Programme, RegistryFile, Session, StandingReason

# What is entered --------------------------------------------------------------------------------------------------


class Standing(StrEnum):
    """開業狀態 as a register states it."""

    OPEN = "open"
    """開業"""
    SUSPENDED = "suspended"
    """停業"""
    CLOSED = "closed"
    """歇業"""


@dataclass(frozen=True)
class HoursEntry:
    """One session of a weekday, 1 Monday to 7 Sunday."""

    weekday: int
    session: Session
    opens: str
    closes: str


@dataclass(frozen=True)
class HolidayEntry:
    """One session of a day of a long holiday; a day with an empty `opens` is closed."""

    day: date
    session: Session
    opens: str = ""
    closes: str = ""


@dataclass(frozen=True)
class StandingEntry:
    """Open, suspended or closed, since when, and of a suspension until when where that is planned."""

    standing: Standing
    since: date | None = None
    until: date | None = None
    reason: StandingReason = StandingReason.OTHER


@dataclass(frozen=True)
class ParticipationEntry:
    """Taking part in a programme from `since` to `until`, the last day where one is set."""

    programme: Programme
    since: date
    until: date | None = None


@dataclass(frozen=True)
class LicenceEntry:
    """執業執照."""

    number: str
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True)
class TrainingEntry:
    """Credits earned in one course for a programme."""

    programme: Programme
    course: str
    credits: int
    earned_on: date


# Institutions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordInstitution:
    """An institution as the register has it: registered where it is new, changed where it says something else."""

    institution: str
    name: str
    kind: InstitutionKind
    county: str
    district: str = ""
    street: str = ""
    phone: str = ""
    latitude: str = ""
    longitude: str = ""
    departments: tuple[str, ...] = ()
    hours: tuple[HoursEntry, ...] | None = None
    holiday_hours: tuple[HolidayEntry, ...] | None = None
    standing: StandingEntry | None = None
    programmes: tuple[ParticipationEntry, ...] = ()


@dataclass(frozen=True)
class ChangeServiceHours:
    """服務時段, 長假期時段 and phone, which an institution keeps itself."""

    institution: str
    phone: str | None = None
    hours: tuple[HoursEntry, ...] | None = None
    holiday_hours: tuple[HolidayEntry, ...] | None = None


@dataclass(frozen=True)
class SuspendInstitution:
    """停業 from `since`, which may lie ahead."""

    institution: str
    since: date
    reason: StandingReason
    until: date | None = None


@dataclass(frozen=True)
class ResumeInstitution:
    """復業 from `since`; it also calls off a suspension or a closure that lies ahead or was a mistake."""

    institution: str
    since: date


@dataclass(frozen=True)
class CloseInstitution:
    """歇業 from `since`, which may lie ahead."""

    institution: str
    since: date
    reason: StandingReason


@dataclass(frozen=True)
class JoinProgramme:
    """An institution joins a programme, or its days of taking part are set anew."""

    institution: str
    programme: Programme
    since: date
    until: date | None = None


@dataclass(frozen=True)
class LeaveProgramme:
    """An institution leaves a programme; `until` is its last day, which may lie ahead."""

    institution: str
    programme: Programme
    until: date
    reason: StandingReason = StandingReason.OTHER


# Practitioners ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordPractitioner:
    """A practitioner as the register has them; an empty `identifier` or `mobile` leaves the known one.

    Another practice place than the known one is a move on `since`, or today.
    """

    practitioner: str
    name: str
    profession: str
    identifier: str = ""
    institution: str = ""
    since: date | None = None
    licence: LicenceEntry | None = None
    training: TrainingEntry | None = None
    programmes: tuple[ParticipationEntry, ...] = ()
    mobile: str = field(default="", repr=False)


@dataclass(frozen=True)
class MovePractitioner:
    """異動執登場所; an empty `institution` means that the person practises nowhere now."""

    practitioner: str
    institution: str
    since: date


@dataclass(frozen=True)
class SuspendPractitioner:
    """停業 of a person from `since`, which may lie ahead."""

    practitioner: str
    since: date
    reason: StandingReason
    until: date | None = None


@dataclass(frozen=True)
class ResumePractitioner:
    """復業 of a person, or a suspension called off."""

    practitioner: str
    since: date


@dataclass(frozen=True)
class RecordLicence:
    """執業執照 issued or renewed."""

    practitioner: str
    licence: LicenceEntry


@dataclass(frozen=True)
class CreditTraining:
    """教育訓練學分 earned; the same course on the same day counts once."""

    practitioner: str
    training: TrainingEntry


@dataclass(frozen=True)
class AdmitPractitioner:
    """A practitioner takes part in a programme, or the days of taking part are set anew."""

    practitioner: str
    programme: Programme
    since: date
    until: date | None = None


@dataclass(frozen=True)
class DismissPractitioner:
    """A practitioner leaves a programme; `until` is the last day, which may lie ahead."""

    practitioner: str
    programme: Programme
    until: date


# Places and files -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RecordPlace:
    """新增非醫事機構: one for each code and name; entered again it can get another address."""

    code: str
    name: str
    county: str
    district: str = ""
    street: str = ""


@dataclass(frozen=True)
class AddPlace:
    """新增非醫事機構 by whoever applies for support there: one that nobody has entered before (S001)."""

    code: str
    name: str
    county: str
    district: str = ""
    street: str = ""


@dataclass(frozen=True)
class RecordRegistryImport:
    """A file of the registry has been taken in, row by row; `digest` is its SHA-256, in hex."""

    kind: RegistryFile
    digest: str
    rows: int
    taken: int
    unchanged: int
    refused: int


# Caretrail itself -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WarnOfExpiringLicence:
    """Tell that a licence ends soon, unless another holds longer by now."""

    practitioner: str
    licence: str


@dataclass(frozen=True)
class ExpireLicence:
    """Tell that the last day of a licence is over, unless another holds longer by now."""

    practitioner: str
    licence: str

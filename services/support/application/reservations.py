"""What may exist once, by the names under which it is reserved in the transaction that appends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.support.domain.application import Application
from services.support.domain.move_lock import Departure, MoveLock
from services.support.domain.register_delivery import DailyRegister
from services.support.domain.states import ApplicationState
from services.support.domain.support import Support
from shared.calendar import TAIPEI
from shared.store.append import Holdings, Reservation
from shared.taiwan.dates import ROC_OFFSET

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from services.support.domain.application import Applicant
    from shared.events import Aggregate

CASE_NO = "case-no"
BEING_FORGOTTEN = "application-being-forgotten"
REGISTER_DAY = "register-file-of-day"
"""The register file of each Taipei day, by its ISO date."""
_REGISTER_NUMBER = "register-file-number"
_BEFORE_NUMBER = len("yyyMMdd")


def numbered(application: Application) -> Reservation:
    """The case number, for good."""
    return Reservation(CASE_NO, application.case_no, application.id)


def case_numbers(moment: datetime) -> str:
    """The counter of a Taipei day's applications."""
    return f"{CASE_NO}/{moment.astimezone(TAIPEI):%Y-%m-%d}"


def case_no(moment: datetime, number: int) -> str:
    """案件編號: ROC `yyyMMdd` and the number of the case on that Taipei day, in 4 digits or more (S001)."""
    day = moment.astimezone(TAIPEI)
    return f"{day.year - ROC_OFFSET:03d}{day:%m%d}{number:04d}"


def being_forgotten(application: Application, subject: UUID) -> Reservation:
    """Under which subject of the vault what was written in an application is just being forgotten."""
    return Reservation(BEING_FORGOTTEN, str(application.id), subject)


def register_file(file: DailyRegister) -> list[Reservation]:
    """The day and the number of a register file: both for good, so that none is made twice and the chain stays one."""
    return [
        Reservation(REGISTER_DAY, file.day.isoformat(), file.id),
        Reservation(_REGISTER_NUMBER, str(file.number), file.id),
    ]


def workbooks_of(applicant: Applicant) -> str:
    """The scope of the workbooks that an applicant has handed in and whose drafts were not thrown away."""
    return f"workbook/{applicant.institution}/{applicant.practitioner}"


def workbook(application: Application) -> list[Reservation]:
    """What an application holds whose lines came from a workbook, until it is thrown away."""
    if application.batch is None or application.state is ApplicationState.DISCARDED:
        return []
    return [Reservation(workbooks_of(application.applicant), application.batch.digest, application.id)]


def locks_on(practitioner: str) -> str:
    """The scope of the move locks on a practitioner: one for each institution that they have left."""
    return f"move-lock/{practitioner}"


def lock(held: MoveLock) -> Reservation:
    """What a move lock holds until it is released."""
    return Reservation(locks_on(held.practitioner), held.institution, held.id)


def departures(institution: str, practitioner: str) -> str:
    """The scope of the causes for which an institution, or a practitioner, can send nobody; either may be empty."""
    return f"departure/{institution}/{practitioner}"


def departure(noted: Departure) -> Reservation:
    """What a departure holds until it is over."""
    return Reservation(departures(noted.institution, noted.practitioner), noted.cause, noted.id)


def scopes_of_departures(institution: str, practitioner: str) -> list[str]:
    """The scopes of whatever keeps a practitioner from supporting others from an institution."""
    return [departures(institution, ""), departures("", practitioner), departures(institution, practitioner)]


def supports_from(practitioner: str, institution: str) -> str:
    """The scope of the supports of a practitioner from a home institution, over or not, that nobody has cancelled."""
    return f"support/{practitioner}/{institution}"


def support(granted: Support) -> Reservation:
    """What a support holds until it is cancelled."""
    held = granted.held
    return Reservation(supports_from(held.practitioner, held.institution), str(granted.id), granted.id)


def cancelled(supports: Iterable[Support]) -> list[Reservation]:
    """What those of these supports give back that are cancelled."""
    return [support(one) for one in supports if one.is_cancelled]


def holdings(aggregate: Aggregate, begun: datetime) -> Holdings:
    """What an aggregate holds as it stands, begun at that moment."""
    match aggregate:
        case Application():
            number = int(aggregate.case_no[_BEFORE_NUMBER:])
            return Holdings([numbered(aggregate), *workbook(aggregate)], [(case_numbers(begun), number)])
        case Support():
            return Holdings([] if aggregate.is_cancelled else [support(aggregate)])
        case MoveLock():
            return Holdings([] if aggregate.is_released else [lock(aggregate)])
        case Departure():
            return Holdings([] if aggregate.is_over else [departure(aggregate)])
        case DailyRegister():
            return Holdings(register_file(aggregate))
    return Holdings()


def scopes_of_locks(practitioners: Iterable[str]) -> list[str]:
    """The scopes of the move locks on any of these."""
    return [locks_on(practitioner) for practitioner in sorted(practitioners)]

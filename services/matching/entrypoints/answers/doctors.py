"""What a family is told of a doctor before naming one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Self

import msgspec

from services.matching.domain.waiting import LEAST_CASES, WINDOW_DAYS, median_working_days
from shared.rpc.wire import Told

if TYPE_CHECKING:
    from services.matching.read_models.doctor_demand import Wait
    from services.matching.read_models.doctor_search import DoctorFound
    from services.matching.read_models.stated_places import Stated
    from shared.calendar import WorkingCalendar


class WaitingTime(msgspec.Struct, frozen=True):
    """等候: how many families wait for this doctor's answer now, and how long answers took since `since`.

    `median_working_days` is the median from the offer to the answer, over `answers` of them; None where they are fewer
    than `least_answers`. `unanswered` offers ran out meanwhile, and are in no median.
    """

    families_now: int
    median_working_days: Decimal | None
    answers: int
    unanswered: int
    since: date
    least_answers: int = LEAST_CASES

    @classmethod
    def of(cls, wait: Wait, today: date, calendar: WorkingCalendar) -> Self:
        """As of that Taipei day."""
        return cls(
            families_now=wait.waiting,
            median_working_days=median_working_days(wait.answers, calendar),
            answers=sum(span.cases for span in wait.answers),
            unanswered=wait.unanswered,
            since=today - timedelta(days=WINDOW_DAYS),
        )


class PlacesLeft(msgspec.Struct, frozen=True):
    """餘額, as the clinic stated it at `stated_at`; nothing counts it down since, and 0 keeps nobody from asking."""

    places: int
    stated_at: datetime


class DoctorListed(msgspec.Struct, frozen=True):
    """A doctor at an institution. `metres` is how far away, where a place was asked for.

    `objection` says why nobody can name this doctor today, None where everybody can. `places` is None where the clinic
    has not stated any.
    """

    institution: str
    institution_name: str
    county: str
    district: str
    street: str
    phone: str
    metres: int | None
    doctor: str
    doctor_name: str
    objection: Told | None
    waiting: WaitingTime
    places: PlacesLeft | None

    @classmethod
    def of(cls, found: DoctorFound, waiting: WaitingTime, stated: Stated | None, metres: int | None) -> Self:
        """A doctor found, with what families want to know beside."""
        return cls(
            institution=found.institution,
            institution_name=found.institution_name,
            county=found.county,
            district=found.district,
            street=found.street,
            phone=found.phone,
            metres=metres,
            doctor=found.doctor,
            doctor_name=found.doctor_name,
            objection=Told.of(found.objection) if found.objection else None,
            waiting=waiting,
            places=PlacesLeft(stated.places, stated.stated_at) if stated else None,
        )

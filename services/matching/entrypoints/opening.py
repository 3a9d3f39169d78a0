"""Rows of the read models as answers: what is sealed opened, institutions and doctors by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from services.matching.domain.statuses import LIVE
from services.matching.entrypoints.answers.bureaus import BureauCaseListed
from services.matching.entrypoints.answers.clinics import EnrolmentListed, OfferListed
from services.matching.entrypoints.answers.families import (
    ChoiceListed,
    FamilyCaseListed,
    StepAheadListed,
    StepListed,
)
from services.matching.read_models.ahead import ahead_of
from shared.calendar import taipei_day
from shared.rpc.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    import msgspec

    from services.matching.application import Desk
    from services.matching.domain.registry import Names
    from services.matching.read_models.bureau_board import BoardCase
    from services.matching.read_models.clinic_worklist import ClinicOffer
    from services.matching.read_models.enrolments import Enrolled
    from services.matching.read_models.family_cases import FamilyCase


def offers_listed(desk: Desk, offers: Sequence[ClinicOffer], now: datetime) -> tuple[OfferListed, ...]:
    """A clinic's own offers."""
    names = _names(desk, offers)
    rows = zip(offers, opened(offers, desk.vault), strict=True)
    return tuple(OfferListed(**_named(row, names), days_waiting=offer.days_waiting(now)) for offer, row in rows)


def enrolments_listed(desk: Desk, enrolments: Sequence[Enrolled]) -> tuple[EnrolmentListed, ...]:
    """A clinic's own enrolments."""
    names = _names(desk, enrolments)
    return tuple(EnrolmentListed(**_named(row, names)) for row in opened(enrolments, desk.vault))


def family_cases_listed(desk: Desk, cases: Sequence[FamilyCase], now: datetime) -> tuple[FamilyCaseListed, ...]:
    """Cases and enrolments of one family, whole."""
    parts = [part for case in cases for part in (case, *case.choices, *case.timeline)]
    names = _names(desk, parts, [case.former_institution for case in cases], [case.former_doctor for case in cases])
    rows = zip(cases, opened(cases, desk.vault), strict=True)
    return tuple(_family_case(desk, case, row, names, now) for case, row in rows)


def bureau_cases_listed(desk: Desk, cases: Sequence[BoardCase], now: datetime) -> tuple[BureauCaseListed, ...]:
    """Cases in a bureau's lists."""
    elsewhere = [code for case in cases for code in (case.former_institution, case.expected_institution)]
    names = _names(desk, cases, elsewhere)
    rows = zip(cases, opened(cases, desk.vault), strict=True)
    return tuple(_bureau_case(case, row, names, now) for case, row in rows)


def _family_case(desk: Desk, case: FamilyCase, row: dict[str, Any], names: Names, now: datetime) -> FamilyCaseListed:
    since = case.waiting_since
    waited = desk.calendar.working_days_between(taipei_day(since), taipei_day(now)) if since else None
    told = _named(row, names) | {
        "former_institution_name": names.institution(case.former_institution),
        "former_doctor_name": names.doctor(case.former_doctor),
        "working_days_waiting": waited,
        "is_live": case.match in LIVE,
        "by_itself": case.by_itself,
        "choices": tuple(ChoiceListed(**_named(asdict(choice), names)) for choice in case.choices),
        "timeline": tuple(StepListed(**_named(asdict(step), names)) for step in case.timeline),
        "ahead": tuple(StepAheadListed(**_named(asdict(step), names)) for step in ahead_of(case)),
    }
    return FamilyCaseListed(**told)


def _bureau_case(case: BoardCase, row: dict[str, Any], names: Names, now: datetime) -> BureauCaseListed:
    child, contact = row["child"], row["contact"]
    told = _named(row, names) | {
        "child_name": child.name if child else None,
        "contact_name": contact.name if contact else None,
        "former_institution_name": names.institution(case.former_institution),
        "expected_institution_name": names.institution(case.expected_institution),
        "owner": case.owner,
        "days_lying": (taipei_day(now) - taipei_day(case.lies_since)).days,
        "is_overdue": case.due_by is not None and case.due_by < now,
    }
    return BureauCaseListed(**{name: told[name] for name in BureauCaseListed.__struct_fields__})


def _named(row: dict[str, Any], names: Names) -> dict[str, Any]:
    """The row with the names of the institution and the doctor that it is about."""
    return row | {
        "institution_name": names.institution(row["institution"]),
        "doctor_name": names.doctor(row["doctor"]),
    }


def _names(
    desk: Desk, rows: Iterable[msgspec.Struct], institutions: Iterable[str] = (), doctors: Iterable[str] = ()
) -> Names:
    """What the institutions and doctors of these rows, and those beside, are called."""
    places = [(row.institution, row.doctor) for row in rows]  # type: ignore[attr-defined]  # each is about a doctor
    codes = {code for code, _ in places}.union(institutions) - {""}
    return desk.registry.names(codes, {number for _, number in places}.union(doctors) - {""})

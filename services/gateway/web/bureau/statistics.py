"""統計: how long families wait, how the months compare, why clinics decline, and what the figures rest on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.rendering import show, t, today, value
from services.gateway.web.sheets import sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

MONTHS = 12


class Month(msgspec.Struct, frozen=True):
    """One month, from its first day; the median counts working days until a consent, None where they are too few."""

    month: date
    submitted: int
    changes: int
    matched: int
    median_working_days: Decimal | None
    declined: int
    declines: dict[str, int]


class Institution(msgspec.Struct, frozen=True):
    """One institution; `days_to_answer` is its median from an offer to the answer, None where there was none."""

    institution: str
    institution_name: str
    asked: int
    accepted: int
    declined: int
    expired: int
    lapsed: int
    enrolments: int
    closed: int
    days_to_answer: Decimal | None


class County(msgspec.Struct, frozen=True):
    """The county's children and cases; those withdrawn and unmatched are in no median."""

    children: int
    cases: int
    live: int
    matched: int
    unmatched: int
    withdrawn: int
    elsewhere: int
    enrolments: int
    on_paper: int
    closed: int


class Basis(NamedTuple):
    """Up to which event everything is counted, and when the counted rows changed last."""

    position: int
    counted_at: datetime


def _figures(method: str, kind: type[Any], asked: object = None) -> tuple[list[Any], Basis]:
    found = caller().ask(method, asked)
    basis = Basis(found["position"], datetime.fromisoformat(found["counted_at"]))
    return msgspec.convert(found["entries"], list[kind], strict=False), basis  # type: ignore[valid-type]  # given as it is


def _months() -> tuple[list[Month], Basis]:
    return _figures("matching.statistics_by_month", Month, {"months": MONTHS})


def _institutions() -> tuple[list[Institution], Basis]:
    return _figures("matching.statistics_by_institution", Institution)


@BUREAU.page("/bureau/statistics", BUREAUS)
def statistics() -> ResponseReturnValue:
    """The finding, the charts, the same as tables, and who was counted."""
    months, basis = _months()
    institutions, _ = _institutions()
    counties, _ = _figures("matching.statistics_by_county", County)
    return show(
        "bureau/statistics.html",
        months=months,
        latest=newest_told(months, today()),
        institutions=institutions,
        county=next(iter(counties), None),
        reasons=reasons_of(months),
        basis=basis,
    )


def newest_told(months: Sequence[Month], today: date) -> Month | None:
    """The newest full month of which a median can be told; None where there is none."""
    full = [one for one in months if one.month < today.replace(day=1) and one.median_working_days is not None]
    return full[-1] if full else None


def reasons_of(months: Sequence[Month]) -> list[tuple[str, int]]:
    """未能同意收案原因 over all of these months, the most frequent first."""
    counts: dict[str, int] = {}
    for month in months:
        for reason, cases in month.declines.items():
            counts[reason] = counts.get(reason, 0) + cases
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


@BUREAU.page("/bureau/statistics/months.csv", BUREAUS)
def months_file() -> ResponseReturnValue:
    """The months as a file, a column for each reason."""
    months, basis = _months()
    return sheet(f"caretrail-months-{today():%Y%m%d}.csv", _month_rows(months, basis))


def _month_rows(months: Sequence[Month], basis: Basis) -> Iterator[tuple[object, ...]]:
    reasons = [reason for reason, _ in reasons_of(months)]
    names = ("month", "submitted", "changes", "matched", "median", "declined")
    yield (*(t(f"bureau.statistics.{name}") for name in names), *(value(one) for one in reasons))
    for one in months:
        counts = (one.submitted, one.changes, one.matched, one.median_working_days, one.declined)
        yield (f"{one.month:%Y-%m}", *counts, *(one.declines.get(reason, 0) for reason in reasons))
    yield _basis_row(basis)


@BUREAU.page("/bureau/statistics/institutions.csv", BUREAUS)
def institutions_file() -> ResponseReturnValue:
    """The institutions as a file."""
    institutions, basis = _institutions()
    return sheet(f"caretrail-institutions-{today():%Y%m%d}.csv", _institution_rows(institutions, basis))


def _institution_rows(institutions: Sequence[Institution], basis: Basis) -> Iterator[tuple[object, ...]]:
    names = ("code", "clinic", "asked", "accepted", "declined", "expired", "lapsed", "enrolments", "closed", "answer")
    yield tuple(t(f"bureau.statistics.{name}") for name in names)
    for one in institutions:
        yield msgspec.structs.astuple(one)
    yield _basis_row(basis)


def _basis_row(basis: Basis) -> tuple[object, ...]:
    """The last line of a file: what its figures rest on."""
    return (t("bureau.statistics.basis"), f"#{basis.position}", basis.counted_at.isoformat(timespec="seconds"))

"""A figure is a speed beside a reference taken in the same run; their ratio is what holds on every machine.

Where people wait there is a limit as well, in the time that they wait.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RUNS = 5


@dataclass(frozen=True)
class Figure:
    """One line of the table. `least` is the ratio that is promised; None where a speed is only shown."""

    name: str
    measured: float
    reference: float
    ratio: float
    least: float | None = None
    unit: str = "events/s"
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the promise, if there is one, is kept."""
        return self.least is None or self.ratio >= self.least


@dataclass(frozen=True)
class Limit:
    """One line of the table that is promised as it is: `most` or `least` of what is `measured`, or only shown."""

    name: str
    measured: float
    most: float | None = None
    unit: str = "ms"
    note: str = ""
    least: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the promise, if there is one, is kept."""
        return (self.most is None or self.measured <= self.most) and (self.least is None or self.measured >= self.least)


def compare(
    name: str,
    measured: Callable[[], float],
    reference: Callable[[], float],
    *,
    least: float | None = None,
    unit: str = "events/s",
    note: str = "",
    runs: int = RUNS,
) -> Figure:
    """Run both by turns, so that a machine that slows down slows both, and take the median of the ratios of each pair.

    Both callables do the work once and return its speed in `unit`.
    """
    pairs = [(measured(), reference()) for _ in range(runs)]
    return Figure(
        name,
        measured=median(speed for speed, _ in pairs),
        reference=median(speed for _, speed in pairs),
        ratio=median(speed / against for speed, against in pairs),
        least=least,
        unit=unit,
        note=note,
    )


def table(figures: Iterable[Figure | Limit]) -> Table:
    """The figures for people."""
    lines = Table("figure", "unit", title="Ratios against references of the same run, medians", title_justify="left")
    for heading in ("measured", "reference", "ratio", "at least", "at most"):
        lines.add_column(heading, justify="right")
    lines.add_column("note")
    for figure in figures:
        lines.add_row(figure.name, figure.unit, *_cells(figure), figure.note)
    return lines


def _cells(figure: Figure | Limit) -> tuple[str, ...]:
    measured = _readable(figure.measured)
    if isinstance(figure, Limit):
        bounds = ("" if bound is None else _readable(bound) for bound in (figure.least, figure.most))
        return (measured if figure.is_met else f"[bold red]{measured} missed[/]", "", "", *bounds)
    ratio = f"{figure.ratio:.2f}" if figure.is_met else f"[bold red]{figure.ratio:.2f} missed[/]"
    return (measured, _readable(figure.reference), ratio, "" if figure.least is None else f"{figure.least:.2f}", "")


def as_json(figures: Iterable[Figure | Limit]) -> str:
    """The figures for programs, on one line."""
    lines = [asdict(figure) | {"is_met": figure.is_met} for figure in figures]
    return json.dumps({"figures": lines, "all_met": all(line["is_met"] for line in lines)})


def _readable(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 100 else f"{speed:.2f}"

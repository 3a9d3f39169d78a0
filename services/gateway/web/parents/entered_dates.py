"""Dates as families type them, 民國 or 西元 in three fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.refusals import FieldMissing
from shared.taiwan.dates import ROC_OFFSET, parse_date
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

PARTS = ("era", "year", "month", "day")
ROC, WESTERN = "roc", "western"

_LEAST_WESTERN_DIGITS = 4


def parts_of(name: str) -> tuple[str, ...]:
    """The fields in which the date of this name arrives."""
    return tuple(f"{name}-{part}" for part in PARTS)


@dataclass(frozen=True)
class EnteredDate:
    """A date as it stands in its fields; `era` is the one that was chosen, which the year may contradict."""

    era: str = ""
    year: str = ""
    month: str = ""
    day: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str], name: str) -> Self:
        """The date of this name among the fields of a form."""
        return cls(*(fields.get(part, "") for part in parts_of(name)))

    @property
    def is_empty(self) -> bool:
        """Whether none of the three was filled in."""
        return not any(map(folded, (self.year, self.month, self.day)))

    @property
    def is_of_other_era(self) -> bool:
        """Whether the year cannot be of the chosen era: nobody means the year 2025 of the Republic, or 114 AD."""
        is_western = len(self._year) >= _LEAST_WESTERN_DIGITS
        return self.era in {ROC, WESTERN} and is_western != (self.era == WESTERN)

    def parsed(self, name: str) -> date:
        """The day that is meant; the year tells its era. Raises as `parse_date`, and FieldMissing."""
        if self.is_empty:
            raise FieldMissing(name)
        return parse_date(f"{self._year}/{folded(self.month)}/{folded(self.day)}", field=name)

    @property
    def _year(self) -> str:
        return folded(self.year).lstrip("0")


def fields_of(day: date, name: str, era: str) -> dict[str, str]:
    """The fields in which this day stands when a form is filled in for somebody."""
    year = day.year - ROC_OFFSET if era == ROC else day.year
    return dict(zip(parts_of(name), (era, str(year), str(day.month), str(day.day)), strict=True))

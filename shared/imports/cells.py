"""One row of a file, read cell by cell into days, closed choices and text, with every fault of it kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from shared.refusals import ChoiceUnknown, FieldMissing, InvalidForm, Refusal
from shared.taiwan.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    Choice = TypeVar("Choice", bound=StrEnum)
    Value = TypeVar("Value")


class Cells:
    """Reads one row and keeps the objections, so that a row tells all its faults at once.

    Where a needed cell is at fault something stands in for it until `refuse_faults` refuses the row.
    """

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self._objections: list[Refusal] = []

    def text(self, name: str) -> str:
        """The text of a cell without the blanks around it; empty where the file has no such column."""
        return self._cells.get(name, "").strip()

    def needed(self, name: str) -> str:
        """As `text`, and not empty."""
        text = self.text(name)
        if not text:
            self._objections.append(FieldMissing(name))
        return text

    def day(self, name: str) -> date | None:
        """A ROC or Western date; None for an empty cell."""
        return self.read(name, lambda text: parse_date(text, field=name))

    def needed_day(self, name: str) -> date:
        """As `day`, and not empty."""
        self.needed(name)
        return self.day(name) or date.min

    def choice(self, name: str, words: Mapping[str, Choice]) -> Choice | None:
        """One of these words, or its code; None for an empty cell."""
        return self.read(name, lambda text: choice_of(text, words, name))

    def read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """What `read` makes of a cell; None where it is empty, or refused, which is kept."""
        text = self.text(name)
        if not text:
            return None
        try:
            return read(text)
        except Refusal as refusal:
            self._objections.append(refusal)
            return None

    def refuse_faults(self) -> None:
        """Raise what is wrong with the row, if anything is."""
        if len(self._objections) == 1:
            raise self._objections[0]
        if self._objections:
            raise InvalidForm(self._objections)


def choice_of(text: str, words: Mapping[str, Choice], field: str) -> Choice:
    """What one of these words means, or the code of a value itself; raises ChoiceUnknown."""
    codes: dict[str, Choice] = {str(value): value for value in words.values()}
    found = words.get(text) or codes.get(text.lower())
    if found is None:
        raise ChoiceUnknown(field, choices=tuple(words))
    return found

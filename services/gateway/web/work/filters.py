"""Filters of a work list: read from the address, asked of a context, and shown as badges that take one away."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from shared.refusals import Refusal
from shared.taiwan.dates import parse_date, parse_time, time_colon
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_TEXT_LIMIT = 40


class Kind(StrEnum):
    """How the values of a filter are read."""

    CODES = "codes"
    """Any number of closed choices."""
    NUMBERS = "numbers"
    """Any number of whole numbers out of a few."""
    DAY = "day"
    """One day, of the ROC or Western; the address has it as ISO 8601."""
    TIME = "time"
    """One time of day, `0200` or `02:00`."""
    TEXT = "text"
    """One short text without blanks: a number, a code, a place."""


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list; `name` is the field of the query. `choices` are all the values it can have, if few."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()

    @property
    def is_multiple(self) -> bool:
        """Whether several values can hold at once."""
        return self.kind in {Kind.CODES, Kind.NUMBERS}

    def read(self, text: str) -> str | None:
        """The value as the address has it; None for none, or one that cannot be chosen. Raises `Refusal`."""
        given = folded(text)
        if not given:
            return None
        if self.kind is Kind.DAY:
            return parse_date(given, field=self.name).isoformat()
        if self.kind is Kind.TIME:
            return time_colon(parse_time(given, field=self.name))
        if self.choices:
            return given if given in self.choices else None
        return given if len(given) <= _TEXT_LIMIT else None

    def asked(self, values: Sequence[str]) -> object:
        """The values as the query takes them."""
        if self.kind is Kind.NUMBERS:
            return [int(value) for value in values]
        return list(values) if self.is_multiple else values[0]


@dataclass(frozen=True)
class Fault:
    """What was typed, and why it means nothing."""

    text: str
    refusal: Refusal


@dataclass(frozen=True)
class Held:
    """One value that holds at present; `without` is the query string that lets everything else hold."""

    name: str
    value: str
    without: str

    is_day: bool = False


class Filters:
    """What narrows a list at present, in the order of its filters."""

    def __init__(self, known: Sequence[Filter], values: Mapping[str, Sequence[str]], tab: str = "") -> None:
        self._known = known
        self.tab = tab
        self.values = {one.name: tuple(values[one.name]) for one in known if values.get(one.name)}
        self.faults: dict[str, Fault] = {}
        """What was typed and means nothing, by filter."""

    @classmethod
    def read(cls, known: Sequence[Filter], given: Mapping[str, Sequence[str]], tab: str = "") -> Self:
        """What an address, or a saved filter, asks for; what nobody could have chosen is left out."""
        faults: dict[str, Fault] = {}
        values: dict[str, list[str]] = {}
        for one in known:
            for text in given.get(one.name, ()):
                try:
                    value = one.read(text)
                except Refusal as refusal:
                    faults[one.name] = Fault(text, refusal)
                    continue
                if value is not None and value not in values.setdefault(one.name, []):
                    values[one.name].append(value)
            if not one.is_multiple:
                values[one.name] = values.get(one.name, [])[-1:]
        filters = cls(known, values, tab)
        filters.faults = faults
        return filters

    def __bool__(self) -> bool:
        return bool(self.values)

    def __iter__(self) -> Iterator[Held]:
        days = {one.name for one in self._known if one.kind is Kind.DAY}
        for name, values in self.values.items():
            for value in values:
                yield Held(name, value, self._without(name, value), is_day=name in days)

    def one(self, name: str) -> str:
        """The value of a filter that has one at most; empty where it does not hold."""
        return next(iter(self.values.get(name, ())), "")

    def typed(self, name: str) -> str:
        """What stands in the field of a filter that has one value at most."""
        fault = self.faults.get(name)
        return fault.text if fault else self.one(name)

    def asked(self) -> dict[str, object]:
        """The fields of the query."""
        return {one.name: one.asked(self.values[one.name]) for one in self._known if one.name in self.values}

    def address(self, **more: str) -> str:
        """The query string by which the list opens so, with its question mark; empty where nothing narrows it."""
        return _address(self.tab, self.values, more)

    def cleared(self) -> str:
        """The query string by which the list opens with nothing but its tab."""
        return _address(self.tab, {}, {})

    def on_tab(self, tab: str) -> str:
        """The query string by which another tab opens under the same filters."""
        return _address(tab, self.values, {})

    def _without(self, name: str, value: str) -> str:
        rest = {
            other: tuple(one for one in held if (other, one) != (name, value)) for other, held in self.values.items()
        }
        return _address(self.tab, rest, {})


def _address(tab: str, values: Mapping[str, Sequence[str]], more: Mapping[str, str]) -> str:
    pairs = [("tab", tab)] if tab else []
    pairs += [(name, value) for name, held in values.items() for value in held]
    pairs += [(name, value) for name, value in more.items() if value]
    return f"?{urlencode(pairs)}" if pairs else "?"

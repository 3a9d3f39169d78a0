"""How dates, times, numbers and people are shown (DESIGN §8): by Taipei's clock, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from shared.calendar import TAIPEI, taipei_day
from shared.taiwan.dates import ROC_OFFSET, roc_slashes, weekday
from shared.words import Language

if TYPE_CHECKING:
    from decimal import Decimal

_NOON = 12


def as_moment(given: str | datetime) -> datetime:
    """A moment as a context tells it (ISO 8601), or one that is one already."""
    return datetime.fromisoformat(given) if isinstance(given, str) else given


def as_day(given: str | date) -> date:
    """A day as a context tells it (ISO 8601), or one that is one already; of a moment, its day in Taipei."""
    if isinstance(given, str):
        given = datetime.fromisoformat(given) if "T" in given else date.fromisoformat(given)
    return taipei_day(given) if isinstance(given, datetime) else given


def day(given: str | date, language: Language, today: date) -> str:
    """3 月 13 日（五）, Fri 13 March; with the year where it is not this one."""
    shown = as_day(given)
    if language is Language.ENGLISH:
        year = "" if shown.year == today.year else f" {shown.year}"
        return f"{shown:%a} {shown.day} {shown:%B}{year}"
    year = "" if shown.year == today.year else f"{shown.year} 年 "
    return f"{year}{shown.month} 月 {shown.day} 日（{weekday(shown)[-1]}）"


def moment(given: str | datetime, language: Language, today: date) -> str:
    """3 月 13 日（五）17:00, Fri 13 March, 5pm."""
    shown = as_moment(given).astimezone(TAIPEI)
    return f"{day(shown.date(), language, today)}{_clock(shown, language)}"


def _clock(shown: datetime, language: Language) -> str:
    if language is not Language.ENGLISH:
        return f"{shown:%H:%M}"
    hour = shown.hour % _NOON or _NOON
    minutes = f":{shown:%M}" if shown.minute else ""
    return f", {hour}{minutes}{'am' if shown.hour < _NOON else 'pm'}"


def both_eras(given: str | date, language: Language) -> str:
    """民國 115 年 3 月 13 日（2026 年）; in English 13 March 2026 (ROC 115)."""
    shown = as_day(given)
    roc = shown.year - ROC_OFFSET
    if language is Language.ENGLISH:
        return f"{shown.day} {shown:%B} {shown.year}" + (f" (ROC {roc})" if roc > 0 else "")
    if roc <= 0:
        return f"西元 {shown.year} 年 {shown.month} 月 {shown.day} 日"
    return f"民國 {roc} 年 {shown.month} 月 {shown.day} 日（{shown.year} 年）"


def table_day(given: str | date, language: Language) -> str:
    """115/03/13, 2026-03-13: for columns."""
    shown = as_day(given)
    return shown.isoformat() if language is Language.ENGLISH else roc_slashes(shown)


def number(given: float | Decimal, places: int = 0) -> str:
    """1,284."""
    return f"{given:,.{places}f}"


def last(text: str, kept: int = 3) -> str:
    """The end of an identifier or a phone, by which its owner knows it."""
    return text[-kept:]


def masked_name(name: str) -> str:
    """林○禾: a name outside of the family's own pages; of names in other scripts the first letter of each part."""
    if not name.isascii():
        return name[:1] + "○" * max(len(name) - 2, 1) + name[2:][-1:]
    return " ".join(f"{part[0]}." for part in name.split())

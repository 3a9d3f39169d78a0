"""A message in its words: a template with its blanks filled in, as plain text, and of a mail also as HTML."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

import jinja2

from services.notifier.events import Channel
from services.notifier.messages import catalogue
from services.notifier.messages.templates import Blank, frame, template
from shared.calendar import TAIPEI
from shared.taiwan.dates import roc_digits, weekday
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from services.notifier.messages.templates import MessageTemplate

HIDDEN = "●●●●●●"
"""Stands where a secret was, for everybody but its recipient."""

# What is written here is plain text; the page around it, below, escapes whatever goes into it.
_TEXTS = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)  # noqa: S701 - see above
_PAGES = jinja2.Environment(
    loader=jinja2.PackageLoader("services.notifier", "messages"), undefined=jinja2.StrictUndefined, autoescape=True
)
_PAGE = _PAGES.get_template("mail.html.jinja")


class ParametersRefused(ValueError):
    """The template has other blanks than were filled: `missing` and `unknown` are their names."""

    def __init__(self, name: str, missing: Collection[str], unknown: Collection[str]) -> None:
        super().__init__(f"{name}: missing {sorted(missing)}, unknown {sorted(unknown)}")


@dataclass(frozen=True)
class Letter:
    """What the recipient reads; an SMS has neither subject nor HTML."""

    text: str
    subject: str = ""
    html: str = ""


def letter(name: str, version: int, language: Language, channel: Channel, values: Mapping[str, str]) -> Letter:
    """The message in its words; raises `TemplateUnknown`, `ParametersRefused`."""
    found = template(name, version)
    check_parameters(name, found, values)
    told = {blank: _written(kind, values[blank], language) for blank, kind in found.parameters.items()}
    words, around = found.words(language), frame(found.frame, language)
    if channel == Channel.SMS:
        return Letter(around.sms_prefix + _filled(words.sms, told))
    subject = one_line(around.prefix + _filled(words.subject, told))
    body = [around.greetings[found.audience], *words.paragraphs, *around.footer]
    paragraphs = [text for text in (_filled(paragraph, told) for paragraph in body) if text]
    links = {told[blank] for blank, kind in found.parameters.items() if kind == Blank.LINK}
    page = _PAGE.render(language=language.value, subject=subject, paragraphs=paragraphs, links=links)
    return Letter("\n\n".join(paragraphs) + "\n", subject, page)


def check_parameters(name: str, found: MessageTemplate, values: Mapping[str, str]) -> None:
    """Raise `ParametersRefused` unless exactly the template's blanks are filled."""
    missing, unknown = found.parameters.keys() - values.keys(), values.keys() - found.parameters.keys()
    if missing or unknown:
        raise ParametersRefused(name, missing, unknown)


def without_secrets(name: str, version: int, values: Mapping[str, str]) -> dict[str, str]:
    """What fills the blanks for anybody but the recipient."""
    return dict(values) | dict.fromkeys(template(name, version).secret, HIDDEN)


def one_line(text: str) -> str:
    """The text on one line, without what nobody can see: nothing in it can begin a header, or a line, of its own."""
    visible = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    return " ".join(visible.split())


def _written(kind: Blank, value: str, language: Language) -> str:
    if kind == Blank.WORD:
        return catalogue(language).values[value]
    if kind == Blank.DAY:
        return _day(_taipei(value), language)
    if kind == Blank.MOMENT:
        moment = _taipei(value)
        return f"{_day(moment, language)} {moment:%H:%M}"
    return one_line(value)


def _taipei(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.astimezone(TAIPEI) if moment.tzinfo is not None else moment


def _day(day: date, language: Language) -> str:
    """A day as a letter writes it: 114年2月26日（星期三） or Wed 26 Feb 2025."""
    if language == Language.CHINESE:
        return f"{int(roc_digits(day)[:3])}年{day.month}月{day.day}日（{weekday(day)}）"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


# Not strftime's: its names follow the locale of the machine.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _filled(words: str, told: Mapping[str, str]) -> str:
    return _compiled(words).render(told)


@cache
def _compiled(words: str) -> jinja2.Template:
    return _TEXTS.from_string(words)

"""Pages as people see them: in their language, with the words, filters and components that every template has."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from flask import current_app, g, make_response, render_template, request, session

from services.gateway.web import shown
from services.gateway.web.asking import caller
from services.gateway.web.wording import phrase, phrases
from shared.calendar import taipei_day
from shared.principal import OF_CARDS
from shared.words import Language

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask, Response

    from services.gateway.web.front import Front
    from services.gateway.web.wording import RemoteWords, Said
    from shared.principal import Role

LANGUAGE_COOKIE = "caretrail_language"
MAY_CHOOSE = "may_choose"
"""Where the signed cookie keeps whether this person has other capacities (身分) to go on in."""
_ONE_YEAR = 31_536_000


def show(template: str, status: HTTPStatus = HTTPStatus.OK, **figures: Any) -> Response:
    """A page."""
    return make_response(render_template(template, **figures), status)


def refused(template: str, **figures: Any) -> Response:
    """The page of a form that could not be taken: as it was, with what is wrong."""
    return show(template, HTTPStatus.UNPROCESSABLE_ENTITY, **figures)


def language() -> Language:
    """The reader's language: chosen, or else the browser's, or else the installation's."""
    if "language" not in g:
        chosen = (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
        g.language = next((Language(one) for one in chosen if one in set(Language)), None) or _of_browser()
    found: Language = g.language
    return found


def _of_browser() -> Language:
    front: Front = current_app.extensions["front"]
    accepted = request.accept_languages.best_match(["zh-Hant", "zh-TW", "zh", "en"])
    if accepted is None:
        return front.language
    return Language.ENGLISH if accepted == "en" else Language.CHINESE


def t(key: str, /, **figures: object) -> str:
    """A phrase of the pages in the reader's language."""
    return phrase(key, language(), **figures)


def counted(key: str, count: object, /, **figures: object) -> str:
    """A phrase about so many of something, `{count}` in it; of one alone `KEY-one`, which English words otherwise."""
    return t(f"{key}-one" if str(count) == "1" else key, count=count, **figures)


def has_phrase(key: str) -> bool:
    """Whether the pages have words for this key: for keys that end in a code."""
    return key in phrases(language())


def value(code: object) -> str:
    """A coded value in the reader's language."""
    words: RemoteWords = current_app.extensions["words"]
    return words.value(str(code), language())


def label(code: object) -> str:
    """A coded value standing by itself: with a capital where the language has them."""
    word = value(code)
    return word[:1].upper() + word[1:]


def capacity(role: Role) -> str:
    """身分 as one person's, where `value` says what those of a role are called together."""
    key = f"base.capacity.{role}"
    return t(key) if has_phrase(key) else label(role)


def words_of(one: Said) -> str:
    """What a refusal says, and what to do about it; or a notice beside a success."""
    words: RemoteWords = current_app.extensions["words"]
    return words.said(one, language())


def prepare(app: Flask) -> None:
    """Give the templates their words, filters and globals."""
    app.jinja_env.globals |= {
        "t": t,
        "counted": counted,
        "has_phrase": has_phrase,
        "value": value,
        "label": label,
        "capacity": capacity,
        "words_of": words_of,
        "new_key": lambda: str(uuid4()),
        "last": shown.last,
        "caller": caller,
    }
    app.jinja_env.filters |= {
        "moment": lambda given: shown.moment(given, language(), today()),
        "day": lambda given: shown.day(given, language(), today()),
        "roc_day": lambda given: shown.both_eras(given, language()),
        "table_day": lambda given: shown.table_day(given, language()),
        "number": shown.number,
        "masked": shown.masked_name,
    }
    app.context_processor(_of_every_page)
    app.after_request(_remember_language)


def today() -> date:
    """The day in Taipei."""
    return taipei_day(caller().now)


def _of_every_page() -> dict[str, Any]:
    other = Language.CHINESE if language() is Language.ENGLISH else Language.ENGLISH
    return {
        "language": language(),
        "other_language": other,
        "other_language_url": f"{quote(request.path)}?{urlencode({**request.args.to_dict(), 'lang': other})}",
        "who": caller().known,
        "as_what": _as_what(),
        "may_choose": bool(caller().known) and session.get(MAY_CHOOSE, False),
        "now": caller().now,
        "commands_refused": caller().front.recording.is_refused,
    }


def _as_what() -> str:
    """In which capacity (身分) somebody is here who holds a card; empty for all others."""
    known = caller().known
    return capacity(known.role) if known and known.role in OF_CARDS and known.badge.name else ""


def _remember_language(response: Response) -> Response:
    if request.args.get("lang") in set(Language):
        front: Front = current_app.extensions["front"]
        response.set_cookie(
            LANGUAGE_COOKIE,
            language(),
            max_age=_ONE_YEAR,
            secure=front.is_protected,
            httponly=True,
            samesite="Lax",
        )
    response.headers.setdefault("Content-Language", "en" if language() is Language.ENGLISH else "zh-Hant-TW")
    response.vary.update(("Cookie", "Accept-Language"))
    return response

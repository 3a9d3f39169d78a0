"""The switch of the language: a link, and where something was typed a button that carries it over."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, request

from services.gateway.web.areas import EVERYBODY, Area
from services.gateway.web.holding import HELD, hold, is_opened, what_was_typed
from services.gateway.web.sign_in.returning import path_on_this_site

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LANGUAGES = Area("languages", __name__)

_TYPED = "typed."
"""With which the names begin of what was typed, so that none is taken for the switch's own."""
_LANGUAGE = "lang"


@LANGUAGES.app_context_processor
def switch() -> dict[str, Any]:
    """What the page was sent, where it shows what was sent to it and can be opened again."""
    is_refilled = not is_opened() and request.url_rule is not None and "GET" in (request.url_rule.methods or ())
    typed = what_was_typed() if is_refilled else {}
    return {
        "typed_here": [(f"{_TYPED}{name}", value) for name, values in typed.items() for value in values],
        "here_again": request.full_path.rstrip("?"),
    }


@LANGUAGES.page("/language", EVERYBODY, ("POST",))
def switched() -> ResponseReturnValue:
    """The page in the other language, with what was typed into it."""
    page = urlsplit(path_on_this_site(request.form.get("to", "")) or "/")
    fields = {name.removeprefix(_TYPED): values for name, values in request.form.lists() if name.startswith(_TYPED)}
    asked = {name: value for name, value in parse_qsl(page.query) if name not in {HELD, _LANGUAGE}}
    if token := hold(page.path, fields):
        asked[HELD] = token
    asked[_LANGUAGE] = request.form.get(_LANGUAGE, "")
    return redirect(f"{page.path}?{urlencode(asked)}", HTTPStatus.SEE_OTHER)

"""Answers checked as they are typed: a field is sent when it is left, and a sentence about it comes back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import abort, request

from services.gateway.web.areas import FAMILIES
from services.gateway.web.counties import district_choices
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.echoes import ECHOES
from services.gateway.web.parents.rules import rules_today
from services.gateway.web.rendering import show

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_ADDRESSES = ("child.residence", "child.household", "residence")


@PARENTS.page("/apply/check/<name>", FAMILIES, methods=("POST",))
def check(name: str) -> ResponseReturnValue:
    """What is understood of one field; nothing while it is empty."""
    if name not in ECHOES:
        abort(HTTPStatus.NOT_FOUND)
    answers = Answers(request.form)
    is_date = f"{name}-year" in request.form
    is_empty = not _is_whole(answers, name) if is_date else not answers.text(name)
    return show("parents/echo.html", echo=None if is_empty else ECHOES[name](answers, rules_today()))


@PARENTS.page("/apply/districts/<name>", FAMILIES, methods=("POST",))
def districts(name: str) -> ResponseReturnValue:
    """The districts of the county that was chosen, as a field."""
    if name not in _ADDRESSES:
        abort(HTTPStatus.NOT_FOUND)
    county = request.form.get(f"{name}.county", "")
    return show("parents/districts.html", name=name, county=county, districts=district_choices(county))


def _is_whole(answers: Answers, name: str) -> bool:
    """Whether all three parts are there: nobody is told of a mistake in the middle of typing."""
    entered = answers.entered_date(name)
    return all((entered.year.strip(), entered.month.strip(), entered.day.strip()))

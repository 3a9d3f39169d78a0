"""被支援機構: sought by code or name and county; 新增非醫事機構 where it is in no register."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.counties import county_choices
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, words_of
from services.gateway.web.support.applications import application, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.work.giving import given as given_command
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

PAGE = 20
_ENTERED = ("code", "name", "county", "street")


class PlaceFound(msgspec.Struct, frozen=True):
    """被支援機構 as a search finds it; `standing` is `open`, `suspended` or `closed` today."""

    kind: str
    code: str
    name: str
    county: str
    institution_kind: str | None
    standing: str
    since: date | None

    @property
    def chosen(self) -> str:
        """The place as one value of a form."""
        return str(Place(self.code, self.name))


class Place(NamedTuple):
    """被支援機構 as a form carries it: one code outside the medical register may stand for several names."""

    code: str
    name: str

    @classmethod
    def of(cls, chosen: str) -> Self | None:
        """The place that was chosen; None where none was."""
        code, _, name = chosen.partition(" ")
        return cls(code, name) if code and name else None

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PlacesFound(msgspec.Struct, frozen=True):
    """A page of them; `following` is there where there are more, so that somebody narrows the search."""

    entries: tuple[PlaceFound, ...] = ()
    following: str | None = None


def places_found(given: Mapping[str, str], faults: Faults) -> PlacesFound:
    """What the search of this page finds; nothing where nothing is sought, or not rightly, of which `faults` hears."""
    text = given.get("text", "").strip()
    if not text:
        return PlacesFound()
    asked = {"text": text, "county": given.get("county", ""), "limit": PAGE}
    try:
        return msgspec.convert(caller().ask("support.places", asked), PlacesFound)
    except RemoteRefusal as refusal:
        faults.add("text", next(iter(Faults.of(refusal).sentences.values())))
        return PlacesFound()


@SUPPORT.page("/support/applications/<uuid:application_id>/places/new", APPLICANTS, ("GET", "POST"))
def add_place(application_id: UUID) -> ResponseReturnValue:
    """新增非醫事機構: code, name and county; then on with the line for which it is needed."""
    if (elsewhere := told_why_not(application(application_id), "set_lines")) is not None:
        return elsewhere
    form, faults = typed(), Faults()
    if not is_opened():
        place = {name: form.get(name, "").strip() for name in _ENTERED}
        if outcome := given_command("identity.add_place", place, form, faults):
            for notice in outcome.notices:
                flash(words_of(notice), "alert")
            flash(t("support.places.added", name=place["name"]), "done")
            chosen = str(Place(place["code"], place["name"]))
            names = ("practitioner", "like", "line")
            on: dict[str, Any] = {name: request.args[name] for name in names if name in request.args}
            there = url_for("support.choose", application_id=application_id, place=chosen, **on)
            return redirect(there, HTTPStatus.SEE_OTHER)
    page: dict[str, Any] = {
        "application_id": application_id,
        "typed": form,
        "faults": faults,
        "counties": county_choices(),
    }
    answer = refused if faults else show
    return answer("support/add_place.html", **page)

"""選擇醫師: finding doctors by place and name, with waiting time and places left, and why somebody cannot be named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from decimal import Decimal  # noqa: TC003 - as above
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import msgspec
from flask import request

from services.gateway.web.asking import caller
from services.gateway.web.parents.nearby import own_place
from services.gateway.web.parents.places import Place
from services.gateway.web.rendering import words_of
from shared.refusals import Refusal
from shared.rpc.wire import RemoteRefusal, Told
from shared.taiwan.places import county_named, district_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.gateway.web.work.people import Address

PAGE = 10
"""Doctors on a page: what a phone shows in a few screens."""
_RADIUS_METRES = 10_000
_MOST_LOCATED = 100
_TEXT_LIMIT = 100
MIDDLE, HERE = "district", "here"
"""From where distances are counted: the middle of the district's institutions, or where the family is."""


class Waiting(msgspec.Struct, frozen=True):
    """等候: how many families wait for this doctor, and the median time that answers took since a day."""

    families_now: int
    median_working_days: Decimal | None
    answers: int
    since: date
    least_answers: int


class PlacesLeft(msgspec.Struct, frozen=True):
    """餘額, as the clinic stated it."""

    places: int
    stated_at: datetime


class Doctor(Place, frozen=True, kw_only=True):
    """A doctor found; `metres` away where a place was asked for."""

    county: str
    district: str
    street: str
    phone: str
    metres: int | None
    objection: Told | None
    waiting: Waiting
    places: PlacesLeft | None

    @property
    def why_not(self) -> str:
        """Why this doctor cannot be named today; empty where nothing stands in the way."""
        return words_of(self.objection) if self.objection else ""

    @property
    def is_full(self) -> bool:
        """Whether the clinic has stated that no place is left."""
        return self.places is not None and not self.places.places


@dataclass(frozen=True)
class Search:
    """What is sought, as it stands in the address of the page; `near` is what distances are counted from, if any."""

    county: str = ""
    district: str = ""
    institution: str = ""
    doctor: str = ""
    near: str = ""

    @classmethod
    def around(cls, home: Address | None) -> Self:
        """What stands there at first: where the child lives, as far as that is known."""
        return cls(home.county, home.district) if home else cls()

    @classmethod
    def asked(cls, default: Self) -> Self:
        """What the address asks for; the default where it asks for nothing."""
        given = {name: request.args.get(name, "").strip()[:_TEXT_LIMIT] for name in vars(default)}
        return cls(**given) if any(name in request.args for name in given) else default

    @property
    def query(self) -> dict[str, str]:
        """The parameters by which an address asks for the same."""
        return {name: value for name, value in vars(self).items() if value}

    def address(self, path: str, **more: str) -> str:
        """The address of a page that shows this."""
        return f"{path}?{urlencode({**self.query, **more})}"

    @property
    def has_district(self) -> bool:
        """Whether the district is one of the county; another county leaves the old one behind."""
        try:
            district_named(self.county, self.district)
        except Refusal:
            return False
        return True


@dataclass(frozen=True)
class Doctors:
    """A page of doctors, or why none could be sought; `following` is the cursor of the next page."""

    found: Sequence[Doctor] = ()
    following: str | None = None
    objection: str = ""
    field: str = ""
    near: str = ""
    """What their distances are told from, if any."""


def found(search: Search, cursor: str | None = None) -> Doctors:
    """The doctors who can be named today; of a name that was typed, also who cannot, each with the reason."""
    sought: dict[str, Any] = {
        "county": search.county,
        "district": search.district if search.has_district else "",
        "institution": search.institution,
        "doctor": search.doctor,
        "listed": "all" if search.institution or search.doctor else "choosable",
    }
    place = _place_of(search)
    if place:
        sought |= {"county": "", "district": "", "near": {**place, "metres": _RADIUS_METRES}}
    try:
        page = caller().ask("matching.find_doctors", {"sought": sought, "limit": PAGE, "cursor": cursor})
    except RemoteRefusal as refusal:
        return Doctors(objection=words_of(refusal), field=refusal.field.rpartition(".")[2])
    doctors = msgspec.convert(page["entries"], list[Doctor])
    return Doctors(doctors, page["following"], near=search.near if place else "")


def doctor(institution: str, number: str) -> Doctor | None:
    """The doctor of this number at the institution of this code."""
    sought = {"institution": institution, "doctor": number, "listed": "all"}
    try:
        page = caller().ask("matching.find_doctors", {"sought": sought, "limit": PAGE})
    except RemoteRefusal:
        return None
    sought_place = Place(institution=institution, doctor=number)
    entries = msgspec.convert(page["entries"], list[Doctor])
    return next((one for one in entries if one.is_same_place(sought_place)), None)


def _place_of(search: Search) -> dict[str, Any] | None:
    """From where distances are counted; None where nothing is known of that place."""
    if search.near == HERE:
        return own_place()
    return _middle_of(search) if search.near == MIDDLE and search.has_district else None


def _middle_of(search: Search) -> dict[str, Any] | None:
    """The middle of a district's institutions: nobody's address is asked of a map. None where none has a place."""
    county, district = county_named(search.county).name, district_named(search.county, search.district).name
    sought = {"county": county, "district": district}
    page = caller().ask("identity.find_institutions", {"sought": sought, "limit": _MOST_LOCATED})
    places = [one["institution"]["coordinates"] for one in page["entries"] if one["institution"]["coordinates"]]
    if not places:
        return None
    return {
        "latitude": _mean([float(place["latitude"]) for place in places]),
        "longitude": _mean([float(place["longitude"]) for place in places]),
    }


def _mean(figures: Sequence[float]) -> str:
    return f"{sum(figures) / len(figures):.6f}"

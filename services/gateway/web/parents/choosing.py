"""Putting doctors in order: what a press of a button makes of the preferences, and the page on which it is pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request

from services.gateway.web.counties import district_choices
from services.gateway.web.paging import cursor_asked
from services.gateway.web.parents.doctors import HERE, MIDDLE, Doctor, Search, doctor, found
from services.gateway.web.parents.nearby import own_place
from services.gateway.web.parents.objections import sentence
from services.gateway.web.parents.places import Place
from services.gateway.web.rendering import t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.web.parents.drafts import Draft

    Preferences = tuple[Place, ...]


class Row(NamedTuple):
    """A doctor found, the rank where one is chosen (from 1), and otherwise why one cannot be."""

    doctor: Doctor
    rank: int | None
    why_not: str


_NOWHERE = Place()


@dataclass(frozen=True)
class Bench:
    """Where preferences are put in order: at most `most`, the first `fixed` of them as they are."""

    most: int
    fixed: int = 0
    former: Place = _NOWHERE
    """What a change is to lead away from."""

    def why_not_added(self, chosen: Preferences, one: Doctor) -> str:
        """Why a doctor cannot be added; empty where nothing stands in the way."""
        if one.why_not:
            return one.why_not
        if any(one.is_same_place(other) for other in chosen):
            return t("parents.doctors.chosen-already")
        if one.is_same_place(self.former):
            return t("parents.doctors.is-former")
        if len(chosen) >= self.most:
            return t("parents.doctors.enough", most=self.most)
        return ""

    def pressed(self, chosen: Preferences) -> tuple[Preferences, str]:
        """The preferences after the button that was pressed, and a sentence where it could do nothing."""
        deed, _, about = request.form.get("press", "").partition(":")
        if deed == "add":
            return self._added(chosen, about)
        places = {str(place): place for place in range(self.fixed, len(chosen))}
        if about not in places:
            return chosen, ""
        place = places[about]
        if deed == "remove":
            return (*chosen[:place], *chosen[place + 1 :]), ""
        if deed == "up" and place > self.fixed:
            return (*chosen[: place - 1], chosen[place], chosen[place - 1], *chosen[place + 1 :]), ""
        return chosen, ""

    def _added(self, chosen: Preferences, about: str) -> tuple[Preferences, str]:
        institution, _, number = about.partition("/")
        one = doctor(institution, number)
        if one is None:
            return chosen, t("parents.doctors.gone")
        objection = self.why_not_added(chosen, one)
        return (chosen, objection) if objection else ((*chosen, one), "")

    def _row(self, chosen: Preferences, one: Doctor) -> Row:
        rank = next((place for place, other in enumerate(chosen, start=1) if one.is_same_place(other)), None)
        return Row(one, rank, self.why_not_added(chosen, one))

    def page(self, chosen: Preferences, default: Search) -> dict[str, Any]:
        """What the page shows: those chosen, what is sought, and whom that finds."""
        search = Search.asked(default)
        doctors = found(search, cursor_asked())
        rows = [self._row(chosen, one) for one in doctors.found]
        path = request.path
        return {
            "chosen": chosen,
            "bench": self,
            "search": search,
            "doctors": doctors,
            "rows": rows,
            "here": request.full_path.rstrip("?"),
            "path": path,
            "next_page": search.address(path, cursor=doctors.following) if doctors.following else None,
            "is_first_page": "cursor" not in request.args,
            "district_label": dict(district_choices(search.county)).get(search.district, ""),
            "middle_page": _near(search, MIDDLE).address(path) if search.has_district else None,
            "own_page": _near(search, HERE).address(path),
            "plain_page": _near(search, "").address(path),
            "has_place": own_place() is not None,
        }


def _near(search: Search, near: str) -> Search:
    return Search(search.county, search.district, near=near)


def saved_or_why_not(draft: Draft, chosen: Preferences, fields: Mapping[str, str] | None = None) -> str:
    """Keep what was chosen; a sentence where another window did so meanwhile."""
    try:
        draft.saved(fields=fields, chosen=chosen, version=request.form.get("draft"))
    except RemoteRefusal as refusal:
        if refusal.code != "draft-changed-meanwhile":
            raise
        return sentence(refusal)
    return ""

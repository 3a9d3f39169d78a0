"""離我最近: from where a family sorts doctors by distance, as its browser tells and that browser alone keeps.

The place is rounded to some hundred metres before it leaves the browser. It comes in a form, never in an address, and
lies in the browser's own signed cookie until it is forgotten or the family signs out; no context stores it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, session

from services.gateway.web.areas import FAMILIES
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.rendering import t
from services.gateway.web.sign_in.returning import path_back

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_PLACE = "place"
_DIGITS = 3
"""Of a degree: some hundred metres."""
_LATITUDES, _LONGITUDES = (20.0, 27.0), (117.0, 123.5)
"""Within which Taiwan lies, its islands included."""


@PARENTS.page("/doctors/near", FAMILIES, methods=("POST",))
def locate() -> ResponseReturnValue:
    """Keep the place in the browser, or forget it, and lead back to the list."""
    onward = redirect(path_back(request.form) or "/", HTTPStatus.SEE_OTHER)
    if "forget" in request.form:
        session.pop(_PLACE, None)
        return onward
    latitude, longitude = request.form.get("latitude", type=float), request.form.get("longitude", type=float)
    if latitude is None or longitude is None or not (_lies(latitude, _LATITUDES) and _lies(longitude, _LONGITUDES)):
        flash(t("parents.doctors.no-place"), "alert")
        return onward
    session[_PLACE] = [round(latitude, _DIGITS), round(longitude, _DIGITS)]
    return onward


def own_place() -> dict[str, Any] | None:
    """Where the family is, as a search takes it; None where its browser keeps nothing."""
    if _PLACE not in session:
        return None
    latitude, longitude = session[_PLACE]
    return {"latitude": f"{latitude:.{_DIGITS}f}", "longitude": f"{longitude:.{_DIGITS}f}"}


def _lies(figure: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= figure <= bounds[1]

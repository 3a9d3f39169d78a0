"""可收名額: how many more families each of the clinic's doctors can take, as families see it when they choose."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from flask import flash, redirect, url_for

from services.gateway.web.areas import CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.clinic.area import CLINIC
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.choosing import own_doctors
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


_LONGEST_NUMBER = 18


class Stated(msgspec.Struct, frozen=True):
    """What the clinic has said."""

    places: int
    stated_at: datetime


class Waiting(msgspec.Struct, frozen=True):
    """How many families wait for the doctor now."""

    families_now: int


class Doctor(msgspec.Struct, frozen=True):
    """One doctor of the clinic, as families find them."""

    doctor: str
    doctor_name: str
    waiting: Waiting
    places: Stated | None


@CLINIC.page("/clinic/places", CLINICS, methods=("GET", "POST"))
def places() -> ResponseReturnValue:
    """What is stated now, and the form that states it anew, doctor by doctor; an empty field takes it back."""
    given = typed()
    if is_opened():
        return show("clinic/places.html", listed=_doctors(), typed=given, faults=Faults())
    told = {"doctor": given.get("doctor", ""), "places": _number(folded(given.get("places", "")))}
    try:
        caller().command("matching.state_places", told, given.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        return refused("clinic/places.html", listed=_doctors(), typed=given, faults=Faults.of(refusal))
    flash(t("clinic.places.done"), "done")
    return redirect(url_for("clinic.places"), HTTPStatus.SEE_OTHER)


def _number(text: str) -> int | str | None:
    """What is no number, or longer than any that travels, is left for the command to refuse."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else text or None


def _doctors() -> list[Doctor]:
    """The doctors in whose name the caller works, with what families are told of them."""
    known = caller().known
    sought = {"institution": known.institution if known else "", "listed": "all"}
    found = caller().ask("matching.find_doctors", {"sought": sought, "limit": 200})
    own = own_doctors()
    return [one for one in msgspec.convert(found["entries"], list[Doctor]) if one.doctor in own]

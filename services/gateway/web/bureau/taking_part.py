"""參與計畫, 退出計畫 of an institution: the days, what follows from them, and only then the command."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from flask import flash, redirect, request, url_for
from werkzeug.exceptions import Forbidden, NotFound

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.bureau.invitations import PROGRAMME
from services.gateway.web.bureau.listed import CaseListed
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t, today
from services.gateway.web.work.days import day_in
from services.gateway.web.work.giving import given as given_command
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask.typing import ResponseReturnValue

REASONS = ("own_request", "ordered", "contract_ended", "other")
"""退出原因, in the order in which they are offered."""
LOOKED_AT = 200
"""So many doctors, and cases, are looked at to say what follows."""
_FOUND = 20


class Step(StrEnum):
    """What is recorded of the institution."""

    JOIN = "join"
    """參與計畫, or its days set anew"""
    LEAVE = "leave"
    """退出計畫"""


class Participation(msgspec.Struct, frozen=True):
    """Taking part in a programme, of an institution or a doctor; `until` is the last day, where one is set."""

    programme: str
    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it takes part on that day."""
        return self.since is not None and self.since <= day and (self.until is None or self.until >= day)

    def is_ahead(self, day: date) -> bool:
        """Whether it takes part on that day, or will."""
        return self.since is not None and (self.until is None or self.until >= day)


class Address(msgspec.Struct, frozen=True):
    """Where an institution lies."""

    county: str
    district: str | None


class Institution(msgspec.Struct, frozen=True):
    """An institution of the register."""

    code: str
    name: str
    address: Address
    programmes: tuple[Participation, ...]

    @property
    def taking_part(self) -> Participation | None:
        """Its days in the dedicated-doctor programme; None where it has never joined."""
        return _of_programme(self.programmes)


class Practitioner(msgspec.Struct, frozen=True):
    """Somebody who practises at the institution."""

    programmes: tuple[Participation, ...]


class Effects(NamedTuple):
    """What follows: of how many doctors families can choose, and in how many cases the institution has a part."""

    doctors: int
    asked: int
    agreed: int


@BUREAU.page("/bureau/institutions/find", BUREAUS)
def find() -> ResponseReturnValue:
    """Find an institution of the county that does not take part yet."""
    text, faults = request.args.get("text", "").strip(), Faults()
    sought = {"text": text, "county": _county(), "listed": "all"}
    found: list[Institution] = []
    try:
        if text:
            told = caller().ask("identity.find_institutions", {"sought": sought, "limit": _FOUND})
            found = [msgspec.convert(one["institution"], Institution) for one in told["entries"]]
    except RemoteRefusal as refusal:
        faults.add("text", Faults.of(refusal).at("sought.text") or next(iter(Faults.of(refusal).sentences.values())))
    page: dict[str, Any] = {"text": text, "found": found, "faults": faults}
    return refused("bureau/find_institution.html", **page) if faults else show("bureau/find_institution.html", **page)


@BUREAU.page("/bureau/institutions/<code>/programme", BUREAUS, methods=("GET", "POST"))
def taking_part(code: str) -> ResponseReturnValue:
    """The days, then what follows from them, then the command."""
    institution, given, faults = _institution(code), typed(), Faults()
    step = _step(institution, given)
    page: dict[str, Any] = {"institution": institution, "step": step, "typed": given, "faults": faults}
    if is_opened() or "mend" in given:
        return show("bureau/taking_part.html", **page, reasons=REASONS)
    days = _days(step, given, faults)
    if not faults and "confirmed" in given:
        method = "identity.join_programme" if step is Step.JOIN else "identity.leave_programme"
        if given_command(method, {"institution": code, "programme": PROGRAMME, **days}, given, faults):
            flash(t(f"bureau.taking-part.done-{step}", name=institution.name), "done")
            return redirect(url_for("bureau.institutions"), HTTPStatus.SEE_OTHER)
    if faults:
        return refused("bureau/taking_part.html", **page, reasons=REASONS)
    return show("bureau/taking_part_check.html", **page, days=days, effects=_effects(institution, days))


def _county() -> str:
    known = caller().known
    return known.jurisdiction or "" if known else ""


def _institution(code: str) -> Institution:
    told = caller().ask("identity.institution", {"code": code})
    if told is None:
        raise NotFound
    institution = msgspec.convert(told, Institution)
    if institution.address.county != _county():
        raise Forbidden
    return institution


def _step(institution: Institution, given: Mapping[str, str]) -> Step:
    """What was asked for; else to leave, for one that takes part or will, and to join for any other."""
    asked = given.get("step") or request.args.get("step", "")
    if asked in set(Step):
        return Step(asked)
    days = institution.taking_part
    return Step.LEAVE if days is not None and days.is_ahead(today()) else Step.JOIN


def _days(step: Step, given: Mapping[str, str], faults: Faults) -> dict[str, str | None]:
    """The days and the reason as the commands take them; `faults` hears of what is missing."""
    needed = "since" if step is Step.JOIN else "until"
    if not given.get(needed, "").strip():
        faults.add(needed, t("bureau.taking-part.day-missing"))
    until = day_in(given, "until", faults)
    if step is Step.JOIN:
        return {"since": day_in(given, "since", faults), "until": until}
    if given.get("reason") not in REASONS:
        faults.add("reason", t("bureau.taking-part.reason-missing"))
    return {"until": until, "reason": given.get("reason")}


def _effects(institution: Institution, days: Mapping[str, str | None]) -> Effects:
    asked = {"institution": institution.code, "limit": LOOKED_AT}
    staff = msgspec.convert(caller().ask("identity.personnel", asked)["entries"], list[Practitioner])
    asked["statuses"] = ["matching", "awaiting_notice"]
    cases = msgspec.convert(caller().ask("matching.bureau_cases", asked)["entries"], list[CaseListed])
    here = [one.match for one in cases if one.institution == institution.code]
    since = days.get("since")
    day = date.fromisoformat(since) if since else today()
    return Effects(_doctors_on(day, staff), here.count("matching"), here.count("awaiting_notice"))


def _doctors_on(day: date, staff: Sequence[Practitioner]) -> int:
    standings = (_of_programme(one.programmes) for one in staff)
    return sum(1 for one in standings if one is not None and one.holds(day))


def _of_programme(programmes: Iterable[Participation]) -> Participation | None:
    return next((one for one in programmes if one.programme == PROGRAMME), None)

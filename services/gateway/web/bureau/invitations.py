"""邀請: which institutions and doctors of the county take part, and who has no account yet."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.areas import BUREAUS, MANAGERS
from services.gateway.web.asking import caller
from services.gateway.web.bureau.area import BUREAU
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.work.days import day_in
from services.gateway.web.work.filters import Filter, Filters, Kind
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = 50
PROGRESS = ("nobody", "invited", "expired", "active", "disabled")
"""How far an invitation has come, in the order of the tabs."""
TABS = ("all", *PROGRESS)
FILTERS = (Filter("text", Kind.TEXT),)
PROGRAMME = "dedicated_doctor"


class Institution(msgspec.Struct, frozen=True):
    """One institution, and how far its invitations have come."""

    institution: str
    institution_name: str
    district: str
    phone: str
    progress: str
    active: int
    account: UUID | None
    invited_at: datetime | None
    expires_at: datetime | None


class Doctor(msgspec.Struct, frozen=True):
    """One doctor at one institution, and how far the invitation has come."""

    institution: str
    institution_name: str
    district: str
    doctor: str
    doctor_name: str
    progress: str
    account: UUID | None
    invited_at: datetime | None
    expires_at: datetime | None
    signed_in_at: datetime | None
    since: date | None
    until: date | None
    credits: int
    is_trained: bool

    def takes_part(self, today: date) -> bool:
        """Whether the doctor takes part in the programme on that day."""
        return self.since is not None and self.since <= today and (self.until is None or self.until >= today)


@BUREAU.page("/bureau/institutions", MANAGERS)
def institutions() -> ResponseReturnValue:
    """The institutions of the programme in the county."""
    return _list("identity.invited_institution", list[Institution], "institutions")


@BUREAU.page("/bureau/doctors", MANAGERS)
def doctors() -> ResponseReturnValue:
    """The doctors of these institutions."""
    return _list("identity.invited_doctor", list[Doctor], "doctors")


def _list(what: str, kind: Any, page: str) -> ResponseReturnValue:
    """A page of those of whom `what` tells, as that kind, and how many there are on each tab."""
    tab = request.args.get("tab", "")
    filters = Filters.read(FILTERS, request.args.to_dict(flat=False), tab if tab in TABS else "all")
    cursor = cursor_asked()
    sought = {"text": filters.one("text"), "progress": None if filters.tab == "all" else filters.tab}
    found = caller().ask(f"{what}s", {"sought": sought, "limit": PAGE, "cursor": cursor})
    counted = caller().ask(f"{what}_counts", {"sought": {**sought, "progress": None}})
    numbers = {one["progress"]: one["number"] for one in counted}
    return show(
        f"bureau/{page}.html",
        entries=msgspec.convert(found["entries"], kind),
        following=found["following"],
        counts={**dict.fromkeys(PROGRESS, 0), **numbers, "all": sum(numbers.values())},
        filters=filters,
        tabs=TABS,
        is_first=cursor is None,
    )


@BUREAU.page("/bureau/invitations/<uuid:account_id>/resend", MANAGERS, methods=("GET", "POST"))
def resend(account_id: UUID) -> ResponseReturnValue:
    """重寄邀請."""
    if not is_opened():
        told = {"account_id": str(account_id)}
        caller().command("identity.resend_invitation", told, request.form.get("idempotency_key", ""))
        flash(t("bureau.invite.resent"), "done")
    return redirect(url_for("bureau.doctors", tab="invited"), HTTPStatus.SEE_OTHER)


@BUREAU.page("/bureau/doctors/<number>/programme", BUREAUS, methods=("GET", "POST"))
def programme(number: str) -> ResponseReturnValue:
    """參與計畫, 退出計畫: from when, or until when, a doctor takes part."""
    given, faults = typed(), Faults()
    doctor = caller().ask("identity.practitioner", {"number": number})
    if not is_opened():
        leaves = "leave" in given
        day = day_in(given, "until" if leaves else "since", faults)
        days = {"until": day} if leaves else {"since": day}
        method = "identity.dismiss_practitioner" if leaves else "identity.admit_practitioner"
        told = {"practitioner": number, "programme": PROGRAMME, **days}
        if not faults and given_command(method, told, given, faults):
            flash(t("bureau.programme.left") if leaves else t("bureau.programme.joined"), "done")
            return redirect(url_for("bureau.doctors"), HTTPStatus.SEE_OTHER)
    page = {"doctor": doctor, "number": number, "typed": given, "faults": faults}
    return refused("bureau/programme.html", **page) if faults else show("bureau/programme.html", **page)

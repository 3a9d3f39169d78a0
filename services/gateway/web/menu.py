"""The menu of staff: the same on every page, with what the caller's role has, and where one is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.rendering import t
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_CLINIC = ("clinic.queue", "clinic.enrolled", "register.file", "clinic.places", "messages.listed")
_BUREAU = (
    "bureau.board",
    "bureau.cases",
    "support_review.queue",
    "register.file",
    "bureau.statistics",
    "messages.listed",
)
_SUPPORT = ("support_lists.home", "support.apply", "support.amend", "support.cancel", "support_lists.applications")
_OVERSEER = ("accounts.listed", "messages.listed")
_CONSOLE = (
    "console.health",
    "console.events",
    "console.ask_why",
    "console.parked",
    "console.rebuilds",
    "console.policies",
    "accounts.listed",
)
_MENUS: Mapping[Role, tuple[str, ...]] = {
    Role.DOCTOR: _CLINIC,
    Role.CASE_MANAGER: _CLINIC,
    Role.BUREAU_MANAGER: (*_BUREAU, "bureau.institutions", "accounts.listed", "notices.edited"),
    Role.BUREAU_OFFICER: _BUREAU,
    Role.OPERATOR: (*_OVERSEER, "register.file", "notices.edited", "console.health"),
    Role.AUDITOR: (*_OVERSEER, "console.health"),
    Role.PRACTITIONER: (*_SUPPORT, "support_lists.own", "practice.own_record"),
    Role.INSTITUTION: (
        *_SUPPORT,
        "support_lists.received",
        "support_lists.sent",
        "support_lists.quota",
        "practice.staff",
        "organisations.people",
    ),
    Role.CENTRE: ("organisations.people",),
    Role.INSTITUTION_MANAGER: ("organisations.people",),
    Role.CENTRE_MANAGER: ("organisations.people",),
}
"""The views of each role's menu."""

_WORDS: Mapping[str, str] = {
    "clinic.queue": "clinic.menu.queue",
    "clinic.enrolled": "clinic.menu.enrolled",
    "clinic.places": "clinic.menu.places",
    "bureau.board": "bureau.menu.board",
    "bureau.cases": "bureau.menu.cases",
    "bureau.institutions": "bureau.menu.invitations",
    "bureau.statistics": "bureau.menu.statistics",
    "support_review.queue": "support_review.menu.queue",
    "register.file": "register.menu.file",
    "messages.listed": "messages.menu.messages",
    "accounts.listed": "messages.menu.accounts",
    "notices.edited": "messages.menu.notices",
    "console.health": "console.name",
    "support_lists.home": "support_lists.menu.home",
    "support_lists.applications": "support_lists.menu.applications",
    "support.apply": "support_lists.menu.apply",
    "support.amend": "support_lists.menu.amend",
    "support.cancel": "support_lists.menu.cancel",
    "support_lists.own": "support_lists.menu.own",
    "support_lists.received": "support_lists.menu.received",
    "support_lists.sent": "support_lists.menu.sent",
    "support_lists.quota": "support_lists.menu.quota",
    "practice.own_record": "practice.menu.own",
    "practice.staff": "practice.menu.staff",
    "organisations.people": "organisations.menu.people",
}

_WORDS_OF_CONSOLE: Mapping[str, str] = {
    "console.health": "console.menu.health",
    "console.events": "console.menu.events",
    "console.ask_why": "console.menu.why",
    "console.parked": "console.menu.parked",
    "console.rebuilds": "console.menu.rebuilds",
    "console.policies": "console.menu.policies",
    "accounts.listed": "console.menu.elsewhere",
}
"""The console has a menu of its own, which leads back to the other."""

_BELOW: Mapping[str, str] = {
    "console.why": "console.ask_why",
    "console.event": "console.events",
    "console.trace": "console.events",
    "console.ask_trace": "console.events",
    "console.outlook": "console.parked",
    "console.drop": "console.parked",
    "clinic.close": "clinic.enrolled",
    "support.record": "support_lists.applications",
    "support.held": "support_lists.applications",
    "support.locks": "support.cancel",
    "support_lists.batch": "support.apply",
    "support_lists.strength": "support_lists.quota",
    "bureau.case": "bureau.cases",
    "bureau.confirm": "bureau.cases",
    "bureau.release": "bureau.cases",
    "bureau.contact": "bureau.cases",
    "bureau.search": "bureau.cases",
    "bureau.keep": "bureau.cases",
    "bureau.doctors": "bureau.institutions",
    "bureau.programme": "bureau.institutions",
    "bureau.find": "bureau.institutions",
    "bureau.taking_part": "bureau.institutions",
}
"""Under which entry a view lies; any other under the first one of its part."""


def staff_menu() -> dict[str, Any]:
    """What a page shows as its menu."""
    return _menu(_MENUS.get(caller().role, ()), _WORDS)


def console_menu() -> dict[str, Any]:
    """What a page of the console shows as its menu."""
    return _menu(_CONSOLE, _WORDS_OF_CONSOLE)


def _menu(views: Collection[str], words: Mapping[str, str]) -> dict[str, Any]:
    here = request.endpoint or ""
    entry = _BELOW.get(here, here)
    if entry not in views:
        part = here.partition(".")[0]
        entry = next((view for view in views if view.partition(".")[0] == part), "")
    return {"menu": [{"text": t(words[view]), "href": url_for(view), "current": view == entry} for view in views]}

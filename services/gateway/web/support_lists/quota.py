"""報備支援額度限制: what others' doctors may hold of an institution's sessions, and what it states of itself."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import flash, redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.practice.area import INSTITUTIONS
from services.gateway.web.rendering import refused, show, t, today
from services.gateway.web.support_lists.area import SUPPORT_LISTS
from services.gateway.web.support_lists.months import month_asked, month_of
from services.gateway.web.work.giving import given as given_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

_FIGURES = ("weekly_sessions", "doctors")


class WeekUsed(msgspec.Struct, frozen=True):
    """The sessions of support in an ISO week, beside the institution's own, and how many are allowed and left."""

    week: str
    sessions: int
    own_sessions: int | None
    allowed: int | None
    left: int | None
    exceeds: bool | None

    @property
    def first(self) -> date:
        """Its Monday."""
        return date.fromisoformat(f"{self.week}-1")

    @property
    def last(self) -> date:
        """Its Sunday."""
        return date.fromisoformat(f"{self.week}-7")


class MonthUsed(msgspec.Struct, frozen=True):
    """The practitioners who come in an ISO month, beside the institution's own doctors, and how many are allowed."""

    month: str
    supporters: int
    own_doctors: int | None
    allowed: int | None
    exceeds: bool | None

    @property
    def first(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.month}-01")


class Quota(msgspec.Struct, frozen=True):
    """額度: what is used and allowed, by which rule, from what the institution has said of itself."""

    institution: str
    institution_name: str
    weekly_sessions: int | None
    doctors: int | None
    weeks: tuple[WeekUsed, ...]
    months: tuple[MonthUsed, ...]
    source: str


@SUPPORT_LISTS.page("/support/quota", INSTITUTIONS)
def quota() -> ResponseReturnValue:
    """A month's quota of the caller's institution."""
    first = month_asked(request.args.get("month", ""), today())
    told = msgspec.convert(caller().ask("support.quota", {"day": first.isoformat()}), Quota)
    return show("support_lists/quota.html", quota=told, month=month_of(first, ()))


@SUPPORT_LISTS.page("/support/quota/strength", INSTITUTIONS, methods=("GET", "POST"))
def strength() -> ResponseReturnValue:
    """自有診次與醫師數: what the institution says of itself, in whole numbers."""
    given = typed()
    if is_opened():
        told = msgspec.convert(caller().ask("support.quota", {"day": today().isoformat()}), Quota)
        known = {name: figure for name in _FIGURES if (figure := getattr(told, name)) is not None}
        return show("support_lists/strength.html", typed={**known, **given.to_dict()}, faults=Faults())
    faults = Faults()
    stated = _figures(given, faults)
    outcome = None if faults else given_command("support.state_strength", stated, given, faults)
    if outcome is None:
        return refused("support_lists/strength.html", typed=given, faults=faults)
    flash(t("support_lists.strength.done"), "done")
    return redirect(url_for("support_lists.quota"), HTTPStatus.SEE_OTHER)


def _figures(given: Mapping[str, str], faults: Faults) -> dict[str, Any]:
    """Both figures as the command takes them; of what is no whole number `faults` hears."""
    figures: dict[str, Any] = {}
    for name in _FIGURES:
        text = given.get(name, "").strip()
        if text.isdecimal():
            figures[name] = int(text)
        else:
            faults.add(name, t("support_lists.strength.no-number"))
    return figures

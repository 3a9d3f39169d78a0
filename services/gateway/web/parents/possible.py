"""What a family can do about a case or an enrolment now, and of the rest why not, as matching itself decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from flask import url_for

from services.gateway.web.asking import caller
from services.gateway.web.rendering import refused, t, words_of
from shared.rpc.wire import Told

if TYPE_CHECKING:
    from flask import Response

    from services.gateway.web.parents.matters import Matter

_PAGES = {
    "amend_preferences": "parents.amend",
    "report_birth": "parents.report_birth",
    "change_contact": "parents.change_contact",
    "request_change": "parents.request_change",
    "withdraw": "parents.withdraw",
}
"""A family's commands, in the order in which they are shown, each with its page."""

_SELF_EVIDENT = frozenset({"child-already-born", "not-enrolled-yet", "role-not-allowed"})
"""Reasons that nobody has to be told: what the page shows anyway."""


@dataclass(frozen=True)
class Possible:
    """What can be done, as text and address, and what cannot, as text and reason."""

    can: list[dict[str, str]]
    cannot: list[dict[str, str]]


def possible(matter: Matter) -> Possible:
    """Asked of matching, by the guards of the commands themselves; of twins, also the next child's application."""
    objections = objections_to(matter)
    found = Possible([], [])
    for command, page in _PAGES.items():
        if command not in objections:
            continue
        text, objection = t(f"parents.actions.{command}"), objections[command]
        if objection is None:
            found.can.append({"text": text, "href": url_for(page, ref=matter.ref)})
        elif objection.code not in _SELF_EVIDENT:
            found.cannot.append({"text": text, "why": words_of(objection)})
    if matter.is_of_twins:
        found.can.append({"text": t("parents.actions.twin"), "href": url_for("parents.twin", ref=matter.ref)})
    return found


def objections_to(matter: Matter) -> dict[str, Told | None]:
    """Every command that could be given about it, each with what speaks against it."""
    actions = caller().ask("matching.actions", {"case_or_enrolment_id": str(matter.id)})
    return {one["command"]: msgspec.convert(one["objection"], Told | None) for one in actions}


def not_now(matter: Matter, command: str) -> Response | None:
    """The page that says why this cannot be done now; None where it can."""
    objection = objections_to(matter)[command]
    if objection is None:
        return None
    return refused(
        "parents/not_now.html", ref=matter.ref, title=t(f"parents.actions.{command}"), why=words_of(objection)
    )

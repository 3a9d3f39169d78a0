"""機構管理者與使用者: everybody of the organisation, and one of them with what is granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from services.gateway.web.asking import caller
from services.gateway.web.organisations.area import KEEPERS, MANAGERS, NAMING, ORGANISATIONS
from services.gateway.web.organisations.members import Member, member_of_own, members_of_own
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import show, today

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

PAGE = 50


@ORGANISATIONS.page("/organisation", KEEPERS)
def people() -> ResponseReturnValue:
    """A page of them."""
    found = members_of_own(cursor_asked(), PAGE)
    following = url_for("organisations.people", cursor=found.following) if found.following else None
    return show(
        "organisations/people.html",
        people=found.entries,
        following=following,
        today=today(),
        names_managers=caller().role in NAMING,
    )


@ORGANISATIONS.page("/organisation/people/<uuid:member>", KEEPERS)
def person(member: UUID) -> ResponseReturnValue:
    """One of them."""
    found = member_of_own(member)
    return show(
        "organisations/person.html",
        person=found,
        today=today(),
        grants=caller().role in MANAGERS,
        removes=may_remove(found),
    )


def may_remove(found: Member) -> bool:
    """Whether the caller is who ends this: the card of the organisation a manager's, a manager a user's."""
    return caller().role in (NAMING if found.is_manager else MANAGERS)

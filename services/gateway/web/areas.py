"""Parts of the site: every page says to whom it is open, and whoever may not see it is told where to go."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized

from services.gateway.web.asking import caller
from services.gateway.web.holding import hold_what_was_typed, is_opened, is_part, note_who_types
from shared.principal import OF_CARDS, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    View = Callable[..., ResponseReturnValue]

FAMILIES = frozenset({Role.PARENT})
CLINICS = frozenset({Role.DOCTOR, Role.CASE_MANAGER})
MANAGERS = frozenset({Role.BUREAU_MANAGER})
BUREAUS = frozenset({Role.BUREAU_MANAGER, Role.BUREAU_OFFICER})
OPERATORS = frozenset({Role.OPERATOR})
STAFF = CLINICS | BUREAUS | OPERATORS | {Role.INSURER_OFFICER, Role.AUDITOR}
BY_CARD = OF_CARDS
PERSONS_BY_CARD = BY_CARD - {Role.INSTITUTION, Role.CENTRE}
"""Those whose card is their own, and not an organisation's."""
ANYBODY_IN = STAFF | FAMILIES | BY_CARD
EVERYBODY = frozenset(Role)
_DOORS = ((FAMILIES, "sign_in.by_phone"), (BY_CARD, "cards.ways"), (EVERYBODY, "sign_in.by_password"))
"""Where visitors come in: a page for several kinds of people leads to the first that fits."""

RULE = "caretrail_rule"
"""Where a view keeps the roles that it is open to; a test demands one of every route."""


def open_to(roles: frozenset[Role]) -> Callable[[View], View]:
    """Answer callers of these roles; visitors are asked in first, and nothing typed is lost."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            if roles == EVERYBODY:  # who it is is not asked where it does not matter
                return view(**arguments)
            if caller().role in roles:
                note_who_types()
                return view(**arguments)
            if caller().role is not Role.VISITOR:
                raise Forbidden
            if is_part():
                raise Unauthorized
            return redirect(_way_in(roles), HTTPStatus.SEE_OTHER)

        setattr(guarded, RULE, roles)
        return guarded

    return guard


class Area(Blueprint):
    """A part of the site."""

    def page(self, path: str, roles: frozenset[Role], methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
        """Serve a view at this path to callers of these roles."""

        def declare(view: View) -> View:
            guarded = open_to(roles)(view)
            self.add_url_rule(path, view.__name__, guarded, methods=methods)
            return guarded

        return declare


def _way_in(roles: frozenset[Role]) -> str:
    """Where a visitor comes in to see this page, and from where they are led back to it."""
    back = request.full_path.rstrip("?") if is_opened() else hold_what_was_typed()
    door = next(door for those, door in _DOORS if roles & those)
    return url_for(door, back=back)

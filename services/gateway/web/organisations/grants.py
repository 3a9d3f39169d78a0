"""授權: a service that somebody may use from one day to another, as identity tells it."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - msgspec reads the annotations at run time
from enum import StrEnum

import msgspec
from flask import g

from services.gateway.web.asking import caller
from shared.principal import Service  # noqa: TC001 - as above


class Standing(StrEnum):
    """How a period lies to a day, as the words name it."""

    AHEAD = "ahead"
    NOW = "now"
    OVER = "over"


class Period(msgspec.Struct, frozen=True):
    """From the first day to the last, both included; `until` is None without end."""

    since: date
    until: date | None = None

    def standing(self, today: date) -> Standing:
        """On this day."""
        if today < self.since:
            return Standing.AHEAD
        return Standing.OVER if self.until is not None and self.until < today else Standing.NOW


class Grant(Period, frozen=True, kw_only=True):
    """授權: a service that somebody may use in these days."""

    service: Service


def own_grants() -> tuple[Grant, ...]:
    """服務項目: what is granted to the caller today, asked once a request. Raises `RemoteRefusal`."""
    if "own_grants" not in g:
        g.own_grants = msgspec.convert(caller().ask("identity.own_services"), tuple[Grant, ...])
    found: tuple[Grant, ...] = g.own_grants
    return found

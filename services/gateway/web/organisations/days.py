"""起訖日 of who is here and of what is granted, as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.work.days import day_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.web.faults import Faults


def days_entered(form: Mapping[str, str], faults: Faults) -> dict[str, str | None]:
    """The first day, today where none was typed, and the last, none without end; `faults` hears of what is no day."""
    return {name: day_in(form, name, faults) for name in ("since", "until")}

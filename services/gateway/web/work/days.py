"""Days as staff type them: one field, of the ROC or Western."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.refusals import Refusal
from shared.taiwan.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.web.faults import Faults


def day_in(given: Mapping[str, str], name: str, faults: Faults) -> str | None:
    """The day in a field as commands take it; None where it is empty, or none, of which `faults` hears."""
    text = given.get(name, "").strip()
    try:
        return parse_date(text, field=name).isoformat() if text else None
    except Refusal as refusal:
        faults.refuse(refusal)
        return None

"""Values of rows, events and moments as pages of the console tell them: exact, and in words where codes have any."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from services.gateway.web import shown
from services.gateway.web.rendering import has_phrase, t, value
from shared.calendar import TAIPEI
from shared.inspection.cells import Hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def cell_text(cell: Mapping[str, Any]) -> str:
    """A column's value; of what is sealed only whose it is, of what was opened from it nothing."""
    match cell.get("hidden"):
        case Hidden.SEALED:
            return t("console.value.sealed", whose=cell["whose"])
        case Hidden.PERSONAL:
            return t("console.value.personal")
        case _:
            return _text(cell.get("value"))


def _text(given: Any) -> str:
    if given is None or given == "":
        return t("console.value.empty")
    if isinstance(given, bool):
        return t("console.value.true") if given else t("console.value.false")
    if isinstance(given, str):
        return second(given) if _MOMENT.fullmatch(given) else value(given)
    return json.dumps(given, ensure_ascii=False)


def second(given: str) -> str:
    """2026-03-13 17:00:05, by Taipei's clock."""
    return f"{shown.as_moment(given).astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}"


def event_title(type_name: str) -> str:
    """What an event of this type is called: in words where the pages of bureaus have any, else by its own name."""
    name = type_name.split(".")[1]
    return t(f"bureau.steps.{name}") if has_phrase(f"bureau.steps.{name}") else name

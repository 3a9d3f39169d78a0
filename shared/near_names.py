"""Which names somebody may have meant who wrote another."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def near_names(given: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that look like what was given, the likest first; all of them where none does."""
    known = list(names)
    return tuple(difflib.get_close_matches(given, known) or known)

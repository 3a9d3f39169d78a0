"""What was ticked in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable


def chosen(values: Iterable[str]) -> list[UUID]:
    """The rows that were ticked, each once; what is no row's id was not ticked on a page of ours."""
    ids: dict[UUID, None] = {}
    for value in values:
        try:
            ids[UUID(value)] = None
        except ValueError:
            continue
    return list(ids)

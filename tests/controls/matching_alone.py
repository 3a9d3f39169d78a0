"""Matching alone, with the published hospitals for its registry: no other context has to be there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.matching.bootstrap import matching_in
from services.matching.demonstration.reference_registry import reference_registry
from shared.context import utc_now
from shared.installation import installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.matching.bootstrap import MatchingContext
    from shared.settings import Settings

REGISTRY = reference_registry()


@contextmanager
def matching(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[MatchingContext]:
    """Matching as these settings want it; nothing works in it before its `workers` are started."""
    with installation(settings) as place, matching_in(place, clock, REGISTRY) as context:
        yield context

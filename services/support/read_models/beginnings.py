"""Events that come without the beginning of what they are about: a log that is not whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.events import Event


class BeginningMissing(LookupError):
    """The row that an event changes was never begun."""

    def __init__(self, event: Event) -> None:
        super().__init__(f"{type(event).__name__} of {event.originator_id}, which never began")

"""What somebody could do about something, and why not: what a context answers before a command is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.refusals import Refusal


@dataclass(frozen=True)
class Action:
    """One command: open where `objection` is None."""

    command: type
    objection: Refusal | None

    @property
    def is_open(self) -> bool:
        """Whether the command would be taken now, given a form without faults."""
        return self.objection is None

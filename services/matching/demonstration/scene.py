"""What everybody in the story works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.matching.application import Matching
    from services.matching.demonstration.cast import Cast
    from services.matching.demonstration.clock import StoryClock
    from services.matching.demonstration.company import Company
    from services.matching.demonstration.narrator import Narrator
    from services.matching.demonstration.tally import Tally
    from shared.context import Context


@dataclass(frozen=True)
class Scene:
    """Matching, who asks things of it, the people, the time, what is put down, and who tells it."""

    context: Context[Matching]
    company: Company
    cast: Cast
    clock: StoryClock
    tally: Tally
    narrator: Narrator

"""What everybody in the story works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.matching.bootstrap import MatchingContext
    from services.matching.demonstration.cast import Cast
    from services.matching.demonstration.clock import StoryClock
    from services.matching.demonstration.narrator import Narrator
    from services.matching.demonstration.tally import Tally


@dataclass(frozen=True)
class Scene:
    """The installation, the people, the time, what is put down, and who tells it."""

    context: MatchingContext
    cast: Cast
    clock: StoryClock
    tally: Tally
    narrator: Narrator

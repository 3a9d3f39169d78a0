"""What pages say in one language, so that a path can be gone in either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.wording import phrase
from services.matching.messages import WORDING

if TYPE_CHECKING:
    from shared.words import Language


class Said:
    """The words of one language, from the catalogues."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **figures: object) -> str:
        """A phrase of the pages by its key."""
        return phrase(key, self.language, **figures)

    def value(self, code: str) -> str:
        """What matching calls a code."""
        return WORDING.catalogue(self.language).values[code]

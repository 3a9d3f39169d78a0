"""What support says, in zh-Hant and English, beside what all contexts say; each sentence says what to do next."""

from __future__ import annotations

from shared.words import Wording

WORDING = Wording(__name__)

catalogue = WORDING.catalogue
words = WORDING.words

"""What the gateway says: the words of its refusals and codes, and the pages that every installation begins with."""

from __future__ import annotations

from shared.words import Wording

WORDING = Wording(__name__)

catalogue = WORDING.catalogue
words = WORDING.words

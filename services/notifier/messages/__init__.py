"""What the notifier says: the words of its refusals and statuses, and those of every message it sends."""

from __future__ import annotations

from shared.words import Wording

WORDING = Wording(__name__)

catalogue = WORDING.catalogue
words = WORDING.words

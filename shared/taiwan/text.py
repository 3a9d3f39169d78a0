"""What people type into Taiwanese forms: full-width digits, letters and punctuation, and stray spaces."""

from __future__ import annotations

import re
import unicodedata


def folded(text: str) -> str:
    """The text with full-width characters made ordinary (NFKC) and all white space removed."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))

"""密碼: what may be one, by NIST SP 800-63B-4 §3.1.1: long, not common, not told by the account; no more is asked."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from services.identity.domain.accounts import refusals

if TYPE_CHECKING:
    from services.identity.domain.accounts.policies import Policy
    from shared.refusals import Refusal

_SERVICE = ("caretrail",)
_TELLING = 6
"""A shorter part of a mail address says too little to be looked for in a password."""


def normalised(password: str) -> str:
    """As it is hashed: however a keyboard composes characters (NFKC, as SP 800-63B-4 §3.1.1.2 has it)."""
    return unicodedata.normalize("NFKC", password)


def objection_to_length(password: str, policy: Policy) -> Refusal | None:
    """By characters, after normalising."""
    if len(password) < policy.password_least:
        return refusals.PasswordTooShort("password", least=policy.password_least)
    if len(password) > policy.password_most:
        return refusals.PasswordTooLong("password", most=policy.password_most)
    return None


def objection_to_context(password: str, known_by: str) -> Refusal | None:
    """What is mostly the account's own name, or the service's, is the first that a stranger tries."""
    folded = password.casefold()
    for word in words_of(known_by):
        rest = folded.replace(word, "")
        if word in folded and len(rest) < len(word) + _TELLING:
            return refusals.PasswordTellsAccount("password")
    return None


def words_of(known_by: str) -> tuple[str, ...]:
    """The words that a password should not be made of: those of the mail address, and the service's name."""
    parts = re.split(r"[^a-z0-9]+", known_by.casefold())
    return (*_SERVICE, known_by.casefold(), *(part for part in parts if len(part) >= _TELLING))

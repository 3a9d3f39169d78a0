"""Phones and mail addresses that somebody proved, by digests that identity makes and other contexts compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.vault.vault import Vault

_PURPOSE = "proved-contact"


def digest_of_mobile(vault: Vault, mobile: str) -> str:
    """Of a phone, as 09 and 8 digits."""
    return vault.keyed_digest(f"{_PURPOSE}/mobile", mobile.encode()).hex()


def digest_of_email(vault: Vault, email: str) -> str:
    """Of a mail address, whose case nobody minds."""
    return vault.keyed_digest(f"{_PURPOSE}/email", email.casefold().encode()).hex()

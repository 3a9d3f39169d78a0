"""What a status or a reason means to people, and what they can do: for the ledger, its pages and its report."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.words import Language


def status_words(status: str, language: Language) -> str:
    """What is known of a message of this status, in a sentence."""
    return _told(language)["statuses"][status]


def reason_words(reason: str, language: Language) -> str:
    """Why a message did not arrive, and what to do; empty where there is no reason."""
    return _told(language)["reasons"][reason] if reason else ""


@cache
def _told(language: Language) -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)

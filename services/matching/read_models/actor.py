"""Who does something in a case: what timelines and boards show beside each step and each due date."""

from __future__ import annotations

from enum import StrEnum


class Actor(StrEnum):
    """The party that acted, or that has to act next."""

    PARENT = "parent"
    INSTITUTION = "institution"
    BUREAU = "bureau"
    PLATFORM = "platform"

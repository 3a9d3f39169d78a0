"""Which stories a demonstration can play."""

from enum import StrEnum


class Story(StrEnum):
    """What can be played up to today, by the context that it is about."""

    MATCHING = "matching"
    SUPPORT = "support"

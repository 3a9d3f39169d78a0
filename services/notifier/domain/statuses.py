"""Where a message stands."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What is known of a message; the words shown to people say what each means."""

    WAITING = "waiting"
    """queued, or to be tried again"""
    SENDING = "sending"
    """marked before it leaves; without an outcome in time it becomes uncertain"""
    SENT = "sent"
    """taken over by the carrier"""
    DELIVERED = "delivered"
    """in the mailbox or at the number, says the carrier"""
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


ON_ITS_WAY = frozenset({Status.WAITING, Status.SENDING})
"""Nobody has to do anything yet."""

UNREACHED = frozenset({Status.FAILED, Status.SUPPRESSED, Status.EXPIRED, Status.UNCERTAIN})
"""The recipient has not, or perhaps not, been told: a phone call may help."""

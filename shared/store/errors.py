"""Why events were not stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError

from shared.postgres import DatabaseUnavailable

if TYPE_CHECKING:
    from uuid import UUID

    from shared.store.append import Answer


class VersionConflict(IntegrityError):
    """Someone else changed the aggregate since it was loaded: load it again and decide anew."""

    def __init__(self, originator_id: UUID, version: int) -> None:
        super().__init__(f"version {version} of {originator_id} is taken")
        self.originator_id = originator_id
        self.version = version


class ReservationTaken(IntegrityError):
    """Something that may exist once exists already; `holder` is what it belongs to."""

    def __init__(self, scope: str, key: str, holder: UUID) -> None:
        super().__init__(f"{scope}: reserved by {holder}")  # without the key, which may tell about a person
        self.scope = scope
        self.key = key
        self.holder = holder


class AlreadyAnswered(IntegrityError):
    """A command with this idempotency key has been carried out; `answer` is what was said then."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"the command {answer.key!r} has been answered")
        self.answer = answer


class ConnectionInTransaction(RuntimeError):
    """An append was asked of a connection with a transaction open.

    Its transaction id may be older than an event that the caller has seen, and then the log would turn the two round.
    """

    def __init__(self) -> None:
        super().__init__("events are appended by the first and only statement of a transaction")


class StoreUnavailable(DatabaseUnavailable):
    """It is not known whether the events were stored: repeat the command with the same idempotency key."""

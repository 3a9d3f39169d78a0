"""Wrong passwords where they are counted, before the password is looked at, in one transaction; and wrong answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.identity.domain.accounts.failures import Answer, Failures, Obstacle, obstacle_to_try

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.accounts.origins import Origin
    from services.identity.domain.accounts.policies import Policy
    from shared.postgres import Connection, Connections

_ANYWHERE = b""
"""In place of a client: all of them together."""
_ANSWERS = b"answers"
"""In place of an account: answers to questions, whatever they open."""
_KEPT = timedelta(days=30)
"""So long failures in one place are remembered after the last; those of all places together, for good."""

# It locks the row. Everybody takes that of all places first, so that no two wait for each other in a circle.
_TAKE = """
insert into password_failure (account_key, client_key, in_a_row, locks, last_at) values (%s, %s, 0, 0, %s)
on conflict (account_key, client_key) do update set last_at = excluded.last_at
returning in_a_row, locks, locked_until
"""
_COUNT = """
update password_failure set in_a_row = %s, locks = %s, locked_until = %s, last_at = %s
where account_key = %s and client_key = %s
"""
_WAIT = "select locked_until from password_failure where account_key = %s and client_key = %s"
_CLEAR = "delete from password_failure where account_key = %s and client_key in (%s, '')"
_FORGIVE = "delete from password_failure where account_key = %s"
_SWEEP = """
delete from password_failure where (account_key, client_key) in (
    select account_key, client_key from password_failure where last_at < %s and client_key <> ''
    order by last_at limit 20 for update skip locked
)
"""


class FailureCounts:
    """Counts tries at an account, from one place and from all."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def begin(
        self, account_key: bytes, origin: Origin, answer: Answer, now: datetime, policy: Policy
    ) -> tuple[Obstacle, datetime | None]:
        """Count a try as a failure, unless something stands before it; and until when it does, where it is a wait.

        A device that is known counts by itself: whatever others do elsewhere does not stand in its way.
        """

        def count(connection: Connection) -> tuple[Obstacle, datetime | None]:
            strangers = None if origin.is_familiar else _taken(connection, account_key, _ANYWHERE, now)
            here = _taken(connection, account_key, origin.key, now)
            obstacle = obstacle_to_try(here, strangers or here, answer, now, policy)
            if obstacle is not Obstacle.NONE:
                return obstacle, here.locked_until
            after = here.another(now, policy.password_lock)
            _note(connection, after, now, account_key, origin.key)
            if strangers is not None:
                _note(connection, Failures(strangers.in_a_row + 1), now, account_key, _ANYWHERE)
            connection.execute(_SWEEP, (now - _KEPT,))
            return Obstacle.NONE, after.locked_until

        return self._connections.transact(count)

    def clear(self, account_key: bytes, origin: Origin) -> None:
        """The password was right: what was counted here and in all places together is taken back."""
        self._connections.transact(lambda connection: connection.execute(_CLEAR, (account_key, origin.key)))

    def answers_wait_until(self, place: bytes) -> datetime | None:
        """Until when no answer to a question is taken from there; None, or a moment that has passed, where one is."""
        rows = self._connections.fetch(_WAIT, (_ANSWERS, place))
        return rows[0][0] if rows else None

    def count_wrong_answer(self, place: bytes, now: datetime, policy: Policy) -> None:
        """One more wrong answer to a question, whatever it was to open."""

        def count(connection: Connection) -> None:
            here = _taken(connection, _ANSWERS, place, now)
            _note(connection, here.another(now, policy.answer_lock), now, _ANSWERS, place)

        self._connections.transact(count)

    def clear_answers(self, place: bytes) -> None:
        """The answer was right."""
        self._connections.transact(lambda connection: connection.execute(_CLEAR, (_ANSWERS, place)))

    def forgive(self, account_key: bytes) -> None:
        """The password is a new one, set by who has the mailbox: nothing that was counted counts."""
        self._connections.transact(lambda connection: connection.execute(_FORGIVE, (account_key,)))


def _taken(connection: Connection, account_key: bytes, client_key: bytes, now: datetime) -> Failures:
    [row] = connection.execute(_TAKE, (account_key, client_key, now)).fetchall()
    return Failures(*row)


def _note(connection: Connection, after: Failures, now: datetime, account_key: bytes, client_key: bytes) -> None:
    counted = (after.in_a_row, after.locks, after.locked_until)
    connection.execute(_COUNT, (*counted, now, account_key, client_key))

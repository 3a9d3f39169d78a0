"""Being alone with a log: no relay, and nobody who appends, for as long as a transaction lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.postgres import Connection

# What a relay holds for as long as it works, see `shared.relay.lease`.
_NO_RELAY = "select pg_try_advisory_xact_lock(hashtext('caretrail relay'), hashtext(current_schema()))"
_NO_WRITER = "lock table event in access exclusive mode"
# Whoever reads a slow disk or broker meanwhile keeps nobody waiting who is there.
_PATIENCE = "set local idle_in_transaction_session_timeout = 0"


class AtWork(RuntimeError):
    """A relay works on the log that is to be changed."""

    def __init__(self, context: str) -> None:
        super().__init__(f"a relay of {context} is at work: stop Caretrail, then give the command again")


def be_alone(connection: Connection, context: str) -> None:
    """Keep everybody else from a log until the transaction of this connection ends; raises `AtWork`."""
    if connection.execute(_NO_RELAY).fetchone() != (True,):
        raise AtWork(context)
    connection.execute(_PATIENCE)
    connection.execute(_NO_WRITER)

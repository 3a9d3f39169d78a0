"""As in a Nameko service: 20 green threads wait for rows that know an event, while another one goes on working."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - patched before anything else is imported, as Nameko does
from uuid import UUID  # noqa: E402

from shared.postgres import Database  # noqa: E402
from shared.read_models.freshness import Positions  # noqa: E402
from shared.read_models.reader import Reader  # noqa: E402
from shared.store.log import Log  # noqa: E402
from tests.controls.orders import Orders  # noqa: E402

dsn, order = sys.argv[1:]
database = Database(dsn, "orders", "caretrail_orders")
log, positions = Log(database, "orders"), Positions(database)
reader = Reader(Orders, database, log, positions)
waiting: list[str] = []

TURNS = 2000
"""So often somebody else has a turn before the order is published; each would take half a second if all stood still."""


def wait_for_the_order() -> bool:
    """Until the rows know the order, or half a minute has passed."""
    waiting.append(order)
    return reader.fresh_enough(UUID(order), 1, 30)


threads = [eventlet.spawn(wait_for_the_order) for _ in range(20)]
while len(waiting) < len(threads):
    eventlet.sleep(0)
for _ in range(TURNS):
    eventlet.sleep(0)
sys.stdout.write("waiting\n")
sys.stdout.flush()
answers = [thread.wait() for thread in threads]
sys.stdout.write(f"{all(answers)}\n")
positions.close()
reader.close()
log.close()

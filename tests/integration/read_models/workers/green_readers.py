"""As in a Nameko service: 20 green threads wait for rows that know an event, while another one keeps the time."""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - patched before anything else is imported, as Nameko does
import time  # noqa: E402
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
longest = 0.0
waiting: list[str] = []


def keep_the_time() -> None:
    """Notice for how long nobody else could run."""
    global longest  # noqa: PLW0603 - one small program
    while True:
        began = time.monotonic()
        eventlet.sleep(0)
        longest = max(longest, time.monotonic() - began)


def wait_for_the_order() -> bool:
    """Until the rows know the order, or half a minute has passed."""
    waiting.append(order)
    return reader.fresh_enough(UUID(order), 1, 30)


eventlet.spawn(keep_the_time)
threads = [eventlet.spawn(wait_for_the_order) for _ in range(20)]
while len(waiting) < len(threads):
    eventlet.sleep(0)
sys.stdout.write("waiting\n")
sys.stdout.flush()
answers = [thread.wait() for thread in threads]
sys.stdout.write(f"{all(answers)} {longest < 0.45}\n")
positions.close()
reader.close()
log.close()

"""`python -m bench.rpc_callers echo|command|visible BROKER SECONDS EVERY`: twenty green callers of a service.

Each calls again when it was answered, but begins a call only every `EVERY` seconds; 0 lets nobody pause. What a host
said comes on standard input. Answers with one line of JSON: the calls a second, and the median and the 95th percentile
of how long each took, in milliseconds.
"""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - these come after the patch, as in an entry point
import sys  # noqa: E402
import time  # noqa: E402
from contextlib import ExitStack, contextmanager  # noqa: E402
from itertools import count  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402
from uuid import uuid4  # noqa: E402

from nameko.standalone.rpc import ClusterRpcProxy  # noqa: E402

from services.matching.read_models.family_cases import FamilyCases  # noqa: E402
from shared.postgres import Database  # noqa: E402
from shared.read_models.freshness import Positions  # noqa: E402
from shared.read_models.reader import Reader  # noqa: E402
from shared.rpc.client import Asking, RpcClient  # noqa: E402
from shared.settings import load  # noqa: E402
from shared.store.log import Log  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shared.application import Outcome

    Step = Callable[[], object]

CALLERS = 20
WARM_UP = 0.3
"""Of the time, after which counting begins."""


@contextmanager
def echoing(broker: str, said: dict[str, Any], caller: int) -> Iterator[Step]:
    """The reference: Nameko's own client, a connection a caller, with a payload of the command's size."""
    case, principal = said["cases"][caller]
    payload = {"case_id": case, "preferences": said["preferences"][:2]}
    with ClusterRpcProxy({"AMQP_URI": broker}, context_data={"principal": principal}, timeout=30) as cluster:
        yield lambda: cluster.echo.echo(payload)


@contextmanager
def commanding(client: RpcClient, said: dict[str, Any], caller: int) -> Iterator[Callable[[], Outcome]]:
    """修改志願, by turns of a few families: the second wish becomes another doctor, and back."""
    first, *others = said["preferences"]
    cases = said["cases"][caller::CALLERS]
    turns, run = count(), uuid4()

    def amend() -> Outcome:
        turn = next(turns)
        case, principal = cases[turn % len(cases)]
        second = others[turn // len(cases) % len(others)]
        payload = {"case_id": case, "preferences": [first, second]}
        return client.command("matching.amend_preferences", payload, f"{run}/{turn}", Asking(principal))

    yield amend


def main(kind: str, broker: str, seconds: float, every: float) -> dict[str, float]:
    """Call for so many seconds."""
    said = json.loads(sys.stdin.read())
    with ExitStack() as closing:
        if kind == "echo":
            steps: list[Step] = [closing.enter_context(echoing(broker, said, caller)) for caller in range(CALLERS)]
        else:
            client = closing.enter_context(RpcClient(broker))
            amending = [closing.enter_context(commanding(client, said, caller)) for caller in range(CALLERS)]
            steps = list(amending)
            if kind == "visible":
                reader = _reader(closing)
                steps = [_seen(reader, amend) for amend in amending]
        return measured(steps, seconds, every)


def _reader(closing: ExitStack) -> Reader:
    database = Database(load(os.environ).database("matching"), "matching", "caretrail_matching")
    log, positions = Log(database, "matching"), Positions(database)
    reader = Reader(FamilyCases, database, log, positions)
    for opened in (log, positions, reader):
        closing.callback(opened.close)
    return reader


def _seen(reader: Reader, amend: Callable[[], Outcome]) -> Step:
    """Amend, and wait until the family's own rows know it."""

    def step() -> None:
        outcome = amend()
        if not reader.fresh_enough(outcome.id, outcome.version, 30):
            raise TimeoutError

    return step


def measured(steps: list[Step], seconds: float, every: float) -> dict[str, float]:
    """The calls a second of these steps, and how long each took."""
    now = time.perf_counter()
    began = now + WARM_UP * seconds
    took: list[float] = []

    def call(step: Step, turn: float) -> None:
        while (start := time.perf_counter()) < began + seconds:
            if start < turn:
                eventlet.sleep(turn - start)
                continue
            step()
            turn += every
            if start >= began:
                took.append(time.perf_counter() - start)

    pool = eventlet.GreenPool(len(steps))
    for place, step in enumerate(steps):
        pool.spawn_n(call, step, now + every * place / len(steps))
    pool.waitall()
    spent = time.perf_counter() - began
    return {"rate": len(took) / spent, "p50": _percentile(took, 0.5), "p95": _percentile(took, 0.95)}


def _percentile(took: list[float], part: float) -> float:
    return sorted(took)[int(part * len(took))] * 1000


if __name__ == "__main__":
    kind, broker, seconds, every = sys.argv[1:]
    sys.stdout.write(json.dumps(main(kind, broker, float(seconds), float(every))) + "\n")

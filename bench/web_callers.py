"""`python -m bench.web_callers echo|command|query|visible SECONDS EVERY`: twenty green callers over HTTP.

Each keeps its connection and calls again when it was answered, but begins a call only every `EVERY` seconds; 0 lets
nobody pause. What the hosts said comes on standard input. Answers with one line of JSON, as `bench.rpc_callers` does.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402 - these come after the patch, as in an entry point
import sys  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from http.client import HTTPConnection  # noqa: E402
from itertools import count  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402
from uuid import uuid4  # noqa: E402

from bench.rpc_callers import CALLERS, measured  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Step = Callable[[], object]


class Caller:
    """One program with a connection of its own, signed in as the parents of some families."""

    def __init__(self, said: Mapping[str, Any], place: int) -> None:
        self._said = said
        self._families = range(place, len(said["cases"]), CALLERS)
        self._turns = count()
        self._run = uuid4()
        self._site = HTTPConnection("127.0.0.1", said["site"])
        self._echo = HTTPConnection("127.0.0.1", said["echo"])

    def echo(self) -> None:
        """The reference: bare Nameko behind the same web server."""
        self._answer(self._echo, "POST", "/echo", {"case_id": self._case(0), "preferences": self._preferences(0)}, {})

    def command(self) -> tuple[int, str]:
        """修改志願, by turns of a few families: whose, and what they have written."""
        turn = next(self._turns)
        family = self._families[turn % len(self._families)]
        path = f"/api/v1/cases/{self._case(family)}/preferences"
        body = {"preferences": self._preferences(turn // len(self._families))}
        answer = self._answer(
            self._site, "PUT", path, body, self._bearer(family) | {"Idempotency-Key": self._key(turn)}
        )
        return family, answer["Caretrail-Written"]

    def query(self) -> None:
        """相關幼兒資訊, by turns of a few families."""
        family = self._families[next(self._turns) % len(self._families)]
        self._answer(self._site, "GET", "/api/v1/cases", None, self._bearer(family))

    def visible(self) -> None:
        """Amend, and read until the family's own rows know it."""
        family, written = self.command()
        headers = self._bearer(family) | {"Caretrail-Written": written}
        while "Caretrail-Stale" in self._answer(self._site, "GET", "/api/v1/cases", None, headers):
            pass

    def close(self) -> None:
        """Hang up."""
        self._site.close()
        self._echo.close()

    def _answer(
        self, to: HTTPConnection, verb: str, path: str, body: object, headers: Mapping[str, str]
    ) -> Mapping[str, str]:
        sent = None if body is None else json.dumps(body)
        to.request(verb, path, sent, {"Content-Type": "application/json", **headers})
        answer = to.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{verb} {path}: {answer.status} {content!r}")
        return dict(answer.headers)

    def _case(self, family: int) -> str:
        case: str = self._said["cases"][family][0]
        return case

    def _bearer(self, family: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._said['sessions'][family]}"}

    def _preferences(self, round_: int) -> list[Any]:
        first, *others = self._said["preferences"]
        return [first, others[round_ % len(others)]]

    def _key(self, turn: int) -> str:
        return f"{self._run}/{turn}"


def main(kind: str, seconds: float, every: float) -> dict[str, float]:
    """Call for so many seconds."""
    said = json.loads(sys.stdin.read())
    with ExitStack() as closing:
        callers = [Caller(said, place) for place in range(CALLERS)]
        for caller in callers:
            closing.callback(caller.close)
        return measured([getattr(caller, kind) for caller in callers], seconds, every)


if __name__ == "__main__":
    kind, seconds, every = sys.argv[1:]
    sys.stdout.write(json.dumps(main(kind, float(seconds), float(every))) + "\n")

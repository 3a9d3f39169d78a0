"""How long searches take: each kind of question by turns, asked by one caller, and the 95th percentile of each."""

from __future__ import annotations

from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from bench.figures import Limit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Question = TypeVar("Question")

_ROUNDS = 60
_MOST_MILLISECONDS = 50.0


def slowest(
    subject: str, questions: Mapping[str, Question], ask: Callable[[Question], object], note: str
) -> list[Limit]:
    """The 95th percentile of each question, in milliseconds, under the limit that all searches have."""
    times: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(_ROUNDS):
        for name, question in questions.items():
            began = perf_counter()
            ask(question)
            times[name].append((perf_counter() - began) * 1000)
    return [
        Limit(f"{subject}: {name}", quantiles(taken, n=20)[-1], _MOST_MILLISECONDS, note=f"p95 among {note}")
        for name, taken in times.items()
    ]

"""健康狀態 and 重建: how relays, queues, read models and processes are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import of_each
from services.gateway.web.console.places import number_in
from services.gateway.web.rendering import show, t
from shared.decoding import converted
from shared.standings import Oversight

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_ROUNDS = 60
"""How often a page that was left open looks again by itself: whoever has gone away is not kept signed in by it."""


@CONSOLE.page("/console", READERS)
def health() -> ResponseReturnValue:
    """What needs a person, and how everything stands."""
    told, silent = _standings()
    followers = [(one.context, follower) for one in told for follower in one.followers]
    return show(
        "console/health.html",
        contexts=told,
        silent=silent,
        alarms=[alarm for one in told for alarm in _alarms(one)],
        noted=[(context, follower) for context, follower in followers if follower.is_worth_a_look],
        followers=followers,
        workers=[(one.context, worker) for one in told for worker in one.workers],
        queues=[queue for one in told for queue in one.queues or () if queue.messages is not None],
        following=_following_round(),
    )


@CONSOLE.page("/console/rebuilds", READERS)
def rebuilds() -> ResponseReturnValue:
    """Which rows are made anew at present, and when the others were."""
    told, silent = _standings()
    followers = [(one.context, follower) for one in told for follower in one.followers]
    return show(
        "console/rebuilds.html",
        under_way=[(context, follower) for context, follower in followers if follower.rebuild],
        followers=followers,
        silent=silent,
        following=_following_round(),
    )


def _standings() -> tuple[list[Oversight], list[str]]:
    """What contexts tell of themselves, and the names of those that do not answer."""
    answers, silent = of_each(lambda name: converted(caller().ask(f"{name}.oversight"), Oversight))
    return list(answers.values()), silent


def _following_round() -> int | None:
    """The number of the next look; None where the page has looked often enough by itself."""
    number = number_in(request.args.get("round", "")) or 0
    return number + 1 if number < _ROUNDS else None


def _alarms(told: Oversight) -> list[dict[str, str]]:
    """The alarms of a context, one for each kind, with all that it concerns."""
    concerned: dict[str, list[str]] = {}
    for alarm in told.alarms:
        concerned.setdefault(alarm.code, []).append(alarm.about)
    return [
        {"code": code, "about": t("console.health.between").join(names), "first": names[0], "context": told.context}
        for code, names in concerned.items()
    ]

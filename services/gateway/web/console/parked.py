"""擱置: events that could not be taken, what trying again would come to, and giving up."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import OPERATORS
from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import known_context, of_each
from services.gateway.web.console.places import number_in
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import show, t

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_DEEDS_SHOWN = 50


@CONSOLE.page("/console/parked", READERS)
def parked() -> ResponseReturnValue:
    """Everything that is parked, an aggregate a row, and what was done about such events last."""
    answers, silent = of_each(lambda name: caller().ask(f"{name}.parked_events"))
    rows = [row for name, found in answers.items() for row in _aggregates(name, found["events"])]
    deeds = [{**deed, "context": name} for name, found in answers.items() for deed in found["deeds"]]
    deeds.sort(key=lambda deed: deed["at"], reverse=True)
    return show("console/parked.html", rows=rows, deeds=deeds[:_DEEDS_SHOWN], silent=silent)


@CONSOLE.page("/console/parked/<context>/<model>/<uuid:aggregate>", READERS)
def outlook(context: str, model: str, aggregate: UUID) -> ResponseReturnValue:
    """What trying again would come to now; nothing is done."""
    asked = {"model": model, "aggregate": str(aggregate)}
    foreseen = caller().ask(f"{known_context(context)}.foresee_retry", asked)
    if not foreseen:
        raise NotFound
    return show("console/outlook.html", context=context, model=model, aggregate=aggregate, foreseen=foreseen)


@CONSOLE.page("/console/parked/<context>/<model>/<uuid:aggregate>/retry", OPERATORS, ("POST",))
def retry(context: str, model: str, aggregate: UUID) -> ResponseReturnValue:
    """Try again."""
    asked = {"model": model, "aggregate": str(aggregate)}
    [tried] = caller().deed(f"{known_context(context)}.retry_parked", asked)
    flash(t("console.parked.tried", taken=tried["taken"], waiting=tried["waiting"]), "done")
    return redirect(url_for("console.parked"), HTTPStatus.SEE_OTHER)


@CONSOLE.page("/console/parked/<context>/<model>/<uuid:aggregate>/drop", OPERATORS, ("GET", "POST"))
def drop(context: str, model: str, aggregate: UUID) -> ResponseReturnValue:
    """Give up the first event of an aggregate, or all that were shown, once that is confirmed."""
    if is_opened():
        events = caller().ask(f"{known_context(context)}.parked_events")["events"]
        waiting = [event for event in _waiting(events) if event["model"] == model and _is_of(event, aggregate)]
        if not waiting:
            raise NotFound
        return show("console/drop.html", context=context, model=model, aggregate=aggregate, waiting=waiting)
    positions = [number for given in request.form.getlist("position") if (number := number_in(given)) is not None]
    asked = {"model": model, "aggregate": str(aggregate), "positions": positions}
    caller().deed(f"{known_context(context)}.drop_parked", asked)
    flash(t("console.parked.dropped", count=len(positions)), "done")
    return redirect(url_for("console.parked"), HTTPStatus.SEE_OTHER)


def _aggregates(context: str, events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each aggregate that waits before a read model or process: its first event, and how many there are."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for event in _waiting(events):
        row = rows.setdefault((event["model"], event["aggregate"]), {**event, "context": context, "count": 0})
        row["count"] += 1
    return list(rows.values())


def _waiting(events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [event for event in events if event["dropped_at"] is None]


def _is_of(event: Mapping[str, Any], aggregate: UUID) -> bool:
    return bool(event["aggregate"] == str(aggregate))

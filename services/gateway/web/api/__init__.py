"""The JSON API: what the pages do, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint

from services.gateway.web.api.answering import Operation, as_json, document
from services.gateway.web.api.rates import count_caller, tell_rate
from services.gateway.web.api.routes import ROUTES
from services.gateway.web.areas import EVERYBODY, open_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Response

__all__ = ["api"]

_VERBS = ("get", "post", "put", "delete")


def api() -> Blueprint:
    """The API as its document describes it; each context decides by itself who may ask it what."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
    blueprint.before_request(count_caller)
    blueprint.after_request(tell_rate)
    operations = {(verb, told["x-method"]): told for verb, told in _operations()}
    for number, route in enumerate(ROUTES):
        operation = Operation(route, operations[route.verb.lower(), route.method])
        view = open_to(EVERYBODY)(_view(operation))
        blueprint.add_url_rule(route.path, f"route_{number}", view, methods=[route.verb])
    blueprint.add_url_rule("/openapi.json", "openapi", open_to(EVERYBODY)(_describe))
    return blueprint


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for operations in document()["paths"].values():
        for verb in _VERBS:
            if verb in operations:
                yield verb, operations[verb]


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**named: Any) -> Response:
        return operation.answer(named)

    return view


def _describe() -> Response:
    return as_json(document())

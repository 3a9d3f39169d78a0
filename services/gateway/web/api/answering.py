"""Answers the routes of the API: asks the context of the route, and gives its answer as JSON or CSV."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import structlog
from flask import Response, request

from services.gateway.web.api import asked
from services.gateway.web.api.asked import WRITTEN, Refused
from services.gateway.web.api.problems import plain_problem, refusal_problem
from services.gateway.web.api.tables import as_csv
from services.gateway.web.asking import caller
from services.gateway.web.wording import UNANSWERED
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.gateway.web.api.routes import Route
    from shared.rpc.client import Found

STALE = "Caretrail-Stale"

_log = structlog.get_logger()


@cache
def document() -> dict[str, Any]:
    """The API's OpenAPI document, as it was generated."""
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath("openapi.json").read_text("utf-8"))
    return found


def as_json(found: object) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(found), content_type="application/json")


class Operation(NamedTuple):
    """A route with what its document says of it."""

    route: Route
    told: Mapping[str, Any]

    def answer(self, named: Mapping[str, Any]) -> Response:
        """The answer to the present request; `named` is what stands in its path."""
        try:
            return self._answered(named)
        except RemoteRefusal as refusal:
            return refusal_problem(refusal, tuple(named))
        except Refused as refused:
            return refused.answer

    @property
    def context(self) -> str:
        """Who answers."""
        return self.route.method.partition(".")[0]

    def _answered(self, named: Mapping[str, Any]) -> Response:
        if caller().token and caller().known is None:
            raise Refused(plain_problem(HTTPStatus.UNAUTHORIZED, "session-ended"))
        form = asked.query(self.told) if self.route.verb == "GET" else asked.body(self.told)
        form |= {name: str(value) for name, value in named.items()} | asked.given(self.told)
        match self.told["x-kind"]:
            case "command":
                return self._commanded(form)
            case "deed":
                return as_json(caller().front.rpc.deed(self.route.method, form, caller().asking))
            case _:
                return self._found(form)

    def _commanded(self, form: dict[str, Any]) -> Response:
        basis = None if "based_on" in form else asked.version()
        outcome = caller().front.rpc.command(self.route.method, form, asked.key(), caller().asking, basis)
        if self.context != "identity":
            caller().keep_known()
        response = as_json(outcome)
        response.headers["ETag"] = f'"{outcome.version}"'
        response.headers[WRITTEN] = f"{self.context} {outcome.id} {outcome.version}"
        return response

    def _found(self, form: dict[str, Any]) -> Response:
        answer = caller().front.rpc.query(self.route.method, form, caller().asking, asked.written(self.context))
        found = answer.found
        if found is None:
            return plain_problem(HTTPStatus.NOT_FOUND, "nothing-found")
        columns = self.told.get("x-columns")
        if columns and request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
            response = as_csv(self.told["operationId"], columns, self._rows(form, answer))
        else:
            response = as_json(found)
        if answer.stale:
            response.headers[STALE] = "true"
        if isinstance(found, dict) and isinstance(found.get("version"), int):
            response.headers["ETag"] = f'"{found["version"]}"'
        response.vary.update(("Accept", "Authorization"))
        return response

    def _rows(self, form: dict[str, Any], answer: Found) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page; who asks is looked up before each, since a list may outlast a session."""
        found = answer.found
        try:
            while isinstance(found, dict):
                yield from found["entries"]
                if not found["following"]:
                    return
                form = {**form, "cursor": found["following"]}
                caller().look_again()
                found = caller().front.rpc.query(self.route.method, form, caller().asking).found
            yield from found
        except (RemoteRefusal, *UNANSWERED) as fault:
            # The status is sent: that the list ends without its last chunk is all that its reader can be told.
            _log.warning("table_broken_off", method=self.route.method, cause=type(fault).__name__)
            raise

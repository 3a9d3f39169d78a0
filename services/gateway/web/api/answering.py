"""Answers the routes of the API: reads what is asked by the API's own document, and asks the context of the route."""

from __future__ import annotations

import json
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from flask import Response, jsonify, request

from services.gateway.web.api.problems import plain_problem, refusal_problem
from services.gateway.web.api.tables import as_csv
from services.gateway.web.asking import caller
from services.gateway.web.rendering import language
from shared.application import Outcome
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.gateway.web.api.routes import Route

WRITTEN = "Caretrail-Written"
STALE = "Caretrail-Stale"
_KEY_LIMIT = 200


class Refused(Exception):
    """The request cannot be put to a context; `answer` says why."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


@cache
def document() -> dict[str, Any]:
    """The API's OpenAPI document, as it was generated."""
    found: dict[str, Any] = json.loads(resources.files(__package__).joinpath("openapi.json").read_text("utf-8"))
    return found


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

    def _answered(self, named: Mapping[str, Any]) -> Response:
        if caller().token and caller().known is None:
            raise Refused(plain_problem(HTTPStatus.UNAUTHORIZED, "session-ended"))
        form = self._form(named)
        match self.told["x-kind"]:
            case "command":
                return self._commanded(form)
            case "deed":
                return jsonify(caller().front.rpc.deed(self.route.method, form, caller().asking))
            case _:
                return self._found(form)

    # What is asked -------------------------------------------------------------------------------------------------

    def _form(self, named: Mapping[str, Any]) -> dict[str, Any]:
        form = self._query() if self.route.verb == "GET" else self._body()
        form |= {name: str(value) for name, value in named.items()}
        given = self.told.get("x-given", ())
        if "client" in given:
            form["client"] = caller().client
        if "session" in given and caller().token:
            form["session"] = caller().token
        if "based_on" in given:
            form["based_on"] = self._basis()
        return form

    def _query(self) -> dict[str, Any]:
        """The query string as the form that it stands for: numbers as numbers, fields of inner forms inside."""
        form: dict[str, Any] = {}
        known = {one["name"]: one for one in self.told["parameters"] if one["in"] == "query"}
        for name in request.args:
            if name not in known:
                raise Refused(plain_problem(HTTPStatus.BAD_REQUEST, "parameter-unknown", name=name[:100]))
            _put(form, known[name]["x-field"], _read(known[name]["schema"], request.args.getlist(name)))
        if "language" in known and "language" not in request.args:
            _put(form, known["language"]["x-field"], language())
        return form

    def _body(self) -> dict[str, Any]:
        if "requestBody" not in self.told:
            return {}
        if not request.is_json:
            raise Refused(plain_problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json"))
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Refused(plain_problem(HTTPStatus.BAD_REQUEST, "no-object"))
        for name in self.told.get("x-given", ()):
            body.pop(name, None)
        return body

    def _key(self) -> str:
        key = request.headers.get("Idempotency-Key", "")
        if not key or len(key) > _KEY_LIMIT or not key.isascii() or not key.isprintable() or " " in key:
            raise Refused(plain_problem(HTTPStatus.BAD_REQUEST, "key-missing"))
        return key

    def _basis(self) -> int | None:
        """The version in `If-Match`: our entity tags are versions."""
        given = request.headers.get("If-Match")
        needed = "based_on" in self.told.get("x-given", ())
        if given is None:
            if needed:
                raise Refused(plain_problem(HTTPStatus.PRECONDITION_REQUIRED, "version-missing"))
            return None
        version = given.strip().removeprefix('"').removesuffix('"')
        if not version.isascii() or not version.isdigit() or len(version) > len(str(2**53)):
            raise Refused(plain_problem(HTTPStatus.BAD_REQUEST, "version-malformed"))
        return int(version)

    def _written(self) -> Outcome | None:
        """What the caller has written in this route's context, by the header that a command answered with."""
        context, _, rest = request.headers.get(WRITTEN, "").partition(" ")
        if context != self.route.method.partition(".")[0]:
            return None
        number, _, version = rest.partition(" ")
        try:
            return msgspec.convert({"id": number, "version": version}, Outcome, strict=False)
        except msgspec.ValidationError:
            raise Refused(plain_problem(HTTPStatus.BAD_REQUEST, "written-malformed")) from None

    # What is answered ----------------------------------------------------------------------------------------------

    def _commanded(self, form: dict[str, Any]) -> Response:
        given = self.told.get("x-given", ())
        basis = None if "based_on" in given else self._basis()
        outcome = caller().front.rpc.command(self.route.method, form, self._key(), caller().asking, basis)
        response = jsonify(msgspec.to_builtins(outcome))
        response.headers["ETag"] = f'"{outcome.version}"'
        response.headers[WRITTEN] = f"{self.route.method.partition('.')[0]} {outcome.id} {outcome.version}"
        return response

    def _found(self, form: dict[str, Any]) -> Response:
        columns = self.told.get("x-columns")
        if columns and request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
            return as_csv(columns, self._rows(form))
        found = caller().front.rpc.query(self.route.method, form, caller().asking, self._written())
        if found.found is None:
            return plain_problem(HTTPStatus.NOT_FOUND, "nothing-found")
        response = jsonify(found.found)
        if found.stale:
            response.headers[STALE] = "true"
        if isinstance(found.found, dict) and isinstance(found.found.get("version"), int):
            response.headers["ETag"] = f'"{found.found["version"]}"'
        response.vary.update(("Authorization", "Accept-Language"))
        return response

    def _rows(self, form: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page; who asks is looked up once."""
        rpc, method, asking = caller().front.rpc, self.route.method, caller().asking
        while True:
            found = rpc.query(method, form, asking).found
            if not isinstance(found, dict):
                yield from found
                return
            yield from found["entries"]
            if not found.get("following"):
                return
            form = {**form, "cursor": found["following"]}


def _put(form: dict[str, Any], path: str, value: object) -> None:
    *outer, name = path.split(".")
    for part in outer:
        form = form.setdefault(part, {})
    form[name] = value


def _read(schema: Mapping[str, Any], given: list[str]) -> object:
    """What stands in a query string, as the type that its schema names; what is none is left for the form to refuse."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "array" in kinds:
        return [_read(schema["items"], [one]) for one in given]
    text = given[-1]
    if "integer" in kinds and text.isascii() and text.removeprefix("-").isdigit():
        return int(text[:20])
    if "boolean" in kinds and text in {"true", "false"}:
        return text == "true"
    return text

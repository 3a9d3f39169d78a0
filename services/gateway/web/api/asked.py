"""What a request asks, read as the API's own document describes it: query string, body, and headers."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import request

from services.gateway.web.api.problems import plain_problem
from services.gateway.web.asking import caller
from services.gateway.web.rendering import language
from shared.application import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

KEY = "Idempotency-Key"
WRITTEN = "Caretrail-Written"
DEVICE = "Caretrail-Device"
KEY_PATTERN = r"^[\x21-\x7e]+$"
KEY_LIMIT = 200
DEVICES = 5
"""People who come in by one program, and are each known again."""
VERSION_PATTERN = r'^(W/)?"[0-9]{1,16}(:[a-z]+)?"$'
"""Our entity tags are versions. On its way one may have been weakened, or marked by who compressed the answer."""

_VERSION = re.compile(r'(?:W/)?"([0-9]{1,16})(?::[a-z]+)?"')


class Refused(Exception):
    """The request cannot be put to a context; `answer` says why."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def query(told: Mapping[str, Any]) -> dict[str, Any]:
    """The query string as the form that it stands for: numbers as numbers, fields of inner forms inside.

    `told` is what the document says of the operation.
    """
    form: dict[str, Any] = {}
    known = {one["name"]: one for one in told["parameters"] if one.get("in") == "query"}
    for name in request.args:
        if name not in known:
            raise _malformed("parameter-unknown", name=name[:100])
        _put(form, known[name]["x-field"], _read(known[name]["schema"], request.args.getlist(name)))
    if "language" in known and "language" not in request.args:
        _put(form, known["language"]["x-field"], language())
    return form


def body(told: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object that was sent; nothing where none is taken."""
    if "requestBody" not in told:
        return {}
    if not request.is_json:
        raise Refused(plain_problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json"))
    try:
        found = msgspec.json.decode(request.get_data(cache=False))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _malformed("no-object") from None
    if not isinstance(found, dict):
        raise _malformed("no-object")
    return found


def given(told: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the form that stand in headers, and are never taken from anywhere else."""
    names = told.get("x-given", ())
    form: dict[str, Any] = {}
    if "client" in names:
        form["client"] = {**caller().client, "devices": _devices()}
    if "session" in names:
        form["session"] = caller().token
    if "based_on" in names:
        form["based_on"] = version(needed=True)
    return form


def key() -> str:
    """Under which a command is carried out once."""
    found = request.headers.get(KEY, "")
    if len(found) > KEY_LIMIT or re.fullmatch(KEY_PATTERN, found) is None:
        raise _malformed("key-missing")
    return found


def version(*, needed: bool = False) -> int | None:
    """The version in `If-Match`, on which a change is based."""
    found = request.headers.get("If-Match")
    if found is None:
        if needed:
            raise Refused(plain_problem(HTTPStatus.PRECONDITION_REQUIRED, "version-missing"))
        return None
    read = _VERSION.fullmatch(found)
    if read is None:
        raise _malformed("version-malformed")
    return int(read[1])


def written(context: str) -> Outcome | None:
    """What the caller has written in this context, by the header that a command answered with."""
    whose, _, rest = request.headers.get(WRITTEN, "").partition(" ")
    if whose != context:
        return None
    number, _, reached = rest.partition(" ")
    try:
        return msgspec.convert({"id": number, "version": reached}, Outcome, strict=False)
    except msgspec.ValidationError:
        raise _malformed("written-malformed") from None


def _devices() -> list[str]:
    named = request.headers.get(DEVICE, "").split(",")
    return [token for one in named if (token := one.strip())][:DEVICES]


def _malformed(code: str, **figures: object) -> Refused:
    return Refused(plain_problem(HTTPStatus.BAD_REQUEST, code, **figures))


def _put(form: dict[str, Any], path: str, value: object) -> None:
    *outer, name = path.split(".")
    for part in outer:
        form = form.setdefault(part, {})
    form[name] = value


def _read(schema: Mapping[str, Any], sent: list[str]) -> object:
    """What stands in a query string, as the type that its schema names; what is none is left for the form to refuse."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "array" in kinds:
        return [_read(schema["items"], [one]) for one in sent]
    text = sent[-1]
    if "integer" in kinds and text.isascii() and text.removeprefix("-").isdigit():
        return int(text[:20])
    return text

"""One route of the API as OpenAPI has it: from the form of what is sent, and the type of the answer."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from operate.contexts import service_of
from operate.documents.api_examples import EXAMPLES
from services.gateway.web.api.asked import DEVICE, KEY, KEY_LIMIT, KEY_PATTERN, VERSION_PATTERN, WRITTEN
from services.gateway.web.api.routes import ROUTES
from shared.principal import Role
from shared.rpc.forms import Form
from shared.rpc.service import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apispec.ext.marshmallow import MarshmallowPlugin

    from services.gateway.web.api.routes import Route
    from shared.rpc.service import Rule

_PATH_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_BY_THE_GATEWAY = ("client", "session", "based_on")
"""Fields that no caller fills in: from where the request comes, the token it came with, the version in `If-Match`."""
_PERSONAL = frozenset({"mother", "identifier", "mobile", "email"})
"""Fields that never stand in an address: who filters by them posts the form."""
_TOLD = {
    "limit": "Entries of a page, up to 200.",
    "cursor": "Where the page begins: the `following` of the page before.",
    "language": "Without it that of `Accept-Language`.",
}

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

PARAMETERS: Mapping[str, dict[str, Any]] = {
    "Key": {
        "in": "header",
        "name": KEY,
        "required": True,
        "description": "Names this command: repeated under the same key it is answered as before and changes nothing.",
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT, "pattern": KEY_PATTERN},
        "example": "9f1c7e52-0d3f-4a55-8a38-6f1f0a5d2b11",
    },
    "Version": {
        "in": "header",
        "name": "If-Match",
        "description": "The ETag that was read: the change is refused (412) where somebody else has changed it since.",
        "schema": {"type": "string", "pattern": VERSION_PATTERN},
        "example": '"3"',
    },
    "VersionNeeded": {
        "in": "header",
        "name": "If-Match",
        "required": True,
        "description": "The ETag that was read: the change is refused (412) where somebody else has changed it since.",
        "schema": {"type": "string", "pattern": VERSION_PATTERN},
        "example": '"3"',
    },
    "Written": {
        "in": "header",
        "name": WRITTEN,
        "description": "As a command has answered with it: the answer knows what that command has changed.",
        "schema": {"type": "string", "pattern": f"^[a-z]+ {_UUID} [0-9]{{1,16}}$"},
        "example": "matching 3d5e0c1a-0007-4000-8000-000000000001 2",
    },
    "Device": {
        "in": "header",
        "name": DEVICE,
        "description": "The `device` of earlier sign-ins by this program, separated by commas, the latest first: "
        "tries of strangers do not lock out whoever sends it.",
        "schema": {"type": "string", "pattern": r"^[\w=-]{0,100}(, ?[\w=-]{1,100}){0,4}$"},
    },
}
"""Headers of requests, by the name of the component that describes them."""

HEADERS = {
    "Version": {
        "description": "The version of what was read or changed, for `If-Match`.",
        "schema": {"type": "string", "pattern": VERSION_PATTERN},
    },
    "Written": {
        "description": "Send it with the next query, to read what this command has changed.",
        "schema": {"type": "string"},
    },
    "Stale": {
        "description": "`true` where the rows do not know yet what `Caretrail-Written` names: ask again in a moment.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RateLimitPolicy": {
        "description": 'How many requests one caller may make in how many seconds, such as `"api";q=600;w=60`.',
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": 'How many are left, and after how many seconds there are more: `"api";r=599;t=60`.',
        "schema": {"type": "string"},
    },
    "CorrelationId": {
        "description": "By what we find this request; name it when you ask us.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "RetryAfter": {"description": "Seconds to wait.", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
    "Challenge": {"description": "How to come in.", "schema": {"type": "string"}},
}
"""Headers of answers, by the name of the component that describes them."""

_ALWAYS = {"RateLimit-Policy": "RateLimitPolicy", "RateLimit": "RateLimit", "X-Correlation-Id": "CorrelationId"}

PROBLEMS = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read: the query, a header or the body.",
    HTTPStatus.UNAUTHORIZED: "Nobody is signed in, or the session is over.",
    HTTPStatus.FORBIDDEN: "Not for this role, or not with this proof.",
    HTTPStatus.NOT_FOUND: "What the address names is not there, or not yours to see.",
    HTTPStatus.CONFLICT: "The key was used for another command, or others change the same thing just now.",
    HTTPStatus.PRECONDITION_FAILED: "Somebody else has changed it since `If-Match`: read it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 256 KiB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is no `application/json`.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What is asked for is refused: each objection by its field, in `errors`.",
    HTTPStatus.PRECONDITION_REQUIRED: "`If-Match` is missing.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too often: wait as `Retry-After` or the problem says.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A service cannot answer: repeat it, a command under the same key.",
}
"""What each "no" means."""


def problem_name(status: HTTPStatus) -> str:
    """The component that describes a "no"."""
    return "".join(word.capitalize() for word in status.name.split("_"))


def headers_of(**names: str) -> dict[str, Any]:
    """These headers of an answer, and those of every answer."""
    told = _ALWAYS | {name.replace("_", "-"): component for name, component in names.items()}
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in told.items()}


def path_of(route: Route) -> str:
    """The path as OpenAPI has it."""
    return _PATH_PARAMETER.sub(r"{\2}", route.path)


class Described:
    """One route; `described` says what it is."""

    def __init__(self, route: Route, rule: Rule, plugin: MarshmallowPlugin) -> None:
        self._route = route
        self._rule = rule
        self._converter: Any = plugin.converter  # made when the document was begun
        self._resolver: Any = plugin.resolver
        self._schema = Form(rule.asks).schema
        self._named = [name for _, name in _PATH_PARAMETER.findall(route.path)]

    def described(self, answer: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
        """The operation."""
        rule = self._rule
        roles = sorted({role for party in rule.parties for role in party.roles})
        columns = _columns(answer, components)
        operation: dict[str, Any] = {
            "operationId": self._id(),
            "tags": [rule.service],
            **self._told(),
            "parameters": [*self._path_parameters(), *self._query_parameters(), *self._headers()],
            "responses": self._responses(answer, columns),
            "security": [{}, {"session": []}] if Role.VISITOR in roles else [{"session": []}],
            "x-method": self._route.method,
            "x-kind": rule.kind,
            "x-roles": roles,
        }
        given = [name for name in _BY_THE_GATEWAY if name in self._schema.fields and name not in self._named]
        if given:
            operation["x-given"] = given
        if self._has_body:
            operation["requestBody"] = {"required": True, "content": {"application/json": self._body()}}
        if columns:
            operation["x-columns"] = columns
        return operation

    def _id(self) -> str:
        """The method's own name, with that of its context where another had a method so called before.

        Of the two ways to ask a query, that by a posted form says so.
        """
        called_so = (route.method for route in ROUTES if route.method.partition(".")[2] == self._rule.method)
        is_first = next(called_so) == self._route.method
        name = self._rule.method if is_first else f"{self._rule.service}_{self._rule.method}"
        is_by_form = self._rule.kind is Kind.QUERY and self._route.verb == "POST"
        return f"{name}_by_form" if is_by_form else name

    def _told(self) -> dict[str, str]:
        lines = (getattr(service_of(self._rule.service), self._rule.method).__doc__ or "").strip().splitlines()
        rest = " ".join(line.strip() for line in lines[1:]).strip()
        return {"summary": lines[0], **({"description": rest} if rest else {})}

    @property
    def _has_body(self) -> bool:
        return self._route.verb != "GET" and bool(self._body_fields())

    def _body(self) -> dict[str, Any]:
        told = {"schema": self._resolver.resolve_schema_dict(self._of(self._body_fields()))}
        example = EXAMPLES.get(self._route.method)
        return told | ({"example": example} if example else {})

    def _body_fields(self) -> list[str]:
        return [name for name in self._schema.fields if name not in self._named and name not in _BY_THE_GATEWAY]

    def _of(self, names: list[str]) -> Any:
        """The form with these fields only; the whole one where that is all of them."""
        if len(names) == len(self._schema.fields):
            return self._schema
        partial = type(self._schema)(only=names)
        type(partial).__name__ = type(self._schema).__name__
        return partial

    def _path_parameters(self) -> Iterator[dict[str, Any]]:
        for kind, name in _PATH_PARAMETER.findall(self._route.path):
            described: dict[str, Any] = self._converter.field2property(self._schema.fields[name])
            schema = {"type": "string", "format": "uuid"} if kind == "uuid" else described
            yield {"in": "path", "name": name, "required": True, "schema": schema}

    def _query_parameters(self) -> Iterator[dict[str, Any]]:
        if self._route.verb == "GET":
            yield from _parameters(self._schema, "", self._converter, {*self._named, *_BY_THE_GATEWAY})

    def _headers(self) -> list[str]:
        """By the names of their components."""
        names = []
        if self._rule.kind is Kind.COMMAND:
            names = ["Key", "VersionNeeded" if "based_on" in self._schema.fields else "Version"]
        elif self._rule.kind is Kind.QUERY:
            names = ["Written"]
        if "client" in self._schema.fields:
            names.append("Device")
        return names

    def _responses(self, answer: dict[str, Any], columns: list[str]) -> dict[str, Any]:
        content: dict[str, Any] = {"application/json": {"schema": answer}}
        if columns:
            content["text/csv"] = {"schema": {"type": "string"}}
        headers = headers_of()
        if self._rule.kind is Kind.COMMAND:
            headers = headers_of(ETag="Version", Caretrail_Written="Written")
        elif self._rule.kind is Kind.QUERY:
            headers = headers_of(ETag="Version", Caretrail_Stale="Stale")
        done = {"description": "Done, or found", "headers": headers, "content": content}
        problems = {
            str(int(status)): {"$ref": f"#/components/responses/{problem_name(status)}"} for status in self._refusals()
        }
        return {"200": done, **problems}

    def _refusals(self) -> list[HTTPStatus]:
        found = {*PROBLEMS}
        if not self._has_body:
            found -= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
        if self._rule.kind is not Kind.COMMAND:
            found -= {HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED}
        if "based_on" not in self._schema.fields:
            found -= {HTTPStatus.PRECONDITION_REQUIRED}
        if not self._named and self._rule.kind is not Kind.QUERY:
            found -= {HTTPStatus.NOT_FOUND}
        return sorted(found)


def _parameters(
    schema: Any, path: str, converter: Any, without: set[str], *, is_needed: bool = True
) -> Iterator[dict[str, Any]]:
    """What of a form can stand in a query string: its plain fields and those of forms in it, if not personal.

    Of a form that may be left out, as `is_needed` says, so may every field.
    """
    for name, field in schema.fields.items():
        if name in without or name in _PERSONAL:
            continue
        nested = getattr(field, "schema", None)
        if nested is not None:
            needed = is_needed and field.required
            yield from _parameters(nested, f"{path}{name}.", converter, without, is_needed=needed)
            continue
        described = _without_none(converter.field2property(field))
        yield {
            "in": "query",
            "name": name,
            "required": is_needed and field.required and name != "language",  # which the gateway knows
            **({"description": _TOLD[name]} if name in _TOLD else {}),
            "schema": described,
            **({"explode": True} if described.get("type") == "array" else {}),
            "x-field": f"{path}{name}",
        }


def _without_none(described: dict[str, Any]) -> dict[str, Any]:
    """What can stand in a query string: what is none is left out."""
    kinds = described.get("type")
    if not isinstance(kinds, list):
        return described
    present = [kind for kind in kinds if kind != "null"]
    choices = {"enum": [choice for choice in described["enum"] if choice is not None]} if "enum" in described else {}
    return described | {"type": present[0] if len(present) == 1 else present} | choices


def _columns(answer: Mapping[str, Any], components: Mapping[str, Any], path: str = "") -> list[str]:
    """Of an answer that lists rows, the plain columns of a row, dotted; nothing where it is no list."""
    whole = _resolved(answer, components)
    if "entries" in whole.get("properties", {}) and "following" in whole["properties"]:
        return list(_plain(_resolved(whole["properties"]["entries"]["items"], components), components, path))
    if whole.get("type") == "array":
        return list(_plain(_resolved(whole["items"], components), components, path))
    return []


def _plain(row: Mapping[str, Any], components: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, described in row.get("properties", {}).items():
        part = _resolved(described, components)
        if "properties" in part:
            yield from _plain(part, components, f"{path}{name}.")
        elif part.get("type") != "array":
            yield f"{path}{name}"


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to, and what a value is that may also be missing."""
    present = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(present) == 1:
        return _resolved(present[0], components)
    reference = schema.get("$ref", "")
    return _resolved(components[reference.rpartition("/")[2]], components) if reference else schema

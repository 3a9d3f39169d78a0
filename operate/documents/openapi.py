"""OpenAPI 3.1 of the gateway's JSON API: from its routes, the forms of what is sent, and the types of answers.

`python -m operate.documents.openapi` writes it to where the gateway serves it from; `--check` only compares.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from operate.contexts import served, service_of
from operate.documents.__main__ import ROOT, release
from services.gateway.web.api.routes import NOT_OFFERED, ROUTES
from shared.rpc.forms import Form
from shared.rpc.service import Kind, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from services.gateway.web.api.routes import Route
    from shared.rpc.service import Rule

PATH = ROOT / "services" / "gateway" / "web" / "api" / "openapi.json"
PREFIX = "/api/v1"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
_PATH_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_BY_THE_GATEWAY = ("client", "session", "based_on")
"""Fields that no caller fills in: from where the request comes, the token it came with, the version in `If-Match`."""
_PERSONAL = frozenset({"mother", "identifier", "mobile", "email"})
"""Fields that never stand in an address: who filters by them posts the form."""
_REF = "#/components/schemas/{name}"

_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "correlation_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In the language of the request."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "correlation_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "field", "detail"],
                "properties": {
                    "code": {"type": "string"},
                    "field": {"type": "string", "description": "Dotted, into lists: `preferences.1.doctor`."},
                    "detail": {"type": "string"},
                    "params": {"type": "object"},
                },
            },
        },
    },
}


class RouteMissing(LookupError):
    """A method of a service has neither a route nor a reason for having none, or a route leads nowhere."""


def openapi(version: str) -> dict[str, Any]:
    """The document; raises `RouteMissing`."""
    rules = {f"{rule.service}.{rule.method}": rule for name in served() for rule in rules_of(service_of(name))}
    _demand_every_method(rules)
    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    spec = APISpec(
        title="Caretrail",
        version=version,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        servers=[{"url": PREFIX}],
    )
    answers = [rules[route.method].answers() for route in ROUTES]
    schemas, components = msgspec.json.schema_components(answers, ref_template=_REF)
    spec.components.schema("Problem", _PROBLEM_SCHEMA)
    for name, component in components.items():
        spec.components.schema(name, component)
    spec.components.security_scheme("session", {"type": "http", "scheme": "bearer"})
    for route, answer in zip(ROUTES, schemas, strict=True):
        operation = _Operation(route, rules[route.method], plugin).described(answer, components)
        spec.path(_path_of(route), operations={route.verb.lower(): operation})
    return spec.to_dict()


_ABOUT = """Everything that the pages do, for programs. A session's token (`POST /sessions`, `POST /codes/verification`)
goes into `Authorization: Bearer`. Commands take an `Idempotency-Key`: repeated under the same key they are answered as
before and change nothing. `If-Match` with the version that was read refuses a change of what somebody else has changed
since (412). To read your own write, send the `Caretrail-Written` of a command's answer with a query. Lists are paged by
`cursor`, and come whole as CSV with `Accept: text/csv`. Refusals are problem details (RFC 9457), worded in the language
of `Accept-Language` (zh-Hant, en)."""


def _demand_every_method(rules: Mapping[str, Rule]) -> None:
    routed = {route.method for route in ROUTES}
    for method in routed - rules.keys():
        raise RouteMissing(f"no service has {method}, to which a route leads")
    for method in rules.keys() - routed:
        if method not in NOT_OFFERED and f"*.{method.partition('.')[2]}" not in NOT_OFFERED:
            raise RouteMissing(f"{method} has no route, and no reason in NOT_OFFERED")


def _name_of(schema: Any) -> str:
    return (schema if isinstance(schema, type) else type(schema)).__name__


def _path_of(route: Route) -> str:
    return _PATH_PARAMETER.sub(r"{\2}", route.path)


class _Operation:
    """One route as OpenAPI has it."""

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
        service = service_of(rule.service)
        roles = sorted({role for party in rule.parties for role in party.roles})
        operation: dict[str, Any] = {
            "operationId": f"{self._route.verb.lower()}_{rule.service}_{rule.method}_{len(self._named)}",
            "tags": [rule.service],
            "summary": (getattr(service, rule.method).__doc__ or "").strip().splitlines()[0],
            "parameters": [*self._path_parameters(), *self._query_parameters(), *self._headers()],
            "responses": self._responses(answer),
            "security": [{}] if "visitor" in roles else [{"session": []}],
            "x-method": self._route.method,
            "x-kind": rule.kind,
            "x-roles": roles,
        }
        given = [name for name in _BY_THE_GATEWAY if name in self._schema.fields and name not in self._named]
        if given:
            operation["x-given"] = given
        if self._route.verb != "GET" and self._body_fields():
            schema = self._resolver.resolve_schema_dict(self._of(self._body_fields()))
            operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        if columns := _columns(answer, components):
            operation["x-columns"] = columns
        return operation

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
            schema = {"type": "string", "format": "uuid"} if kind == "uuid" else self._described(name)
            yield {"in": "path", "name": name, "required": True, "schema": schema}

    def _described(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._converter.field2property(self._schema.fields[name])
        return found

    def _query_parameters(self) -> Iterator[dict[str, Any]]:
        if self._route.verb == "GET":
            yield from _parameters(self._schema, "", self._converter, {*self._named, *_BY_THE_GATEWAY})

    def _headers(self) -> Iterator[dict[str, Any]]:
        if self._rule.kind is Kind.COMMAND:
            key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"}
            yield {"in": "header", "name": "Idempotency-Key", "required": True, "schema": key}
            basis = {"type": "string", "pattern": '^"[0-9]+"$'}
            required = "based_on" in self._schema.fields
            yield {"in": "header", "name": "If-Match", "required": required, "schema": basis}
        elif self._rule.kind is Kind.QUERY:
            yield {"in": "header", "name": "Caretrail-Written", "schema": {"type": "string"}}

    def _responses(self, answer: dict[str, Any]) -> dict[str, Any]:
        content: dict[str, Any] = {"application/json": {"schema": answer}}
        problem = {"description": "No, and why", "content": {"application/problem+json": {"schema": PROBLEM}}}
        return {"200": {"description": "Done, or found", "content": content}, "default": problem}


def _parameters(schema: Any, path: str, converter: Any, without: set[str]) -> Iterator[dict[str, Any]]:
    """What of a form can stand in a query string: its plain fields and those of forms in it, if not personal."""
    for name, field in schema.fields.items():
        if name in without or name in _PERSONAL:
            continue
        nested = getattr(field, "schema", None)
        if nested is not None:
            yield from _parameters(nested, f"{path}{name}.", converter, without)
            continue
        described = converter.field2property(field)
        yield {
            "in": "query",
            "name": name,
            "required": field.required,
            "schema": described,
            **({"explode": True} if described.get("type") == "array" else {}),
            "x-field": f"{path}{name}",
        }


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


def main(arguments: Sequence[str], path: Path = PATH) -> int:
    """Write or check; 1 where what lies there is not what the code says."""
    parser = argparse.ArgumentParser(prog="python -m operate.documents.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where it is stale")
    options = parser.parse_args(arguments)
    text = json.dumps(openapi(release()), ensure_ascii=False, indent=1) + "\n"
    is_stale = not path.exists() or path.read_text(encoding="utf-8") != text
    if options.check and is_stale:
        sys.stderr.write(f"{path.relative_to(ROOT)} is not what the code says: run `./justw docs` and commit it.\n")
        return 1
    path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

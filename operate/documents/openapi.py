"""OpenAPI 3.1 of the gateway's JSON API: from its routes, the forms of what is sent, and the types of answers.

`python -m operate.documents.openapi` writes it to where the gateway serves it from; `--check` only compares.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from operate.contexts import served, service_of
from operate.documents.operations import HEADERS, PARAMETERS, PROBLEMS, Described, headers_of, path_of, problem_name
from operate.release import ROOT, release
from services.gateway.web.api.problems import MEDIA_TYPE
from services.gateway.web.api.routes import NOT_OFFERED, ROUTES
from services.gateway.web.wording import CONTEXTS
from shared.rpc.service import rules_of
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shared.rpc.service import Rule

PATH = ROOT / "services" / "gateway" / "web" / "api" / "openapi.json"
PREFIX = "/api/v1"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
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
    spec.components.security_scheme("session", _SESSION)
    for name, described in PARAMETERS.items():
        spec.components.parameter(name, described["in"], described)
    for name in served():
        spec.tag({"name": name, "description": _TAGS[name]})
    for route, answer in zip(ROUTES, schemas, strict=True):
        operation = Described(route, rules[route.method], plugin).described(answer, components)
        spec.path(path_of(route), operations={route.verb.lower(): operation})
    document: dict[str, Any] = spec.to_dict()
    document["components"] |= {"headers": HEADERS, "responses": _problems()}
    _with_words(document, _words())
    return document


def _problems() -> dict[str, Any]:
    """Every "no" that there is, by the name of its component."""
    more = {
        HTTPStatus.UNAUTHORIZED: {"WWW_Authenticate": "Challenge"},
        HTTPStatus.TOO_MANY_REQUESTS: {"Retry_After": "RetryAfter"},
        HTTPStatus.SERVICE_UNAVAILABLE: {"Retry_After": "RetryAfter"},
    }
    return {
        problem_name(status): {
            "description": told,
            "headers": headers_of(**more.get(status, {})),
            "content": {MEDIA_TYPE: {"schema": PROBLEM}},
        }
        for status, told in PROBLEMS.items()
    }


def _words() -> dict[str, str]:
    """What codes mean, in both languages; the context whose word the pages take has it here too."""
    chinese, english = (
        {code: word for name in reversed(CONTEXTS) for code, word in _values(name, language).items()}
        for language in (Language.CHINESE, Language.ENGLISH)
    )
    return {code: f"{word}（{english[code]}）" for code, word in chinese.items() if code in english}


def _values(name: str, language: Language) -> Mapping[str, str]:
    return service_of(name).words.catalogue(language).values


_SESSION = {
    "type": "http",
    "scheme": "bearer",
    "description": "The `session` that POST /sessions or POST /codes/verification answered with.",
}
_TAGS = {
    "gateway": "公告: pages of agencies.",
    "identity": "身分: coming in, accounts, and the public register of institutions and people.",
    "matching": "媒合: applications, offers, enrolments, and what bureaus look after.",
    "notifier": "訊息: what was sent to whom, and what could not be.",
    "support": "報備支援: applications to work elsewhere, their review, the supports granted.",
}

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


def _with_words(schema: Any, words: Mapping[str, str]) -> None:
    """Say what each choice of each enumeration in this schema means, and put descriptions on lines of their own."""
    if isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            schema["description"] = inspect.cleandoc(schema["description"])
        choices = schema.get("enum")
        if isinstance(choices, list) and any(choice in words for choice in choices):
            lines = [f"- `{choice}`: {words[choice]}" for choice in choices if choice in words]
            schema["description"] = "\n\n".join(filter(None, (schema.get("description"), "\n".join(lines))))
        for inner in schema.values():
            _with_words(inner, words)
    elif isinstance(schema, list):
        for inner in schema:
            _with_words(inner, words)


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

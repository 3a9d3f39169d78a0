"""What a query or a deed answers with is described by its annotation: the HTTP API's description is made of it."""

from __future__ import annotations

import inspect
from typing import get_type_hints

import jsonschema
import msgspec
import pytest

from operate.contexts import service_of
from services.identity.application.front_desk import ANSWERS, CASES
from shared.rpc.service import Kind, rules_of


def question_of(service, method):
    """The method as it was written, below what the service made of it."""
    return inspect.getclosurevars(getattr(service, method)).nonlocals["question"].method


def answered(name):
    """Every method that is a service's own and no command, which answers with an outcome."""
    service = service_of(name)
    asked = [rule.method for rule in rules_of(service) if rule.kind is Kind.QUERY]
    deeds = [method for method in dir(service) if "question" in _closure(getattr(service, method))]
    return [(service, method) for method in sorted({*asked, *deeds} - {"health", "wording"})]


def _closure(method):
    return inspect.getclosurevars(method).nonlocals if inspect.isfunction(method) else {}


CALLED = [
    pytest.param(*called, id=".".join((name, called[1])))
    for name in ("identity", "matching", "notifier", "support")
    for called in answered(name)
]


@pytest.mark.parametrize(("service", "method"), CALLED)
def test_an_answer_has_a_schema_that_names_its_fields(service, method):
    answer = get_type_hints(question_of(service, method))["return"]
    schema = msgspec.json.schema(answer)
    jsonschema.Draft202012Validator.check_schema(schema)
    described = schema.get("$defs", {}).values()
    assert any(part.get("properties") for part in described) or schema.get("$ref", "").endswith("Done")


def test_each_deed_answers_with_what_its_use_case_returns():
    told = {command: case.__annotations__["return"] for command, case in CASES.items()}
    assert told == {command: ANSWERS[command].__name__ for command in CASES}

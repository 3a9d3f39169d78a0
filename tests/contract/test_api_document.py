"""The API's OpenAPI document is what the code says, is valid, and tells a program all that it needs."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from operate.contexts import served, service_of
from operate.documents import openapi
from operate.documents.api_examples import EXAMPLES
from operate.release import release
from services.gateway.web.api.answering import document
from services.gateway.web.api.routes import NOT_OFFERED, ROUTES, Route
from shared.rpc.forms import Form
from shared.rpc.service import rules_of

RULES = {f"{rule.service}.{rule.method}": rule for name in served() for rule in rules_of(service_of(name))}


def operations(told):
    return [(path, verb, one) for path, below in told["paths"].items() for verb, one in below.items()]


@pytest.fixture
def told():
    return json.loads(openapi.PATH.read_text(encoding="utf-8"))


def test_the_committed_document_is_what_the_code_says(told):
    assert told == json.loads(json.dumps(openapi.openapi(release())))


def test_it_is_a_valid_openapi_document_and_the_check_can_fail(told):
    validate(told)
    told["paths"]["/cases"]["post"]["responses"] = []
    with pytest.raises(OpenAPIValidationError):
        validate(told)


def test_every_operation_has_a_readable_name_of_its_own_a_summary_and_a_tag_that_is_explained(told):
    names = [one["operationId"] for _, _, one in operations(told)]
    tags = {tag["name"] for tag in told["tags"] if tag["description"]}

    assert len(set(names)) == len(names) == len(ROUTES)
    assert "submit_application" in names
    assert "clinic_worklist_by_form" in names
    assert all(one["summary"] and set(one["tags"]) <= tags for _, _, one in operations(told))


def test_every_operation_names_each_no_that_it_can_answer_with(told):
    for path, verb, one in operations(told):
        answers = {int(status) for status in one["responses"]}
        assert answers >= {200, 400, 401, 403, 422, 429, 503}, path
        assert (404 in answers) or "{" not in path, path
        assert ({413, 415} <= answers) == ("requestBody" in one), (path, verb)
        assert ({409, 412} <= answers) == (one["x-kind"] == "command"), (path, verb)
        assert (428 in answers) == ("based_on" in one.get("x-given", ())), (path, verb)


def test_commands_say_where_their_key_goes_and_lists_how_they_are_paged_and_saved(told):
    for path, _, one in operations(told):
        references = {parameter.get("$ref", "").rpartition("/")[2] for parameter in one["parameters"]}
        assert ("Key" in references) == (one["x-kind"] == "command"), path
        assert ("Device" in references) == ("client" in one.get("x-given", ())), path
        assert ("text/csv" in one["responses"]["200"]["content"]) == ("x-columns" in one), path
    offers = {one.get("name"): one for one in told["paths"]["/offers"]["get"]["parameters"]}
    assert offers["cursor"]["description"]
    assert offers["limit"]["description"]


@pytest.mark.parametrize("path", ["/accounts", "/institutions", "/doctors", "/offers", "/jurisdiction/cases"])
def test_a_list_can_be_asked_for_without_narrowing_it(told, path):
    [method] = {route.method for route in ROUTES if (route.verb, route.path) == ("GET", path)}
    asked = RULES[method].asks

    assert not [one["name"] for one in told["paths"][path]["get"]["parameters"] if one.get("required")]
    assert Form(asked).read({}) == asked()


def test_nothing_that_names_a_person_stands_in_an_address(told):
    asked = {one["name"] for _, _, op in operations(told) for one in op["parameters"] if one.get("in") == "query"}

    assert not asked & {"identifier", "mobile", "email", "name", "mother", "password", "code_entered"}


def test_every_choice_that_people_make_is_explained_in_both_languages(told):
    schemas = told["components"]["schemas"]

    assert "- `unreachable`: 無法聯繫家長（the family could not be reached）" in schemas["DeclineReason"]["description"]
    assert "- `mother`: 母親（mother）" in schemas["ContactEntryForm"]["properties"]["relation"]["description"]


@pytest.mark.parametrize("method", EXAMPLES)
def test_each_example_is_what_its_method_takes(told, method):
    [body] = [
        one["requestBody"]["content"]["application/json"]
        for _, _, one in operations(told)
        if one["x-method"] == method and "requestBody" in one
    ]
    given = {"client", "session", "case_id"}
    messages = Form(RULES[method].asks).schema.validate(EXAMPLES[method])

    assert body["example"] == EXAMPLES[method]
    assert messages.keys() <= given
    validator = Draft202012Validator(body["schema"] | {"components": told["components"]})
    assert validator.is_valid(EXAMPLES[method])
    assert not validator.is_valid({**EXAMPLES[method], "invented": 1})


def test_a_method_without_a_route_or_a_reason_is_refused(monkeypatch):
    assert not {route.method for route in ROUTES} & NOT_OFFERED.keys()
    monkeypatch.setattr(openapi, "ROUTES", tuple(route for route in ROUTES if route.method != "matching.withdraw"))
    with pytest.raises(openapi.RouteMissing, match=r"matching\.withdraw"):
        openapi.openapi("0")


def test_a_route_that_leads_nowhere_is_refused(monkeypatch):
    monkeypatch.setattr(openapi, "ROUTES", (*ROUTES, Route("GET", "/nowhere", "matching.nowhere")))
    with pytest.raises(openapi.RouteMissing, match=r"matching\.nowhere"):
        openapi.openapi("0")


def test_no_reason_is_given_for_a_method_that_is_not_there():
    assert {name for name in NOT_OFFERED if not name.startswith("*")} <= RULES.keys()


def test_two_routes_of_one_verb_and_method_would_share_one_description_so_there_are_none():
    told = [(route.verb, route.method) for route in ROUTES]

    assert len(set(told)) == len(told)
    assert document()["openapi"] == "3.1.0"

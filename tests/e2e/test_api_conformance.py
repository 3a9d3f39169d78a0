"""What a stranger sends who has only read the document: no server error, and every answer as the document says.

Each route is asked as somebody who may; what is sent is the same in every run.
"""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from operate.documents.openapi import PATH
from tests.e2e.conftest import Program

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

EXAMPLES = 4
"""Of what is sent to each route; more by hand: `schemathesis run http://localhost:8000/api/v1/openapi.json`."""
ROLES = ("parent", "case_manager", "bureau_manager", "operator")
ENDS_THE_SESSION = {"sign_out", "sign_out_everywhere", "change_password"}

DOCUMENT = schemathesis.openapi.from_dict(json.loads(PATH.read_text(encoding="utf-8")))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def tokens(site) -> dict[str, str]:
    """Somebody of every role who has come in."""
    found = {}
    for role in ROLES:
        program = Program(site)
        program.come_in(role, "awaiting_notice" if role == "parent" else "")
        program.close()
        found[role] = program.token
    return found


@DOCUMENT.exclude(operation_id=ENDS_THE_SESSION).parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
def test_every_answer_is_as_the_document_says(case, site, tokens):
    may = case.operation.definition.raw["x-roles"]
    token = next((tokens[role] for role in ROLES if role in may), "")
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.250"}

    case.call_and_validate(base_url=site.url("/api/v1"), headers=headers, checks=CHECKS)

"""A program at the API, and contexts behind it that answer whatever a test says."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.gateway.web.app import web_app
from services.gateway.web.front import Front
from shared.application import Outcome
from shared.rpc.client import Found
from shared.words import Language
from tests.controls.remote import NOW, Remote, checked

CASE = UUID("3d5e0c1a-0007-4000-8000-000000000001")
TOKEN = "token of a session"


class Contexts(Remote):
    """What contexts answer, and everything that they were given: by whom, knowing what, on which version."""

    def __init__(self):
        self.session = {"principal": "signed", "session_id": "mine", "role": "parent", "assurances": ["otp"]}
        super().__init__({"identity.check_sessions": checked(self.session)})
        self.calls = []
        self.stale = False

    def begin_anew(self):
        """For the next test."""
        self.__init__()

    def query(self, method, asked=None, asking=None, written=None):
        if method.endswith(".wording"):
            return super().query(method, asked)
        self.calls.append((method, asked, asking.principal, written))
        return Found(self._answer(method, asked), self.stale)

    def deed(self, method, payload, asking=None, _=None):
        self.calls.append((method, payload, asking.principal, None))
        return self._answer(method, payload)

    def command(self, method, payload, key, _=None, based_on=None):
        self.calls.append((method, payload, key, based_on))
        return self._answer(method, payload) or Outcome(id=CASE, version=3, number="260309P1021001")

    def asked_for(self, method):
        """What each call of a method was given."""
        return [call[1:] for call in self.calls if call[0] == method]


class Program:
    """Calls the API; signed in unless it says otherwise."""

    def __init__(self, contexts, **options):
        self.front = Front(
            rpc=contexts,
            site="http://localhost:8000",
            key=b"k" * 32,
            language=Language.CHINESE,
            clock=lambda: NOW,
            **options,
        )
        self.app = web_app(self.front)
        self._client = self.app.test_client()

    def __call__(self, verb, path, *, token=TOKEN, headers=None, **rest):
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return self._client.open(f"/api/v1{path}", method=verb, headers={**bearer, **(headers or {})}, **rest)

    def command(self, verb, path, body=None, **headers):
        named = {"Idempotency-Key": str(uuid4())} | {name.replace("_", "-"): told for name, told in headers.items()}
        return self(verb, path, json=body or {}, headers=named)


@pytest.fixture(scope="session")
def everything():
    """One site for all tests: it takes longer to put together than they do."""
    contexts = Contexts()
    return contexts, Program(contexts, api_rate=1_000_000)


@pytest.fixture
def contexts(everything):
    contexts, program = everything
    contexts.begin_anew()
    program.front.checked.drop(TOKEN)
    return contexts


@pytest.fixture
def program(everything, contexts):
    assert contexts.calls == []
    return everything[1]

"""The whole of Caretrail in a process of its own, and programs that use its API over HTTP."""

from __future__ import annotations

import re
import threading
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests

from tests.browser.question import answer_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.site import Site

_addresses = count(1)


class Program:
    """Somebody who uses the API; every one comes from an address of their own."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.token = ""
        self._session = requests.Session()
        self._address = f"203.0.113.{next(_addresses)}"

    def __call__(self, verb: str, path: str, body: object = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): told for name, told in headers.items()}
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        own = {"X-Forwarded-For": self._address, "Accept-Language": "en"}
        url = self.site.url(f"/api/v1{path}")
        return self._session.request(verb, url, json=body, headers={**own, **bearer, **named}, timeout=60)

    def command(self, verb: str, path: str, body: object = None, **headers: str) -> requests.Response:
        return self(verb, path, body or {}, **({"Idempotency_Key": str(uuid4())} | headers))

    def come_in(self, role: str, who: str = "") -> dict[str, Any]:
        """By password, or by the code that comes to the phone."""
        door = self.site.door(role, who)
        answer = self._by_code(door.address) if role == "parent" else self._by_password(door.address, door.password)
        assert answer.status_code == 200, answer.text
        signed_in: dict[str, Any] = answer.json()
        self.token = signed_in["session"]
        return signed_in

    def _by_password(self, email: str, password: str) -> requests.Response:
        return self("POST", "/sessions", {"email": email, "password": password})

    def _by_code(self, mobile: str) -> requests.Response:
        before = self._codes(mobile)
        wanted: dict[str, Any] = {"mobile": mobile, "purpose": "log_in"}
        sent = self("POST", "/codes", wanted)
        if sent.json().get("code") == "question-needed":
            asked = self("POST", "/questions", {"language": "en"}).json()
            question = {"token": asked["token"], "answer": answer_to(asked["text"])}
            sent = self("POST", "/codes", wanted | {"question": question})
        assert sent.status_code == 200, sent.text
        for _ in range(60):
            codes = self._codes(mobile)
            if len(codes) > len(before):
                return self("POST", "/codes/verification", {"attempt": sent.json()["attempt"], "code": codes[0]})
            threading.Event().wait(0.25)
        raise AssertionError(f"nothing has come to {mobile}")

    def _codes(self, mobile: str) -> list[str]:
        """Those in the local outbox, the newest first."""
        page = requests.get(self.site.url("/outbox"), timeout=20).text
        letters = [letter for letter in page.split('data-address="') if letter.startswith(f'{mobile}"')]
        return [code[0] for letter in letters if (code := re.search(r"\b\d{6}\b", letter))]

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def program(site: Site) -> Iterator[Program]:
    program = Program(site)
    yield program
    program.close()

"""Where a context does not answer, pages say so at once and nothing more is asked of it."""

from http import HTTPStatus

import pytest

from shared.rpc.client import NoAnswer
from tests.controls.remote import Remote, browser


def silent(_):
    raise NoAnswer("identity", "check_sessions", 10)


@pytest.mark.parametrize("path", ["/clinic", "/bureau", "/cases", "/messages", "/accounts", "/account/sessions"])
def test_while_identity_is_silent_every_page_says_so_and_it_is_asked_once(path):
    remote = Remote({"identity.check_sessions": silent})
    page = browser(remote).get(path)
    assert page.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "現在連不上服務" in page.text
    assert [method for method, _ in remote.asked] == ["identity.check_sessions"]


def test_the_browser_forgets_its_session_also_while_identity_is_silent():
    answer = browser(Remote({"identity.check_sessions": silent})).post("/sign-out")
    assert answer.location == "/signed-out"
    assert any(cookie.startswith("caretrail=;") for cookie in answer.headers.getlist("Set-Cookie"))

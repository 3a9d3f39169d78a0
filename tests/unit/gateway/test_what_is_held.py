"""What was typed and could not be taken comes back, said to be unsent; what has no page leads back to where it was."""

import re
from http import HTTPStatus

import pytest

from services.gateway.web.app import web_app
from services.gateway.web.front import Front
from shared.words import Language
from tests.controls.remote import NOW, Remote, checked, clinic, refusal

SEARCH = {"path": "/clinic/search", "fields": {"q": ["A123456789"]}}


def gone(_):
    raise refusal("session-over")


def visit(remote):
    """A browser whose forms have to bear their token."""
    front = Front(rpc=remote, site="http://localhost", key=b"k" * 32, language=Language.ENGLISH, clock=lambda: NOW)
    client = web_app(front).test_client()
    client.set_cookie("caretrail", "token of a session")
    return client


def test_a_form_that_comes_back_is_said_to_be_unsent():
    page = visit(clinic(gateway__held_form=SEARCH)).get("/clinic/search?held=t").text
    assert 'value="A123456789"' in page
    assert "has not been sent yet" in page


def test_a_button_of_a_page_too_old_leads_back_to_that_page_and_asks_to_be_pressed_again():
    remote = clinic(identity__own_sessions=[])
    browser = visit(remote)
    answer = browser.post("/sign-out", headers={"Referer": "http://localhost/account/sessions?after=1"})
    assert answer.location == "/account/sessions"
    assert "Press the button once more" in browser.get(answer.location).text
    assert remote.done == []


@pytest.mark.parametrize("referrer", ["http://elsewhere.example/clinic", "", "nonsense"])
def test_no_other_site_says_where_a_button_leads_back_to(referrer):
    assert visit(clinic()).post("/sign-out", headers={"Referer": referrer}).location == "/"


@pytest.mark.parametrize(("bears_token", "status"), [(False, HTTPStatus.BAD_REQUEST), (True, HTTPStatus.UNAUTHORIZED)])
def test_a_part_of_a_page_is_never_another_page(bears_token, status):
    remote = Remote({"identity.check_sessions": checked(None)})
    browser = visit(remote)
    token = re.search(r'"X-CSRFToken": "([^"]+)"', browser.get("/sign-in").text)[1] if bears_token else ""
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    assert browser.post("/apply/check/child.birth_date", headers=headers).status_code == status
    assert "gateway.hold_form" not in dict(remote.asked)


def test_a_form_that_is_too_large_is_answered_so_and_not_read_a_second_time():
    remote = Remote({"identity.check_sessions": checked(None)})
    answer = visit(remote).post("/sign-in/card", data={"token": "x" * 900_000})
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert 'name="typed.' not in answer.text


def test_the_other_language_is_a_page_of_this_site_whatever_the_address():
    page = visit(Remote({"identity.check_sessions": checked(None)})).get("/%5Cevil.example").text
    assert 'href="/%5Cevil.example?lang=' in page


def test_what_was_typed_into_a_refused_page_goes_along_into_the_other_language():
    held = {}

    def hold(payload):
        held.update(path=payload["path"], fields=payload["fields"])
        return {"token": "t"}

    answers = {"gateway.hold_form": hold, "gateway.held_form": lambda _: held}
    remote = Remote({"identity.check_sessions": checked(None), "identity.request_code": gone, **answers})
    browser = visit(remote)
    token = re.search(r'"X-CSRFToken": "([^"]+)"', browser.get("/sign-in/phone").text)[1]
    page = browser.post("/sign-in/phone?back=/cases", data={"mobile": "0912 345 678", "csrf_token": token}).text
    switch = page[page.index('action="/language"') :]
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', switch[: switch.index("</form>")]))
    assert sent["lang"] == "zh-Hant"
    assert "typed.csrf_token" not in sent

    answer = browser.post("/language", data=sent)

    assert answer.location == "/sign-in/phone?back=%2Fcases&held=t&lang=zh-Hant"
    again = browser.get(answer.location).text
    assert '<html lang="zh-Hant-TW"' in again
    assert 'value="0912 345 678"' in again


def test_the_switch_of_the_language_leads_to_no_other_site():
    remote = Remote({"identity.check_sessions": checked(None), "gateway.hold_form": {"token": "t"}})
    browser = visit(remote)
    token = re.search(r'"X-CSRFToken": "([^"]+)"', browser.get("/sign-in").text)[1]
    sent = {"to": "//evil.example/", "lang": "en", "csrf_token": token}
    assert browser.post("/language", data=sent).location.startswith("/?")

"""The secret of a link stands in the address of one page, which tells no other page of it."""

import pytest

from tests.unit.gateway.sign_in.conftest import signed_in

LINK = "weAS09UoSNOTREAL"


@pytest.mark.parametrize("path", ["/activate", "/reset-password"])
def test_the_page_of_a_link_names_its_address_to_nobody_and_hands_the_link_on_in_the_form(visitor, path):
    page = visitor.get(f"{path}/{LINK}")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert f'action="{path}"' in page.text
    assert f'name="link" value="{LINK}"' in page.text


def test_a_new_account_is_in_at_once(visitor, desk):
    desk.answers["identity.activate_account"] = signed_in("bureau_manager")
    answer = visitor.post("/activate", data={"link": LINK, "password": "four green kettles"})
    assert answer.location == "/bureau"
    assert desk.last("activate_account")["link"] == LINK


def test_a_password_that_is_not_good_enough_can_be_mended_with_the_same_link(visitor, desk):
    desk.refuses("activate_account", "password-too-short", "password", least=15)
    answer = visitor.post("/activate", data={"link": LINK, "password": "short"})
    assert answer.status_code == 422
    assert LINK in answer.text
    assert 'value="short"' not in answer.text


@pytest.mark.parametrize("code", ["link-unknown", "invitation-expired", "invitation-used"])
def test_a_link_that_is_over_asks_for_no_other_password(visitor, desk, code):
    desk.refuses("activate_account", code, "link")
    answer = visitor.post("/activate", data={"link": LINK, "password": "four green kettles"})
    assert answer.status_code == 422
    assert 'type="password"' not in answer.text


def test_after_a_reset_the_browser_is_known_and_nobody_is_in(visitor, desk):
    desk.answers["identity.reset_password"] = {"device": "known-as"}
    answer = visitor.post("/reset-password", data={"link": LINK, "password": "four green kettles"})
    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.location == "/reset-password/done"
    assert any(cookie.startswith("caretrail_devices=known-as") for cookie in cookies)
    assert not any(cookie.startswith("caretrail=") for cookie in cookies)


def test_the_answer_to_a_forgotten_password_does_not_tell_whether_there_is_an_account(visitor):
    answer = visitor.post("/sign-in/forgotten", data={"email": "nobody@example.tw"})
    assert answer.location == "/sign-in/forgotten/sent"


def test_a_page_of_a_link_that_is_reloaded_says_to_open_the_mail_again(visitor):
    assert "再開啟一次連結" in visitor.get("/activate").text

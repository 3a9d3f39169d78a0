"""Staff come in by mail address and password, and each role begins on its own page."""

import pytest

from tests.controls.remote import checked
from tests.unit.gateway.sign_in.conftest import known, signed_in


def log_in(visitor, **more):
    typed = {"email": "doctor@example.tw", "password": "four green kettles", **more}
    return visitor.post("/sign-in", data=typed)


@pytest.mark.parametrize(
    ("role", "first_page"),
    [
        ("doctor", "/clinic"),
        ("case_manager", "/clinic"),
        ("bureau_manager", "/bureau"),
        ("bureau_officer", "/bureau"),
        ("operator", "/accounts"),
        ("auditor", "/accounts"),
        ("insurer_officer", "/"),
    ],
)
def test_each_role_begins_on_its_own_page(visitor, desk, role, first_page):
    desk.answers["identity.log_in"] = signed_in(role)
    assert log_in(visitor).location == first_page


def test_a_refused_sign_in_keeps_the_address_and_never_the_password(visitor, desk):
    desk.refuses("log_in", "credentials-wrong")
    answer = log_in(visitor, password="four green kettles")
    assert answer.status_code == 422
    assert "doctor@example.tw" in answer.text
    assert "four green kettles" not in answer.text


def test_a_command_that_wants_the_password_leads_to_it_and_back_to_what_was_typed(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("operator") | {"assurances": ["card+pin"]})
    desk.answers["identity.invite_account"] = lambda _: desk.refuse("proof-not-accepted", accepted=["password"])
    desk.answers["gateway.hold_form"] = {"token": "held-token"}
    form = {"role": "auditor", "name": "某人", "email": "a@example.tw", "idempotency_key": "key"}
    answer = visitor.post("/accounts/invite", data=form)
    assert answer.location == "/sign-in/prove?back=/accounts/invite?held%3Dheld-token"


def test_one_who_is_asked_to_prove_more_comes_back_with_another_session(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("operator"))
    desk.answers["identity.prove_password"] = signed_in("operator")
    answer = visitor.post("/sign-in/prove", data={"password": "four green kettles", "back": "/accounts/1"})
    assert answer.location == "/accounts/1"
    assert desk.last("prove_password")["session"] == "token of a session"


def test_signing_out_takes_the_session_from_the_browser_also_where_it_was_over(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("operator"))
    desk.answers["identity.sign_out"] = lambda _: desk.refuse("session-not-yours")
    answer = visitor.post("/sign-out")
    assert answer.location == "/signed-out"
    assert any(cookie.startswith("caretrail=;") for cookie in answer.headers.getlist("Set-Cookie"))


def test_what_keeps_a_session_answers_no_when_there_is_none_and_leads_nobody_away(visitor, desk):
    assert visitor.get("/account/stay").status_code == 401
    desk.answers["identity.check_sessions"] = checked(known("operator"))
    assert visitor.get("/account/stay").status_code == 204


def test_a_device_is_signed_out_by_its_number_and_once_a_key(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("operator"))
    other = "5c1b5b0e-4a4e-4a7a-9a55-6a2f3a2f5b0e"
    visitor.post(f"/account/sessions/{other}/sign-out", data={"idempotency_key": "key"})
    assert desk.done == [("identity.sign_out", {"session": other}, "key")]

"""A card's holder comes in by what the card has signed; the PIN never comes here."""

import re

import pytest

from tests.controls.remote import checked
from tests.unit.gateway.sign_in.conftest import known, signed_in


def log_in(visitor, **more):
    visitor.post("/sign-in/card/nonce")
    return visitor.post("/sign-in/card", data={"token": "what the card has signed", **more})


@pytest.mark.parametrize(
    ("role", "first_page"),
    [
        ("practitioner", "/support"),
        ("institution", "/support"),
        ("institution_manager", "/organisation"),
        ("institution_user", "/services"),
        ("centre", "/organisation"),
        ("centre_manager", "/organisation"),
        ("centre_user", "/services"),
        ("bureau_manager", "/bureau"),
    ],
)
def test_each_card_leads_to_the_first_page_of_its_holder(visitor, desk, role, first_page):
    desk.answers["identity.log_in_by_card"] = signed_in(role)
    assert log_in(visitor).location == first_page


def test_the_page_has_no_field_by_which_a_pin_could_be_sent(visitor):
    page = visitor.get("/sign-in/card").text
    (pin,) = re.findall(r'<input[^>]*id="pin"[^>]*>', page)
    assert "name=" not in pin
    assert 'autocomplete="off"' in pin
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    assert not [form for form in forms if 'id="pin"' in form]


def test_only_pages_with_cards_may_speak_to_the_agent(visitor):
    allowed = "connect-src 'self' http://127.0.0.1:56445 http://127.0.0.1:56545 http://127.0.0.1:56645"
    for path in ("/sign-in/card", "/sign-in/nhi-card", "/card-check"):
        assert allowed in visitor.get(path).headers["Content-Security-Policy"], path
    for path in ("/sign-in", "/sign-in/staff", "/sign-in/nhi-number"):
        policy = visitor.get(path).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "127.0.0.1" not in policy, path


def test_a_refused_card_leaves_the_page_able_to_speak_to_the_agent(visitor, desk):
    desk.refuses("log_in_by_card", "card-not-accepted")
    answer = log_in(visitor, back="/practice")
    assert answer.status_code == 422
    assert "127.0.0.1:56445" in answer.headers["Content-Security-Policy"]
    assert 'name="back" value="/practice"' in answer.text
    assert "what the card has signed" not in answer.text


def test_what_is_signed_goes_with_the_attempt_of_its_nonce_and_once_only(visitor, desk):
    assert visitor.post("/sign-in/card/nonce").json == {"nonce": "bm9uY2U="}
    log_in(visitor, identifier="A200000003")
    asked = desk.last("log_in_by_card")
    assert (asked["attempt"], asked["token"]) == ("secret of the card's attempt", "what the card has signed")
    assert asked["identifier"] == "A200000003"
    visitor.post("/sign-in/card", data={"token": "the same once more"})
    assert desk.last("log_in_by_card")["attempt"] == ""


def test_a_nonce_that_is_refused_is_told_to_the_script_in_words(visitor, desk):
    desk.refuses("ask_card_nonce", "too-many-tries")
    answer = visitor.post("/sign-in/card/nonce")
    assert answer.status_code == 422
    assert answer.json["told"]


def test_the_nonce_of_an_open_session_is_bound_to_it(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("practitioner"))
    visitor.post("/sign-in/card/nonce")
    assert desk.last("ask_card_nonce")["session"] == "token of a session"


def test_whoever_has_several_capacities_chooses_one_first_and_is_then_led_back(visitor, desk):
    desk.answers["identity.log_in_by_card"] = signed_in("practitioner") | {"may_choose": True}
    assert log_in(visitor, back="/organisation").location == "/account/capacities?back=/organisation"


# Step-up -------------------------------------------------------------------------------------------------------------


def wants(desk, role, proved, *accepted):
    desk.answers["identity.check_sessions"] = checked(known(role) | {"assurances": [proved]})
    desk.answers["identity.invite_account"] = lambda _: desk.refuse("proof-not-accepted", accepted=list(accepted))
    desk.answers["gateway.hold_form"] = {"token": "held-token"}


INVITATION = {"role": "auditor", "name": "某人", "email": "a@example.tw", "idempotency_key": "key"}
HELD = "back=/accounts/invite?held%3Dheld-token"


@pytest.mark.parametrize(
    ("proved", "accepted", "door"),
    [
        ("password", ["card+pin"], f"/sign-in/prove/card?{HELD}"),
        ("otp", ["password", "card+pin"], f"/sign-in/prove?{HELD}&other=card"),
        ("card+pin", ["password"], f"/sign-in/prove?{HELD}"),
    ],
)
def test_a_command_that_wants_another_proof_leads_to_those_that_it_takes(visitor, desk, proved, accepted, door):
    wants(desk, "operator", proved, *accepted)
    assert visitor.post("/accounts/invite", data=INVITATION).location == door


def test_a_proof_that_nobody_can_give_now_is_a_refusal(visitor, desk):
    wants(desk, "operator", "password", "otp")
    assert visitor.post("/accounts/invite", data=INVITATION).status_code == 422


def test_a_password_page_offers_the_card_only_where_it_would_do(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("operator"))
    assert "/sign-in/prove/card" not in visitor.get("/sign-in/prove").text
    assert "/sign-in/prove/card?back=/accounts" in visitor.get("/sign-in/prove?back=/accounts&other=card").text


def test_a_card_shown_once_more_leads_back(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("institution_manager"))
    desk.answers["identity.prove_card"] = signed_in("institution_manager") | {"may_choose": True}
    visitor.post("/sign-in/card/nonce")
    answer = visitor.post("/sign-in/prove/card", data={"token": "signed", "back": "/organisation?held=1"})
    assert answer.location == "/organisation?held=1"
    assert desk.last("prove_card")["session"] == "token of a session"


def test_another_persons_card_proves_nothing_and_says_so_on_its_page(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("institution_manager"))
    desk.refuses("prove_card", "card-not-yours")
    answer = visitor.post("/sign-in/prove/card", data={"token": "signed", "back": "/organisation"})
    assert (answer.status_code, 'id="pin"' in answer.text) == (422, True)


# Capacities ----------------------------------------------------------------------------------------------------------

OWN = [
    {
        "key": "practitioner",
        "role": "practitioner",
        "institution": "3501200000",
        "jurisdiction": None,
        "name": "青田診所",
        "services": [],
        "is_taken": True,
    },
    {
        "key": "institution_manager/3501200000",
        "role": "institution_manager",
        "institution": "3501200000",
        "jurisdiction": None,
        "name": "青田診所",
        "services": ["ltc_referral"],
        "is_taken": False,
    },
]


@pytest.fixture
def chooser(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("practitioner", institution="3501200000"))
    desk.answers["identity.own_capacities"] = OWN
    desk.answers["identity.take_capacity"] = signed_in("institution_manager") | {"may_choose": True}
    return visitor


def test_the_present_capacity_is_marked_and_keeping_it_asks_nothing(chooser, desk):
    page = chooser.get("/account/capacities").text
    assert re.search(r'value="practitioner" checked', page)
    assert chooser.post("/account/capacities", data={"capacity": "practitioner"}).location == "/support"
    assert "identity.take_capacity" not in [method for method, _ in desk.asked]


def test_another_capacity_is_another_session_and_begins_on_its_own_page(chooser, desk):
    answer = chooser.post("/account/capacities", data={"capacity": "institution_manager/3501200000"})
    assert answer.location == "/organisation"
    assert desk.last("take_capacity")["capacity"] == "institution_manager/3501200000"
    assert any(one.startswith("caretrail=token") for one in answer.headers.getlist("Set-Cookie"))


def test_whoever_has_one_capacity_is_not_asked(chooser, desk):
    desk.answers["identity.own_capacities"] = OWN[:1]
    assert chooser.get("/account/capacities?back=/account/sessions").location == "/account/sessions"


def test_choosing_nothing_says_so(chooser):
    assert chooser.post("/account/capacities", data={}).status_code == 422


def test_the_header_says_in_which_capacity_one_is_and_offers_another_where_there_is_one(chooser, desk):
    badge = {"name": "林示範", "institution_name": "青田診所"}
    desk.answers["identity.check_sessions"] = checked(known("practitioner", institution="3501200000", badge=badge))
    assert "醫事人員 · 青田診所" in chooser.get("/account/capacities").text
    assert 'href="/account/capacities"' not in chooser.get("/card-check").text
    chooser.post("/account/capacities", data={"capacity": "institution_manager/3501200000"})
    assert 'href="/account/capacities"' in chooser.get("/card-check").text


# What is loaded ------------------------------------------------------------------------------------------------------

SCRIPT_BUDGET = 10_000
"""Bytes of the cards' script, compressed: a page of staff may load 150,000 in all."""


def test_the_script_that_speaks_to_the_agent_is_small_and_on_the_pages_of_cards_alone(visitor):
    [script] = re.findall(r'src="(/static/cards\.[0-9a-f]+\.js)"', visitor.get("/sign-in/card").text)
    answer = visitor.get(script, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, len(answer.data) < SCRIPT_BUDGET) == (200, True)
    for path in ("/sign-in", "/sign-in/staff", "/sign-in/phone", "/sign-in/nhi-number"):
        assert "/static/cards." not in visitor.get(path).text, path

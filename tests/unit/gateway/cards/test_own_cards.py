"""帳號綁定憑證卡: an account's own cards, and nobody else's."""

import pytest

from tests.controls.remote import checked
from tests.unit.gateway.sign_in.conftest import known

CARD = "11111111-1111-1111-1111-111111111111"
OWN = [
    {"id": CARD, "kind": "government", "issuer": "CN=TEST", "name": "臺北市政府衛生局", "since": "2026-01-05T02:00:00Z"}
]


@pytest.fixture
def officer(visitor, desk):
    desk.answers["identity.check_sessions"] = checked(known("bureau_officer"))
    desk.answers["identity.own_cards"] = OWN
    return visitor


def test_each_card_is_listed_with_a_way_to_unbind_it(officer):
    page = officer.get("/account/cards")
    assert "臺北市政府衛生局" in page.text
    assert f'href="/account/cards/{CARD}/unbind"' in page.text
    assert "127.0.0.1:56445" in page.headers["Content-Security-Policy"]


def test_what_a_card_has_signed_binds_it_to_the_open_session(officer, desk):
    officer.post("/sign-in/card/nonce")
    assert officer.post("/account/cards", data={"token": "signed"}).location == "/account/cards"
    asked = desk.last("bind_card")
    assert (asked["session"], asked["attempt"]) == ("token of a session", "secret of the card's attempt")


def test_a_card_that_cannot_be_bound_is_told_of_on_the_page(officer, desk):
    desk.refuses("bind_card", "card-of-another")
    answer = officer.post("/account/cards", data={"token": "signed"})
    assert (answer.status_code, 'id="pin"' in answer.text) == (422, True)


def test_a_card_is_unbound_for_a_reason_and_once_a_key(officer, desk):
    path = f"/account/cards/{CARD}/unbind"
    assert officer.post(path, data={"idempotency_key": "key"}).status_code == 422
    assert desk.done == []
    assert officer.post(path, data={"reason": "lost", "idempotency_key": "key"}).location == "/account/cards"
    assert desk.done == [("identity.unbind_card", {"binding": CARD, "reason": "lost"}, "key")]


def test_nobody_elses_card_is_unbound(officer, desk):
    assert officer.post("/account/cards/22222222-2222-2222-2222-222222222222/unbind", data={}).status_code == 404
    assert desk.done == []


def test_whoever_has_no_account_has_no_cards_of_one(officer, desk):
    desk.answers["identity.check_sessions"] = checked(known("practitioner"))
    assert officer.get("/account/cards").status_code == 403

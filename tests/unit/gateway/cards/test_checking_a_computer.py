"""環境檢測: every line of it is on the page, and what the card signs for it lets nobody in."""

import pytest

from operate.card.refusals import CardExpired, CardNotYetValid, DecryptionWrong, SignatureWrong
from services.gateway.web.cards.checking import BY_THE_PAGE, BY_THE_SITE
from services.gateway.web.wording import phrases
from shared.cards.agent import PORTS, VERSION, CheckLine
from shared.words import Language


def test_each_line_says_what_is_tried_before_it_is(visitor):
    page = visitor.get("/card-check").text
    for line in (*BY_THE_PAGE, *CheckLine, *BY_THE_SITE):
        assert f'data-line="{line}"' in page
        assert phrases(Language.CHINESE)[f"cards.check.about.{line}"] in page


def test_the_page_looks_for_the_agent_where_it_answers_and_may_speak_to_nothing_else(visitor):
    answer = visitor.get("/card-check")
    addresses = " ".join(f"http://127.0.0.1:{port}" for port in PORTS)
    assert f'data-agents="{addresses}" data-oldest="{VERSION}"' in answer.text
    assert f"connect-src 'self' {addresses}" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("refusal", [CardExpired, CardNotYetValid, SignatureWrong, DecryptionWrong])
def test_what_a_line_fails_of_has_its_own_words_on_the_page(visitor, refusal):
    page = visitor.get("/card-check").text
    assert f'data-trouble="{refusal.code}"' in page
    told = phrases(Language.CHINESE)[f"cards.trouble.{refusal.code}.told"]
    assert told in page


def test_a_signed_nonce_is_judged_and_lets_nobody_in(visitor, desk):
    desk.answers["identity.check_card_token"] = {"reason": "", "kind": "personnel", "ends_on": "2033-06-28"}
    visitor.post("/sign-in/card/nonce")
    answer = visitor.post("/card-check/token", data={"token": "what the card has signed"})
    assert answer.json == {"accepted": True}
    assert desk.last("check_card_token")["attempt"] == "secret of the card's attempt"
    assert not [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("caretrail=")]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("card-revoked", "已經廢止"),
        ("card-ocsp-stale", "現在查不到"),
        ("card-ocsp-unknown", "不接受簽發這張憑證的單位"),
        ("card-issuer-untrusted", "不接受簽發這張憑證的單位"),
        ("card-profile-malformed", "card-profile-malformed"),
    ],
)
def test_what_the_site_says_against_a_card_is_told_in_words(visitor, desk, reason, told):
    desk.answers["identity.check_card_token"] = {"reason": reason, "kind": "", "ends_on": None}
    answer = visitor.post("/card-check/token", data={"token": "what the card has signed"})
    assert (answer.status_code, told in answer.json["told"]) == (422, True)


def test_a_check_that_is_refused_says_why(visitor, desk):
    desk.refuses("check_card_token", "too-many-card-tries")
    answer = visitor.post("/card-check/token", data={"token": "what the card has signed"})
    assert (answer.status_code, bool(answer.json["told"])) == (422, True)


@pytest.mark.parametrize("path", ["/sign-in/staff", "/sign-in/staff?back=/organisation"])
def test_every_way_in_is_offered_and_leads_back_to_where_one_came_from(visitor, path):
    page = visitor.get(path).text.split("<main")[1]
    back = "back=/organisation" if "back" in path else ""
    for way in ("/sign-in/card", "/sign-in/nhi-card", "/sign-in/nhi-number", "/sign-in/phone"):
        assert f'href="{way}' in page
        assert not back or back in page.split(f'href="{way}')[1].split('"')[0]

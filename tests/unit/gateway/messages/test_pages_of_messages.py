"""Staff see what became of each message, call whom none has reached, and send nothing twice unknowingly."""

from base64 import b64encode
from uuid import UUID

import pytest

from tests.controls.remote import Remote, browser, clinic, refusal

MESSAGE_ID = UUID(int=5)
MESSAGE = {
    "id": str(MESSAGE_ID),
    "template": "offer-made",
    "channel": "mail",
    "audience": "family",
    "status": "uncertain",
    "means": "可能已送達",
    "reason": "answer_lost",
    "advice": "請詢問收件人",
    "answer": "",
    "case_no": "260309P1021001",
    "institution": "",
    "county": "",
    "address": "lin@example.tw",
    "name": "林大範",
    "phone": "0912345678",
    "queued_at": "2026-03-10T06:05:00Z",
    "changed_at": "2026-03-10T06:05:00Z",
    "due_at": None,
    "attempts": 1,
    "carrier": "smtp",
    "provider_id": "",
    "can_be_sent_again": True,
}
LETTER = {"message": MESSAGE, "subject": "通知", "text": "您好\n<b>"}
COUNTS = [
    {"status": status, "messages": 1}
    for status in ("waiting", "sending", "sent", "delivered", "failed", "uncertain", "suppressed", "expired")
]


def notifier(**answers):
    return clinic(
        notifier__messages={"entries": [MESSAGE], "following": None},
        notifier__message_counts=COUNTS,
        notifier__message=LETTER,
        **answers,
    )


def here(remote):
    """A visitor's browser on the machine that serves the site."""
    visitor = browser(remote)
    visitor.environ_base["REMOTE_ADDR"] = "127.0.0.1"
    visitor.delete_cookie("caretrail")
    return visitor


def asked_of(remote, method):
    return next(asked for name, asked in remote.asked if name == f"notifier.{method}")


def test_the_list_masks_names_and_says_no_more_than_is_known():
    page = browser(notifier()).get("/messages").text
    assert "林○範" in page
    assert "林大範" not in page
    assert "狀態不明" in page
    assert "請詢問收件人" in page


def test_a_tab_asks_for_its_statuses_and_counts_them():
    remote = notifier()
    page = browser(remote).get("/messages?tab=unreached&channel=sms&queued_until=115/03/11").text
    asked = asked_of(remote, "messages")
    assert asked["statuses"] == ["failed", "uncertain", "suppressed", "expired"]
    assert asked["channel"] == "sms"
    assert asked["queued_until"] == "2026-03-12T00:00:00+08:00"
    assert '<span class="ct-count">4</span>' in page


def test_what_nobody_could_choose_narrows_nothing():
    remote = notifier()
    assert browser(remote).get("/messages?tab=evil&channel=fax&queued_from=nonsense").status_code == 200
    assert asked_of(remote, "messages")["statuses"] == []


def test_a_letter_is_text_whatever_stands_in_it():
    assert "您好\n&lt;b&gt;" in browser(notifier()).get(f"/messages/{MESSAGE_ID}").text


@pytest.mark.parametrize(("ticked", "twice"), [({}, "avoided"), ({"twice": "yes"}, "accepted")])
def test_a_message_that_perhaps_arrived_goes_twice_only_to_whom_that_is_accepted_for(ticked, twice):
    remote = notifier()
    answer = browser(remote).post(f"/messages/{MESSAGE_ID}/send-again", data={"idempotency_key": "key", **ticked})
    assert answer.location == f"/messages/{MESSAGE_ID}"
    assert remote.done == [("notifier.send_again", {"message_id": str(MESSAGE_ID), "twice": twice}, "key")]


def test_a_refused_resend_says_why_on_the_page_that_asked():
    def refused(_):
        raise refusal("message-perhaps-arrived")

    remote = notifier(notifier__send_again=refused)
    answer = browser(remote).post(f"/messages/{MESSAGE_ID}/send-again", data={"idempotency_key": "key"})
    assert answer.status_code == 422
    assert 'name="twice"' in answer.text


def test_the_unreached_are_listed_with_phones_and_as_a_file():
    file = {"content": b64encode("時間,電話\n".encode("utf-8-sig")).decode()}
    remote = notifier(notifier__unreached={"entries": [MESSAGE], "following": None}, notifier__failure_report=file)
    page = browser(remote).get("/messages/unreached?days=30").text
    assert 'href="tel:0912345678"' in page
    answer = browser(remote).get("/messages/unreached.csv?days=30")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unreached-2026-03-12.csv"'
    assert asked_of(remote, "failure_report")["since"] == "2026-02-10T00:00:00+08:00"


def test_the_outbox_shows_links_that_can_be_followed_and_no_html():
    posted = {
        "id": "1",
        "channel": "mail",
        "template": "account-invited",
        "case_no": "",
        "posted_at": "2026-03-10T06:05:00Z",
        "address": "op@example.tw",
        "subject": "請開通",
        "text": "http://localhost:8000/activate/abc <script>",
    }
    remote = Remote({"notifier.outbox": {"entries": [posted], "following": None}})
    page = here(remote).get("/outbox").text
    assert 'href="http://localhost:8000/activate/abc"' in page
    assert "&lt;script&gt;" in page


def test_where_messages_are_really_sent_the_outbox_shows_nothing():
    def refused(_):
        raise refusal("outbox-not-shown")

    assert here(Remote({"notifier.outbox": refused})).get("/outbox").status_code >= 400


@pytest.mark.parametrize(
    "request_from",
    [
        {"environ_base": {"REMOTE_ADDR": "192.168.1.7"}},
        {"headers": {"Host": "elsewhere.example:8000"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"x-real-ip": "203.0.113.9"}},
    ],
)
def test_whoever_does_not_sit_at_this_machine_is_never_shown_the_outbox(request_from):
    remote = Remote({"notifier.outbox": {"entries": [], "following": None}})
    assert here(remote).get("/outbox", **request_from).status_code == 422
    assert remote.asked == []

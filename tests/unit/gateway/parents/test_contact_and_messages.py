"""A new phone or mail address is proved by a code before it counts; a message of the case is sent once more."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest

from shared.application import Outcome
from shared.rpc.client import NoAnswer
from shared.rpc.wire import RemoteRefusal, Told
from tests.controls.family_pages import CASE_NO, MOBILE, Family, case, letter
from tests.controls.remote import NOW, browser, refusal

CONTACT = f"/cases/{CASE_NO}/contact"
ENTERED = {"contact.relation": "father", "contact.name": "林", "idempotency_key": "key"}
SENT = {
    "attempt": "secret of the attempt",
    "expires_at": (NOW + timedelta(minutes=5)).isoformat(),
    "resend_at": (NOW + timedelta(seconds=60)).isoformat(),
    "digits": 6,
    "tries": 3,
}


class ProvingFamily(Family):
    """A family whose new contact counts once the code 123456 has been entered for each part of it."""

    def __init__(self):
        self.proved = {MOBILE, ""}
        self.sent_to = ""
        super().__init__(
            [case()],
            **{
                "identity.request_code": self._send,
                "identity.verify_code": self._enter,
                "matching.change_contact": self._change,
            },
        )

    def _send(self, payload):
        self.sent_to = payload["mobile"] or payload["email"]
        return SENT

    def _enter(self, payload):
        assert payload["session"] == "token of a session"
        if payload["code"] != "123456":
            raise refusal("code-wrong", "code")
        self.proved.add(self.sent_to)

    def _change(self, payload):
        contact = payload["contact"]
        missing = [name for name in ("mobile", "email") if contact[name] not in self.proved]
        if missing:
            told = tuple(Told("contact-not-proved", f"contact.{name}") for name in missing)
            raise RemoteRefusal(Told("invalid-form", refusals=told))
        return Outcome(UUID(int=14), 3, CASE_NO)

    @property
    def contact(self):
        """The contact of the last command."""
        return self.done[-1][1]["contact"]


@pytest.fixture
def family():
    return ProvingFamily()


@pytest.fixture
def client(family):
    return browser(family)


def test_another_person_at_the_same_phone_needs_no_code(client, family):
    page = client.post(CONTACT, data={**ENTERED, "contact.mobile": MOBILE})
    assert page.location == f"/cases/{CASE_NO}"
    assert family.contact == {"relation": "father", "name": "林", "mobile": MOBILE, "email": ""}
    assert family.drafts == {}


def test_another_phone_counts_once_the_code_that_was_sent_there_is_entered(client, family):
    asked = client.post(CONTACT, data={**ENTERED, "contact.mobile": "０９２２-333-444"})
    assert asked.location == f"{CONTACT}/mobile"
    assert "0922333444" in client.get(asked.location).text
    sent = client.post(asked.location)
    assert (sent.location, family.sent_to) == (f"{CONTACT}/mobile/code", "0922333444")
    assert "還有 3 次" in client.get(sent.location).text
    moved = client.post(sent.location, data={"code": "１２３ 456", "idempotency_key": "key"})
    assert moved.location == "/cases"
    assert family.contact["mobile"] == "0922333444"
    assert family.drafts == {}


def test_phone_and_mailbox_are_proved_one_after_the_other(client, family):
    client.post(CONTACT, data={**ENTERED, "contact.mobile": "0922333444", "contact.email": "New@Example.tw "})
    client.post(f"{CONTACT}/mobile")
    then = client.post(f"{CONTACT}/mobile/code", data={"code": "123456"})
    assert then.location == f"{CONTACT}/email"
    assert "New@example.tw" in client.get(then.location).text
    client.post(then.location)
    assert family.sent_to == "New@example.tw"
    assert client.post(f"{CONTACT}/email/code", data={"code": "123456"}).location == "/cases"
    assert (family.contact["mobile"], family.contact["email"]) == ("0922333444", "New@example.tw")


def test_a_wrong_code_leaves_one_try_less_and_everything_as_it_was(client, family):
    client.post(CONTACT, data={**ENTERED, "contact.mobile": "0922333444"})
    client.post(f"{CONTACT}/mobile")
    commands = len(family.done)
    page = client.post(f"{CONTACT}/mobile/code", data={"code": "000000"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "還有 2 次" in page.text
    assert len(family.done) == commands
    assert 'value="0922333444"' in client.get(CONTACT).text


def test_a_limit_on_codes_says_from_when_on_another_can_be_sent(client, family):
    def refuse(_):
        raise refusal("too-many-sends", at="2026-03-12T03:40:00+00:00")

    client.post(CONTACT, data={**ENTERED, "contact.mobile": "0922333444"})
    family.answers["identity.request_code"] = refuse
    page = client.post(f"{CONTACT}/mobile")
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "11:40" in page.text


@pytest.mark.parametrize("page", ["mobile", "mobile/code"])
def test_nothing_is_proved_of_what_was_not_entered(client, page):
    assert client.get(f"{CONTACT}/{page}", follow_redirects=True).request.path == CONTACT
    assert client.get(f"{CONTACT}/fax").status_code == HTTPStatus.NOT_FOUND


def test_a_code_page_belongs_to_what_the_code_was_sent_to(client):
    client.post(CONTACT, data={**ENTERED, "contact.mobile": "0922333444"})
    client.post(f"{CONTACT}/mobile")
    client.post(CONTACT, data={**ENTERED, "contact.mobile": "0933444555"})
    assert client.get(f"{CONTACT}/mobile/code").location == f"{CONTACT}/mobile"


# Messages ------------------------------------------------------------------------------------------------------------

AGAIN = f"/cases/{CASE_NO}/messages/{UUID(int=5)}/send-again"


def told(one, **answers):
    whole = {"message": one, "subject": None, "text": "您好\n<b>"}
    entries = {"entries": [one], "following": None}
    return Family([case()], **{"notifier.messages": entries, "notifier.message": whole, **answers})


def test_a_message_of_the_case_is_sent_again_from_its_page():
    family = told(letter())
    client = browser(family)
    assert AGAIN in client.get(f"/cases/{CASE_NO}").text
    assert "您好\n&lt;b&gt;" in client.get(AGAIN).text
    assert client.post(AGAIN, data={"idempotency_key": "key"}).location == f"/cases/{CASE_NO}"
    [(method, payload, _)] = family.done
    assert (method, payload["twice"]) == ("notifier.send_again", "avoided")


def test_a_message_on_its_way_offers_nothing():
    assert AGAIN not in browser(told(letter(status="waiting", can_be_sent_again=False))).get(f"/cases/{CASE_NO}").text


def test_a_message_that_was_just_sent_says_from_when_on_it_can_be_sent_again():
    def refuse(_):
        raise refusal("resent-just-now", at="2026-03-12T02:45:00+00:00")

    page = browser(told(letter(), **{"notifier.send_again": refuse})).post(AGAIN)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "10:45" in page.text


def test_an_uncertain_message_goes_again_once_it_may_come_twice():
    family = told(letter(status="uncertain", advice="請查看"))
    client = browser(family)
    assert "可能會收到兩次" in client.get(AGAIN).text
    client.post(AGAIN, data={"twice": "yes"})
    assert family.done[0][1]["twice"] == "accepted"


def test_a_case_is_shown_also_while_nobody_can_tell_of_its_messages():
    def silent(_):
        raise NoAnswer("notifier", "messages", 5)

    page = browser(Family([case()], **{"notifier.messages": silent})).get(f"/cases/{CASE_NO}")
    assert page.status_code == HTTPStatus.OK
    assert "現在查不到通知的紀錄" in page.text

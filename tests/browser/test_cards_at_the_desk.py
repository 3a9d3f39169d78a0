"""A page, the agent and a card: what a person sees before, while and after a PIN, and what never leaves the computer.

The contexts behind the pages are stand-ins here; `test_cards.py` goes all the way.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from operate.rehearsal.pki import citizen, institution, personnel
from services.gateway.web.app import web_app
from services.gateway.web.cards.checking import BY_THE_PAGE, BY_THE_SITE
from services.gateway.web.front import Front
from shared.cards.agent import CheckLine
from shared.cards.applet import PERFORM
from shared.cards.profiles import CardKind
from shared.words import Language
from tests.browser.card_desk import PIN, CardDesk, nhi_card
from tests.browser.people import Visitor
from tests.controls.bare_site import served
from tests.controls.remote import Remote, checked, refusal

NONCE = b64encode(b"n" * 32).decode()
SLOW = 15_000
"""Milliseconds for what passes through a reader."""


class Contexts(Remote):
    """Identity, which accepts no card; what it is asked is looked at."""

    def __init__(self):
        signed_in = {
            "session": "token",
            "session_id": "",
            "role": "practitioner",
            "ends_at": (datetime.now(UTC) + timedelta(hours=12)).isoformat(),
            "device": "",
        }
        super().__init__(
            {
                "identity.check_sessions": checked(None),
                "identity.ask_card_nonce": {"attempt": "attempt", "nonce": NONCE},
                "identity.log_in_by_card": signed_in,
                "identity.log_in_by_nhi_card": self.refuse,
                "identity.check_card_token": {"reason": "", "kind": "personnel", "ends_on": None},
            }
        )

    def refuse(self, _):
        raise refusal("card-not-accepted")

    def asked_for(self, method):
        return [asked for name, asked in self.asked if name == f"identity.{method}"]


@pytest.fixture(scope="module")
def pages():
    contexts = Contexts()
    front = Front(rpc=contexts, site="http://localhost", key=b"k" * 32, language=Language.CHINESE)
    app = web_app(front)
    with served(app) as address:
        app.extensions["front"] = replace(front, site=address)
        yield contexts, address


@pytest.fixture
def contexts(pages):
    contexts, _ = pages
    contexts.asked.clear()
    return contexts


@pytest.fixture(scope="module")
def plugged_in():
    with CardDesk() as desk:
        yield desk


@pytest.fixture
def desk(plugged_in, pages):
    """With the agent running for this site, and nothing in the reader."""
    plugged_in.start_agent(pages[1])
    yield plugged_in
    plugged_in.remove(0)
    plugged_in.remove(1)


class Address:
    """Where the pages of these contexts are."""

    def __init__(self, address):
        self.url = lambda path: address + path


@pytest.fixture
def visit(browser, pages, axe):
    opened = []

    def visit(path, **options):
        context = browser.new_context(locale="zh-TW", **options)
        opened.append(context)
        visitor = Visitor(context.new_page(), Address(pages[1]), axe)
        visitor.sent = []
        visitor.page.on("request", lambda one: visitor.sent.append((one.url, one.post_data or "")))
        visitor.open(path)
        return visitor

    yield visit
    for context in opened:
        context.close()


@pytest.fixture
def card(desk):
    return desk.issued(CardKind.PERSONNEL, personnel("許沐晴", "0000000001"))


def note(visitor, title):
    """What the page tells about the card, the first of that title."""
    return visitor.page.locator("[data-cards] .ct-note", has_text=title).first


def told(visitor):
    """Whose the card is, and how many tries it has left."""
    return visitor.page.locator('[data-fact="holder"], [data-fact="left"]')


def enter(visitor, pin):
    visitor.page.get_by_label("PIN 碼").fill(pin)
    visitor.page.get_by_role("button", name="登入").click()


def test_the_page_waits_for_agent_card_and_pin_and_sends_what_the_card_has_signed(visit, desk, card, contexts):
    desk.stop_agent()
    visitor = visit("/sign-in/card?card=personnel", viewport={"width": 375, "height": 800})
    expect(note(visitor, "這部電腦上找不到讀卡程式")).to_be_visible(timeout=SLOW)
    assert "caretrail card agent --origin" in visitor.shown()["text"]
    assert visitor.faults() == []
    desk.start_agent(visitor.site.url(""))
    expect(note(visitor, "讀卡機裡沒有卡片")).to_be_visible(timeout=SLOW)
    desk.insert(card)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    assert visitor.faults() == []
    visitor.page.get_by_label("PIN 碼").focus()
    visitor.page.keyboard.type(PIN)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/support**")
    [asked] = contexts.asked_for("log_in_by_card")
    assert asked["attempt"] == "attempt"
    assert '"format":"caretrail-card:1.0"' in asked["token"]
    told_the_pin = {url for url, body in visitor.sent if PIN in body}
    assert {url.rsplit("/", 1)[1] for url in told_the_pin} == {"sign"}
    assert all(url.startswith("http://127.0.0.1:56") for url in told_the_pin)


def test_a_wrong_pin_is_told_beside_its_field_and_tried_once_up_to_the_last_try_and_the_lock(
    visit, desk, card, contexts
):
    desk.insert(card)
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    enter(visitor, "111111")
    error = visitor.page.locator("#pin-error")
    expect(error).to_contain_text("還能再輸入 2 次", timeout=SLOW)
    expect(visitor.page.locator("#pin")).to_be_focused()
    expect(visitor.page.locator("#pin")).to_have_value("")
    assert card.chip.tries_left == 2
    assert visitor.faults() == []
    enter(visitor, "222222")
    expect(error).to_contain_text("只剩最後 1 次", timeout=SLOW)
    expect(visitor.page.get_by_text("只剩最後一次。再輸錯")).to_be_visible()
    enter(visitor, "333333")
    expect(note(visitor, "卡片已經鎖住")).to_be_visible(timeout=SLOW)
    expect(visitor.page.locator("#pin")).to_be_hidden()
    expect(visitor.page.get_by_role("button", name="登入")).to_be_hidden()
    assert "0800-364-422" in visitor.shown()["text"]
    assert card.chip.tries_left == 0
    assert contexts.asked_for("log_in_by_card") == []


def test_a_pin_that_no_card_takes_costs_no_try(visit, desk, card):
    desk.insert(card)
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    enter(visitor, "1")
    expect(visitor.page.locator("#pin-error")).to_contain_text("次數不變", timeout=SLOW)
    visitor.page.get_by_role("button", name="登入").click()
    expect(visitor.page.locator("#pin-error")).to_contain_text("請輸入 PIN 碼")
    assert card.chip.tries_left == 3


class PulledOut:
    """A card that somebody pulls out while it is to sign."""

    def __init__(self, card, pull):
        self._card = card
        self._pull = pull
        self.atr = card.atr
        self.reset = card.reset

    def answer(self, given):
        if given[1] == PERFORM:
            self._pull()
        return self._card.answer(given)


def test_a_card_pulled_out_midway_is_told_of_and_nothing_is_sent(visit, desk, card, contexts):
    desk.insert(PulledOut(card, desk.pull))
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    enter(visitor, PIN)
    expect(note(visitor, "卡片換過了")).to_be_visible(timeout=SLOW)
    assert contexts.asked_for("log_in_by_card") == []
    desk.insert(card)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    enter(visitor, PIN)
    visitor.page.wait_for_url("**/support**")


def test_a_reader_pulled_out_is_told_of_and_waited_for(visit, desk, card):
    desk.insert(card)
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    desk.unplug()
    expect(note(visitor, "沒有讀卡機")).to_be_visible(timeout=SLOW)
    expect(visitor.page.locator("#pin")).to_be_hidden()
    desk.plug_in()
    desk.insert(card)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)


def test_another_kind_of_card_than_was_chosen_says_so_and_a_citizens_may_need_the_number(visit, desk):
    desk.insert(desk.issued(CardKind.CITIZEN, citizen("林示範", "0000000002", "0003")))
    visitor = visit("/sign-in/card?card=institution")
    expect(told(visitor)).to_have_text(["林示範", "3 次"], timeout=SLOW)
    expect(visitor.page.get_by_text("讀卡機裡的是自然人憑證，不是醫事機構憑證卡")).to_be_visible()
    expect(visitor.page.get_by_label("身分證字號")).to_be_visible()


def test_of_two_cards_the_kind_that_was_chosen_is_shown_and_the_other_can_be_taken(visit, desk, card):
    desk.insert(card)
    desk.insert(desk.issued(CardKind.INSTITUTION, institution("青田診所", "0000000003")), slot=1)
    visitor = visit("/sign-in/card?card=institution")
    expect(told(visitor)).to_have_text(["青田診所", "3 次"], timeout=SLOW)
    visitor.page.get_by_label("讀卡機").select_option(index=0)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    expect(visitor.page.get_by_label("身分證字號")).to_be_hidden()


def test_a_card_that_cannot_sign_keeps_nobody_from_the_one_that_can(visit, desk, card):
    desk.insert(nhi_card("A200000003", "900000000001", "許沐晴", date(1976, 1, 1)))
    desk.insert(card, slot=1)
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    visitor.page.get_by_label("讀卡機").select_option(index=0)
    expect(note(visitor, "不認得這張卡片")).to_be_visible(timeout=SLOW)
    visitor.page.get_by_label("讀卡機").select_option(index=1)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)


def test_a_refused_card_is_told_of_once_and_the_page_goes_on(visit, desk, card, contexts):
    contexts.answers["identity.log_in_by_card"], accepted = contexts.refuse, contexts.answers["identity.log_in_by_card"]
    desk.insert(card)
    visitor = visit("/sign-in/card")
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    enter(visitor, PIN)
    expect(visitor.page.locator("[data-error-summary]")).to_be_focused(timeout=SLOW)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    contexts.answers["identity.log_in_by_card"] = accepted


def test_an_nhi_card_fills_the_form_in_and_goes_with_the_password(visit, desk, contexts):
    desk.insert(nhi_card("A200000003", "900000000001", "許沐晴", date(1976, 1, 1)))
    visitor = visit("/sign-in/nhi-card")
    expect(note(visitor, "已讀到健保卡，卡號尾碼 0001，許沐晴。")).to_be_visible(timeout=SLOW)
    assert visitor.faults() == []
    expect(visitor.page.get_by_label("身分證字號")).to_have_value("A200000003")
    visitor.page.get_by_label("健保卡註冊密碼").fill("four green kettles sing")
    visitor.page.get_by_role("button", name="登入").click()
    expect(visitor.page.locator("[data-error-summary]")).to_be_focused()
    [asked] = contexts.asked_for("log_in_by_nhi_card")
    assert (asked["identifier"], asked["card_number"]) == ("A200000003", "900000000001")


def test_any_other_card_is_no_nhi_card_and_is_changed_for_one(visit, desk, card):
    desk.insert(card)
    visitor = visit("/sign-in/nhi-card")
    expect(note(visitor, "讀卡機裡的不是健保卡")).to_be_visible(timeout=SLOW)
    desk.insert(nhi_card("A200000003", "900000000001", "許沐晴", date(1976, 1, 1)))
    expect(note(visitor, "已讀到健保卡")).to_be_visible(timeout=SLOW)


def test_a_card_that_cannot_sign_is_changed_for_one_that_can_between_two_looks(visit, desk, card):
    desk.insert(nhi_card("A200000003", "900000000001", "許沐晴", date(1976, 1, 1)))
    visitor = visit("/sign-in/card")
    expect(note(visitor, "不認得這張卡片")).to_be_visible(timeout=SLOW)
    desk.insert(card)
    expect(told(visitor)).to_have_text(["許沐晴", "3 次"], timeout=SLOW)
    expect(visitor.page.locator("[data-place]")).to_be_empty()


# The check -----------------------------------------------------------------------------------------------------------


def outcome(visitor, line):
    return visitor.page.locator(f'[data-line="{line}"] [data-outcome]')


def test_every_line_of_the_check_works_and_the_last_asks_this_site(visit, desk, card, contexts):
    desk.insert(card)
    visitor = visit("/card-check")
    expect(outcome(visitor, "card")).to_have_text("正常", timeout=SLOW)
    expect(visitor.page.locator('[data-fact="left"]')).to_have_text("3 次")
    visitor.page.get_by_label("PIN 碼（選填）").fill(PIN)
    visitor.page.get_by_role("button", name="開始檢查").click()
    expect(note(visitor, "全部正常")).to_be_visible(timeout=SLOW)
    for line in (*BY_THE_PAGE, *CheckLine, *BY_THE_SITE):
        expect(outcome(visitor, line)).to_have_text("正常")
    assert visitor.faults() == []
    [asked] = contexts.asked_for("check_card_token")
    assert '"format":"caretrail-card:1.0"' in asked["token"]
    assert contexts.asked_for("log_in_by_card") == []
    assert {url.rsplit("/", 1)[1] for url, body in visitor.sent if PIN in body} == {"check", "sign"}


def test_without_a_pin_what_needs_it_is_not_tried_and_a_wrong_one_is_tried_once(visit, desk, card):
    desk.insert(card)
    visitor = visit("/card-check")
    expect(outcome(visitor, "card")).to_have_text("正常", timeout=SLOW)
    visitor.page.get_by_role("button", name="開始檢查").click()
    expect(note(visitor, "測試過的都正常")).to_be_visible(timeout=SLOW)
    expect(outcome(visitor, "sign")).to_have_text("沒有測試")
    visitor.page.get_by_label("PIN 碼（選填）").fill("111111")
    visitor.page.get_by_role("button", name="再檢查一次").click()
    expect(outcome(visitor, "open-session")).to_have_text("不行", timeout=SLOW)
    expect(outcome(visitor, "site")).to_have_text("沒有測試")
    expect(visitor.page.locator('[data-line="open-session"] [data-next]')).to_contain_text("還能再輸入 2 次")
    expect(visitor.page.locator('[data-fact="left"]')).to_have_text("2 次")
    assert card.chip.tries_left == 2


def test_the_check_tries_the_card_of_the_reader_that_was_chosen_and_no_other(visit, desk, card):
    desk.insert(card)
    other = desk.issued(CardKind.INSTITUTION, institution("青田診所", "0000000003"))
    desk.insert(other, slot=1)
    visitor = visit("/card-check")
    shown = visitor.page.locator('[data-line="card"] [data-told]')
    expect(shown).to_have_text("醫事人員憑證卡 · 許沐晴", timeout=SLOW)
    assert visitor.faults() == []
    visitor.page.get_by_label("讀卡機", exact=True).select_option(index=1)
    expect(shown).to_have_text("醫事機構憑證卡 · 青田診所", timeout=SLOW)
    visitor.page.get_by_label("PIN 碼（選填）").fill("111111")
    visitor.page.get_by_role("button", name="開始檢查").click()
    expect(outcome(visitor, "open-session")).to_have_text("不行", timeout=SLOW)
    assert (card.chip.tries_left, other.chip.tries_left) == (3, 2)
    desk.insert(desk.issued(CardKind.INSTITUTION, institution("和平診所", "0000000004")), slot=1)
    visitor.page.get_by_label("PIN 碼（選填）").fill(PIN)
    visitor.page.get_by_role("button", name="再檢查一次").click()
    expect(note(visitor, "全部正常")).to_be_visible(timeout=SLOW)
    expect(shown).to_have_text("醫事機構憑證卡 · 和平診所")


def test_without_an_agent_the_check_says_what_to_install(visit, desk):
    desk.stop_agent()
    visitor = visit("/card-check")
    expect(outcome(visitor, "agent")).to_have_text("不行", timeout=SLOW)
    expect(outcome(visitor, "cookies")).to_have_text("正常")
    assert "caretrail card agent --origin" in visitor.page.locator('[data-line="agent"]').inner_text()
    assert visitor.faults() == []


def test_an_agent_of_another_site_does_not_answer_this_one(visit, desk, card):
    desk.start_agent("https://elsewhere.example")
    desk.insert(card)
    expect(note(visit("/sign-in/card"), "這部電腦上找不到讀卡程式")).to_be_visible(timeout=SLOW)


def test_without_scripts_the_page_says_that_cards_need_them(visit):
    visitor = visit("/sign-in/card", java_script_enabled=False)
    assert "請在瀏覽器設定裡開啟後重新整理" in visitor.shown()["text"]
    expect(visitor.page.locator("#pin")).to_be_hidden()

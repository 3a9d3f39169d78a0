"""People with cards come in and work, all the way: card, reader, agent, page, identity, revocation and back.

The cards are simulated (docs/card_applet.md); everything that they pass through is what people use.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from playwright.sync_api import expect

from operate.rehearsal.demo_cards import (
    CITIZEN,
    CITIZENS_ID,
    CLINICS_NAME,
    DOCTORS_ID,
    DOCTORS_MOBILE,
    DOCTORS_NAME,
    NHI_CARD_NUMBER,
)
from services.gateway.web.areas import EVERYBODY, RULE
from shared.principal import Role
from tests.browser.card_site import SLOW, come_in, press, sign, take
from tests.controls.remote import Remote, browser

PASSWORD = "four green kettles sing at noon"


@pytest.fixture
def site(demo_site):
    demo_site.put_in("")
    return demo_site


@pytest.fixture
def arrive(visit):
    """`visit` with no header of a proxy, which the browser would send to the agent too, and have to ask for."""
    return lambda **options: visit(**options, extra_http_headers={})


def heading(visitor, told):
    """The heading of the page that is open, where it says this."""
    return visitor.page.get_by_role("heading", level=1, name=told, exact=True)


def register(visitor, name, identifier):
    """Enter somebody at the organisation, up to the second look."""
    visitor.open("/organisation/people/add")
    visitor.page.get_by_label("姓名").fill(name)
    visitor.page.get_by_label("身分證字號").fill(identifier)
    press(visitor, "下一步")


def come_in_without_reader(visitor):
    """健保卡登入(無卡): the code to the phone, then the number."""
    visitor.open("/sign-in/nhi-number")
    visitor.page.get_by_label("身分證字號").fill(DOCTORS_ID)
    visitor.page.get_by_label("手機號碼").fill(DOCTORS_MOBILE)
    press(visitor, "傳送驗證碼")
    visitor.page.get_by_label("驗證碼", exact=True).fill(visitor.newest_code(DOCTORS_MOBILE))
    press(visitor, "繼續")
    visitor.page.get_by_label("健保卡卡號").fill(f"{NHI_CARD_NUMBER[:4]} {NHI_CARD_NUMBER[4:]}")
    press(visitor, "登入")
    visitor.page.wait_for_url(re.compile("/(support|account/capacities)"), timeout=SLOW)


def test_a_practitioner_comes_in_by_card_after_a_wrong_pin_and_sees_the_own_record_alone(arrive, site):
    site.put_in("personnel")
    visitor = arrive()
    visitor.open("/practice")
    assert "/sign-in/staff" in visitor.page.url
    visitor.page.get_by_role("link", name="醫事人員憑證卡", exact=True).click()
    sign(visitor, "111111")
    expect(visitor.page.locator("#pin-error")).to_contain_text("還能再輸入 2 次", timeout=SLOW)
    visitor.page.get_by_label("PIN 碼").fill(site.pin("personnel"))
    visitor.page.keyboard.press("Enter")
    expect(heading(visitor, "個人資料")).to_be_visible(timeout=SLOW)
    expect(visitor.page.locator("main")).to_contain_text(CLINICS_NAME)
    assert visitor.page.goto(site.url("/practice/staff")).status == 403


def come_in_by_nhi_card(visitor):
    """健保卡登入: the card, registered by its holder where it is not yet, and its password."""
    site = visitor.site
    if not site.has_registered:
        come_in(visitor, "personnel")
        site.put_in("nhi")
        visitor.open("/sign-in/nhi-card/register")
        expect(visitor.page.get_by_text("已讀到健保卡")).to_be_visible(timeout=SLOW)
        assert visitor.faults() == []
        visitor.page.get_by_label("新密碼").fill(PASSWORD)
        press(visitor, "註冊")
        expect(heading(visitor, "健保卡註冊好了")).to_be_visible(timeout=SLOW)
        visitor.page.get_by_role("banner").get_by_role("button", name="登出").click()
        site.has_registered = True
    site.put_in("nhi")
    visitor.open("/sign-in/nhi-card")
    expect(visitor.page.get_by_text("已讀到健保卡")).to_be_visible(timeout=SLOW)
    expect(visitor.page.get_by_label("身分證字號")).to_have_value(DOCTORS_ID)
    visitor.page.get_by_label("健保卡註冊密碼").fill(PASSWORD)
    press(visitor, "登入")
    visitor.page.wait_for_url(re.compile("/(support|account/capacities)"), timeout=SLOW)


def test_an_nhi_card_opens_with_the_password_that_its_holder_has_registered(arrive):
    visitor = arrive()
    come_in_by_nhi_card(visitor)
    visitor.open("/practice")
    expect(heading(visitor, "個人資料")).to_be_visible(timeout=SLOW)


def test_without_a_reader_the_number_opens_after_a_code_to_the_phone(arrive, site):
    come_in_by_nhi_card(arrive())
    site.put_in("")
    visitor = arrive(width=375)
    come_in_without_reader(visitor)
    visitor.open("/practice")
    expect(heading(visitor, "個人資料")).to_be_visible(timeout=SLOW)


@pytest.fixture
def managed(arrive, site):
    """The clinic, whose card has named the doctor its manager."""
    if site.has_manager:
        return
    clinic = arrive()
    come_in(clinic, "institution")
    clinic.open("/practice/staff")
    expect(heading(clinic, "本院所人員")).to_be_visible(timeout=SLOW)
    expect(clinic.page.locator("main")).to_contain_text(DOCTORS_NAME)
    register(clinic, DOCTORS_NAME, DOCTORS_ID)
    assert clinic.faults() == []
    press(clinic, "設定為管理者")
    expect(clinic.page.get_by_text("已設定為管理者")).to_be_visible()
    site.has_manager = True


@pytest.mark.usefixtures("managed")
def test_a_manager_adds_a_user_whose_menu_has_what_is_granted(arrive, site):
    manager = arrive(width=375)
    come_in(manager, "personnel")
    expect(heading(manager, "您要以什麼身分使用？")).to_be_visible(timeout=SLOW)
    assert manager.faults() == []
    take(manager, "機構管理者")
    expect(heading(manager, "管理者與使用者")).to_be_visible(timeout=SLOW)
    expect(manager.page.get_by_role("banner")).to_contain_text(f"機構管理者 · {CLINICS_NAME}")
    register(manager, CITIZEN, CITIZENS_ID)
    press(manager, "新增使用者")
    manager.page.get_by_role("link", name="授權服務").click()
    manager.page.get_by_role("radio", name="電子轉介平台", exact=True).check()
    press(manager, "下一步")
    assert manager.faults() == []
    press(manager, "授權")
    expect(heading(manager, CITIZEN)).to_be_visible(timeout=SLOW)

    site.put_in("citizen")
    user = arrive()
    user.open("/sign-in/card?card=citizen&back=/services")
    sign(user, site.pin("citizen"))
    expect(user.page.locator("#identifier-error")).to_be_visible(timeout=SLOW)
    user.page.get_by_label("身分證字號").fill(CITIZENS_ID)
    sign(user, site.pin("citizen"))
    expect(heading(user, "服務項目")).to_be_visible(timeout=SLOW)
    menu = user.page.get_by_role("navigation", name="主選單").get_by_role("link")
    expect(menu).to_have_count(1)
    menu.click()
    expect(user.page.get_by_text("這項服務還沒有開放")).to_be_visible()
    assert user.page.goto(site.url("/organisation")).status == 403


@pytest.mark.usefixtures("managed")
def test_a_manager_in_by_an_nhi_card_shows_a_card_before_changing_anything_and_loses_nothing_typed(arrive, site):
    manager = arrive()
    come_in_by_nhi_card(manager)
    take(manager, "機構管理者")
    manager.open("/organisation/people/add")
    manager.page.get_by_label("到哪一天為止").fill("130/12/31")
    manager.page.get_by_label("姓名").fill(CITIZEN)
    manager.page.get_by_label("身分證字號").fill(CITIZENS_ID)
    press(manager, "下一步")
    press(manager, "新增使用者")
    expect(heading(manager, "請用卡片再次確認")).to_be_visible(timeout=SLOW)
    assert manager.faults() == []
    site.put_in("personnel")
    sign(manager, site.pin("personnel"), enter="用卡片確認")
    expect(heading(manager, "新增使用者")).to_be_visible(timeout=SLOW)
    expect(manager.page.get_by_label("姓名")).to_have_value(CITIZEN)
    press(manager, "下一步")
    press(manager, "新增使用者")
    expect(heading(manager, CITIZEN)).to_be_visible(timeout=SLOW)
    expect(manager.page.locator("main")).to_contain_text("130/12/31")


def test_a_care_centre_names_its_manager_by_the_government_card(arrive, site):
    site.put_in("government")
    centre = arrive(language="en", width=375)
    centre.open("/sign-in/card?card=government")
    expect(centre.page.locator('[data-fact="left"]')).to_have_text("3 times", timeout=SLOW)
    centre.page.get_by_label("PIN").fill(site.pin("government"))
    press(centre, "Sign in")
    expect(heading(centre, "Managers and users")).to_be_visible(timeout=SLOW)
    centre.open("/organisation/people/add")
    centre.page.get_by_label("Name").fill(CITIZEN)
    centre.page.get_by_label("National ID").fill(CITIZENS_ID)
    press(centre, "Continue")
    press(centre, "Name the manager")
    expect(heading(centre, CITIZEN)).to_be_visible(timeout=SLOW)
    assert centre.faults() == []


def test_the_check_has_this_site_judge_what_the_card_signs(arrive, site):
    site.put_in("institution")
    visitor = arrive()
    visitor.open("/card-check")
    expect(visitor.page.locator('[data-fact="left"]')).to_have_text("3 次", timeout=SLOW)
    visitor.page.get_by_label("PIN 碼（選填）").fill(site.pin("institution"))
    press(visitor, "開始檢查")
    expect(visitor.page.get_by_text("全部正常")).to_be_visible(timeout=SLOW)
    assert visitor.page.goto(site.url("/practice/staff")).url.partition("?")[0].endswith("/sign-in/staff")


def pages_of(role):
    """The addresses of the pages that are this role's, and not everybody's; what is downloaded is no page."""
    app = browser(Remote({})).application
    for rule in app.url_map.iter_rules():
        roles = getattr(app.view_functions[rule.endpoint], RULE, frozenset())
        is_opened = "GET" in rule.methods and not rule.arguments and rule.rule != "/account/stay"
        is_page = is_opened and not PurePosixPath(rule.rule).suffix
        if role in roles and roles != EVERYBODY and is_page and not rule.rule.startswith("/api/"):
            yield rule.rule


@pytest.mark.usefixtures("managed")
@pytest.mark.parametrize(
    ("role", "card", "capacity", "how"),
    [
        (Role.PRACTITIONER, "personnel", "醫事人員", {"width": 375, "color_scheme": "dark"}),
        (Role.INSTITUTION_MANAGER, "personnel", "機構管理者", {"width": 375}),
        (Role.INSTITUTION, "institution", "", {"width": 1280, "color_scheme": "dark"}),
    ],
)
def test_every_page_of_theirs_can_be_used_by_everybody(arrive, site, role, card, capacity, how):
    visitor = arrive(**how)
    come_in(visitor, card)
    if capacity:
        take(visitor, capacity)
    faults, seen = {}, 0
    for path in sorted(pages_of(role)):
        assert visitor.page.goto(site.url(path)).status < 500, path
        seen += 1
        if found := visitor.faults():
            faults[path] = found
    assert faults == {}
    assert seen > 3

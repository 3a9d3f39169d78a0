"""People come in as they would: by a link of a mail and a password of their own, by a code, without scripts too."""

from __future__ import annotations

import re

PASSWORD = "four green kettles sing at noon"
_LINK = re.compile(r"http://[^/\s]+(/activate/\S+)")


def press(page, name):
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def test_an_officer_is_invited_sets_a_password_goes_out_and_comes_in_again(visit):
    manager = visit(language="en")
    door = manager.site.door("bureau_manager")
    manager.come_in_by_password(door.address, door.password, "/accounts/invite?role=bureau_officer")
    manager.page.get_by_label("Name").fill("Lin Da-yun")
    manager.page.get_by_label("Email address").fill("lin.dayun@example.org")
    assert manager.faults() == []
    press(manager.page, "Send the invitation")
    assert "The invitation is on its way" in manager.shown()["text"]
    assert manager.faults() == []

    officer = visit(language="en", width=375)
    (path,) = _LINK.findall(officer.newest_letter("lin.dayun@example.org"))
    officer.open(path)
    assert officer.faults() == []
    officer.page.get_by_label("New password").fill("too short")
    press(officer.page, "Set the password and sign in")
    assert officer.page.locator("[data-error-summary]").evaluate("one => one === document.activeElement")
    officer.page.get_by_label("New password").fill(PASSWORD)
    officer.page.get_by_role("button", name="Show password").click()
    assert officer.page.get_by_label("New password").get_attribute("type") == "text"
    press(officer.page, "Set the password and sign in")
    assert officer.page.url == officer.site.url("/bureau")

    officer.page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    assert officer.shown()["heading"] == "You are signed out"
    officer.page.go_back()
    officer.page.reload()
    assert "/sign-in" in officer.page.url

    officer.come_in_by_password("lin.dayun@example.org", PASSWORD, "/messages")
    assert officer.shown()["heading"] == "Messages"
    assert officer.faults() == []
    officer.page.get_by_role("banner").get_by_role("link", name="Lin Da-yun").click()
    assert "This is the device you are using" in officer.shown()["text"]
    assert officer.faults() == []


def test_a_family_mistypes_its_code_and_comes_in_with_the_right_one_without_scripts(visit):
    parent = visit(width=320, java_script_enabled=False)
    mobile = "0987000321"
    parent.open("/sign-in/phone?back=/account/sessions")
    parent.page.get_by_label("手機號碼").fill("0987 000 321")
    press(parent.page, "傳送驗證碼")
    parent.page.get_by_label("驗證碼", exact=True).fill("12345")
    press(parent.page, "登入")
    assert parent.shown()["title"].startswith("錯誤：")
    assert "少了 1 碼" in parent.shown()["text"]
    code = parent.newest_code(mobile)
    parent.page.get_by_label("驗證碼", exact=True).fill(f" {code[:3]} {code[3:]} ")
    press(parent.page, "登入")
    assert parent.page.url == parent.site.url("/account/sessions")
    press(parent.page, "登出所有裝置")
    assert parent.page.url == parent.site.url("/signed-out")


def test_pages_that_everybody_reads_can_be_used_by_everybody(visit):
    reader = visit(width=375, color_scheme="dark", extra_http_headers={})  # at the machine itself, for the outbox
    for path in ("/sign-in/phone", "/sign-in", "/outbox", "/notices", "/help", "/contact", "/privacy", "/status"):
        reader.open(path)
        assert reader.faults() == [], path

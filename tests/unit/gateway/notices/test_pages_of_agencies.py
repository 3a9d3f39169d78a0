"""What agencies write is shown as they mean it, does nothing in a browser, and is never written over blindly."""

from uuid import UUID

import pytest

from services.gateway.web.notices.difference import differences
from services.gateway.web.notices.markdown import rendered
from tests.controls.remote import Remote, browser, bureau, refusal

PAGE_ID = UUID(int=7)
PAGE = {
    "id": str(PAGE_ID),
    "version": 3,
    "slug": "flu",
    "kind": "notice",
    "county": "臺北市",
    "chinese_title": "流感疫苗",
    "chinese_body": "週一開打",
    "english_title": "Flu",
    "english_body": "From Monday",
    "valid_from": "2026-03-01",
    "valid_until": None,
    "pinned": False,
}
SHOWN = {
    "slug": "flu",
    "kind": "notice",
    "county": "",
    "title": "流感疫苗 <b>",
    "body": "## 時間\n**週一**",
    "valid_from": "2026-03-01",
    "valid_until": None,
    "pinned": True,
    "changed_at": "2026-03-01T01:00:00Z",
}


def editor(**answers):
    """A bureau's manager on the site."""
    return bureau(gateway__page_to_edit={"page": PAGE, "standing": "in_force"}, **answers)


def typed(**changes):
    return {
        "idempotency_key": "key",
        "based_on": "3",
        "content.chinese.title": "流感疫苗",
        "content.chinese.body": "週二開打\r\n帶健保卡",
        "content.english.title": "Flu",
        "content.english.body": "From Tuesday",
        "content.valid_from": "115/03/02",
        **changes,
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("a <b onclick=x>b</b>", "&lt;b onclick=x&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](data:text/html,1)", "[x](data:text/html,1)"),
        ("![x](https://evil.example/x.png)", '!<a href="https://evil.example/x.png" rel="nofollow noopener">'),
    ],
)
def test_what_could_act_in_a_browser_is_shown_as_it_was_written(written, shown):
    page = str(rendered(written))
    assert shown in page
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_headings_stay_below_the_pages_own_and_lines_where_they_were_broken():
    assert str(rendered("# 大\n一\n二")) == "<h2>大</h2>\n<p>一<br />\n二</p>\n"


def test_links_to_other_sites_are_not_recommended_and_those_within_are_plain():
    page = str(rendered("[a](https://example.org) [b](/cases) [c](tel:+886-2-1) [d](//example.org)"))
    assert '<a href="https://example.org" rel="nofollow noopener">' in page
    assert '<a href="//example.org" rel="nofollow noopener">' in page
    assert '<a href="/cases">' in page
    assert '<a href="tel:+886-2-1">' in page


def test_only_texts_that_differ_are_compared():
    before = {"chinese.title": "甲", "chinese.body": "一\n二", "english.title": "A", "english.body": "B"}
    after = before | {"chinese.body": "一\n三"}
    assert differences(before, after) == {"chinese.body": [("same", "一"), ("gone", "二"), ("new", "三")]}


def test_a_page_rewritten_line_by_line_is_compared_at_once():
    before, after = (
        "\n".join(f"第 {line} 條 門診時間{ending}" for line in range(2000)) for ending in ("為上午", "改為下午")
    )
    texts = dict.fromkeys(("chinese.title", "english.title", "english.body"), "")
    lines = differences(texts | {"chinese.body": before}, texts | {"chinese.body": after})["chinese.body"]
    assert [line.kind for line in lines] == ["gone"] * 2000 + ["new"] * 2000


def test_everybody_reads_a_page_in_their_language_and_its_title_is_text():
    remote = Remote({"gateway.page": SHOWN})
    reader = browser(remote)
    reader.delete_cookie("caretrail")
    page = reader.get("/notices/flu?lang=en").text
    assert "流感疫苗 &lt;b&gt;" in page
    assert "<strong>週一</strong>" in page
    assert ("gateway.page", {"slug": "flu", "language": "en"}) in remote.asked


def test_a_page_that_is_not_there_is_not_found():
    reader = browser(Remote({"gateway.page": None}))
    reader.delete_cookie("caretrail")
    assert reader.get("/notices/flu").status_code == 404


def test_a_page_that_every_foot_leads_to_is_there_also_where_its_agency_has_withdrawn_it():
    others = {"entries": [SHOWN | {"slug": "hotline", "kind": "contact", "title": "專線"}], "following": None}
    reader = browser(Remote({"gateway.page": None, "gateway.pages": others}))
    reader.delete_cookie("caretrail")
    assert 'href="/notices/hotline"' in reader.get("/contact").text


def test_a_revision_names_the_version_that_was_read_and_takes_days_of_the_roc():
    remote = editor()
    answer = browser(remote).post(f"/notices/edit/{PAGE_ID}", data=typed())
    assert answer.location == "/notices/edit"
    ((method, asked, key),) = remote.done
    assert (method, key, asked["based_on"]) == ("gateway.revise_page", "key", 3)
    assert asked["content"]["chinese"] == {"title": "流感疫苗", "body": "週二開打\n帶健保卡"}
    assert asked["content"]["valid_from"] == "2026-03-02"


def test_a_preview_gives_no_command_and_keeps_what_was_typed():
    remote = editor()
    page = browser(remote).post(f"/notices/edit/{PAGE_ID}", data=typed(preview="yes")).text
    assert "<p>週二開打<br />" in page
    assert remote.done == []


def test_whoever_was_overtaken_sees_the_difference_keeps_the_text_and_may_go_on_knowingly():
    def overtaken(_):
        raise refusal("page-changed-meanwhile", at="2026-03-12T02:00:00Z")

    newer = {"page": PAGE | {"version": 4, "chinese_body": "週三開打"}, "standing": "in_force"}
    remote = bureau(gateway__page_to_edit=newer, gateway__revise_page=overtaken)
    answer = browser(remote).post(f"/notices/edit/{PAGE_ID}", data=typed())
    assert answer.status_code == 422
    assert "<del>週三開打</del>" in answer.text
    assert "<ins>週二開打</ins>" in answer.text
    assert 'name="based_on" value="4"' in answer.text


def test_a_day_that_does_not_exist_is_told_of_beside_its_field_and_nothing_is_published():
    remote = editor()
    answer = browser(remote).post("/notices/edit/new", data=typed(**{"content.valid_from": "115/13/40"}))
    assert answer.status_code == 422
    assert 'id="content.valid_from-error"' in answer.text
    assert remote.done == []


def version(editor, number):
    texts = {name: PAGE[name] for name in ("chinese_title", "chinese_body", "english_title", "english_body")}
    return {"version": number, "change": "revised", "changed_at": "2026-03-01T01:00:00Z", "editor": editor, **texts}


def test_the_history_names_who_changed_a_page_and_never_an_account_s_number():
    own, elsewhere = UUID(int=8), UUID(int=9)

    def account(asked):
        if asked["account_id"] != str(own):
            raise refusal("account-unknown", "account_id")
        return {"holder": {"name": "衛小局", "email": "officer@example.tw"}, "role": "bureau_manager"}

    versions = [version(f"account/{own}", 3), version(f"account/{elsewhere}", 2), version("process/first_pages", 1)]
    remote = editor(gateway__page_history=versions, identity__account=account)
    page = browser(remote).get(f"/notices/edit/{PAGE_ID}/history").text
    for name in ("由衛小局（", "由其他機關的帳號", "由系統"):
        assert name in page.replace(" ", "")
    assert "account/0000" not in page

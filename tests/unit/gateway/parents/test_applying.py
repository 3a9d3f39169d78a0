"""An application page by page: what is kept, what is said of a fault, and that sending twice sends once."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

import pytest

from services.gateway.web.parents.entered_dates import ROC, fields_of
from shared.words import Language
from tests.controls.family_pages import CASE_NO, MOBILE, Family, case, doctor
from tests.controls.remote import browser, checked, refusal
from tests.unit.gateway.parents.test_questions import BORN

BEFORE, FIRST = str(UUID(int=6)), str(UUID(int=7))
"""Versions of a draft: one that a window still has open, and the one that is kept."""
CHOSEN = [{name: doctor(1)[name] for name in ("institution", "doctor", "institution_name", "doctor_name")}]


def filled_in(family, fields=BORN, chosen=CHOSEN):
    """A family whose draft holds these answers, and the version of it."""
    family.drafts["apply"] = {
        "content": {"fields": fields, "chosen": chosen, "sent_as": ""},
        "version": FIRST,
        "expires_at": "2026-04-11T02:39:00+00:00",
    }
    return FIRST


def test_an_answer_is_saved_and_leads_to_the_next_question():
    family = Family()
    answered = browser(family).post("/apply/born", data=BORN)
    assert answered.status_code == HTTPStatus.SEE_OTHER
    assert answered.location == "/apply/twins"
    assert family.draft()["fields"]["child.birth_date-year"] == "114"
    assert "child.name" not in family.draft()["fields"]


def test_a_fault_is_said_beside_its_field_and_keeps_what_was_typed():
    family = Family()
    page = browser(family).post(
        "/apply/mother", data={"mother.identifier-kind": "national_id", "mother.identifier": "B2"}
    )
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "<title>錯誤：" in page.text
    assert 'value="B2"' in page.text
    assert page.text.count("號碼應為 10 碼") == 2
    assert family.drafts == {}


def test_html_in_every_field_is_text():
    script = "<script>alert(1)</script>"
    family = Family()
    filled_in(family, {**BORN, "child.name": script, "contact.name": script, "child.residence.street": script})
    page = browser(family).get("/apply/check")
    assert page.status_code == HTTPStatus.OK
    assert "<script>alert" not in page.text
    assert page.text.count("&lt;script&gt;alert") == 3


def test_4001_characters_are_refused_and_kept():
    page = browser(Family()).post("/apply/address", data={**BORN, "child.residence.street": "路" * 4001})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "路" * 4001 in page.text
    assert "最多 200 字" in page.text


def test_whoever_leaves_keeps_what_was_typed_though_it_is_not_finished():
    family = Family()
    left = browser(family).post("/apply/mother?leave=yes", data={"mother.identifier": "B2"})
    assert left.location == "/apply/saved"
    assert family.draft()["fields"]["mother.identifier"] == "B2"


@pytest.mark.parametrize("path", ["/apply/start-over", "/apply/check", "/apply/doctors", "/apply/mother"])
def test_whoever_only_asks_for_the_head_of_a_page_changes_nothing(path):
    family = Family()
    filled_in(family)
    assert browser(family).head(path).status_code == HTTPStatus.OK
    assert family.draft()["fields"] == BORN
    assert family.done == []


def test_coming_back_opens_the_question_that_was_left():
    family = Family()
    filled_in(family, {name: text for name, text in BORN.items() if not name.startswith("mother")})
    assert browser(family).get("/apply").location == "/apply/mother"


def test_without_scripts_a_county_brings_its_districts():
    family = Family()
    client = browser(family)
    there = client.post("/apply/address", data={"child.residence.county": "連江縣", "stay": "districts"})
    assert there.location == "/apply/address"
    assert "南竿鄉" in client.get(there.location).text


@pytest.mark.parametrize("before", [BEFORE, ""])
def test_a_page_of_an_older_window_says_so_and_saves_at_the_second_press(before):
    family = Family()
    filled_in(family)
    client = browser(family)
    stale = client.post("/apply/twins", data={"twins": "no", "draft": before})
    assert stale.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "另一個視窗剛改過" in stale.text
    assert f'name="draft" value="{FIRST}"' in stale.text
    assert client.post("/apply/twins", data={"twins": "no", "draft": FIRST}).status_code == HTTPStatus.SEE_OTHER


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("roc", "114", "11", "8"), "就是西元 2025 年 11 月 8 日，星期六。孩子現在 4 個月大。"),
        (("western", "2025", "11", "8"), "就是民國 114 年 11 月 8 日，星期六。"),
        (("roc", "2025", "11", "8"), "看起來是西元年，我們就當西元年。"),
        (("roc", "111", "11", "8"), "未滿 3 歲"),
        (("roc", "114", "2", "30"), "沒有 2025 年 2 月 30 日這一天"),
        (("roc", "114/11", "8", "8"), "請用數字填年、月、日"),
        (("western", "20255", "11", "8"), "請用數字填年、月、日"),
    ],
)
def test_a_date_is_said_back_as_it_is_typed(typed, told):
    fields = dict(zip(("era", "year", "month", "day"), typed, strict=True))
    sent = {f"child.birth_date-{part}": text for part, text in fields.items()}
    assert told in browser(Family()).post("/apply/check/child.birth_date", data=sent).text


def test_nothing_is_said_in_the_middle_of_typing():
    sent = fields_of(date(2025, 11, 8), "child.birth_date", ROC) | {"child.birth_date-day": ""}
    assert browser(Family()).post("/apply/check/child.birth_date", data=sent).text.strip() == ""


def test_what_is_sent_is_what_was_answered_with_the_proved_phone():
    family = Family()
    version = filled_in(family)
    sent = browser(family).post("/apply/check", data={"draft": version, "idempotency_key": "key"})
    assert sent.location == f"/apply/sent/{CASE_NO}"
    [(method, form, key)] = family.done
    assert (method, key) == ("matching.submit_application", "key")
    assert form["contact"] == {"relation": "mother", "name": "林示範", "mobile": MOBILE, "email": ""}
    assert form["child"]["identifier"] == "a200001000"


def test_a_second_click_and_the_back_button_lead_to_the_same_case():
    family = Family()
    version, client = filled_in(family), browser(family)
    press = {"draft": version, "idempotency_key": "key"}
    client.post("/apply/check", data=press)
    assert client.post("/apply/check", data=press).location == f"/apply/sent/{CASE_NO}"
    assert client.get("/apply/check").location == f"/apply/sent/{CASE_NO}"
    assert len(family.done) == 1
    assert family.draft()["fields"] == {}


def test_the_last_look_of_an_older_window_is_shown_again_before_anything_is_sent():
    family = Family()
    filled_in(family)
    page = browser(family).post("/apply/check", data={"draft": BEFORE, "idempotency_key": "key"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "另一個視窗剛改過" in page.text
    assert family.done == []


def refusing(*refusals):
    def refuse(_):
        raise refusals[0]

    return refuse


def test_a_child_with_a_case_under_way_is_led_to_it():
    family = Family(**{"matching.submit_application": refusing(refusal("live-case-exists", case_no=CASE_NO))})
    version = filled_in(family)
    page = browser(family).post("/apply/check", data={"draft": version, "idempotency_key": "key"})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'href="/cases/{CASE_NO}"' in page.text
    assert 'value="key"' in page.text


def test_what_matching_refuses_is_mended_on_the_page_that_asked_for_it():
    family = Family(**{"matching.submit_application": refusing(refusal("child-is-mother", "child.identifier"))})
    version = filled_in(family)
    page = browser(family).post("/apply/check", data={"draft": version, "idempotency_key": "key"})
    assert "幼兒的證號和母親的證號相同" in page.text
    assert 'href="/apply/child?then=check"' in page.text


def test_a_visitor_whose_session_is_over_loses_nothing_typed():
    family = Family(**{"identity.check_sessions": checked(None), "gateway.hold_form": {"token": "t"}})
    led = browser(family).post("/apply/mother", data={"mother.identifier": "B200002008"})
    assert led.status_code == HTTPStatus.SEE_OTHER
    assert led.location == "/sign-in/phone?back=/apply/mother?held%3Dt"
    [held] = [payload for method, payload in family.asked if method == "gateway.hold_form"]
    assert held["fields"] == {"mother.identifier": ["B200002008"]}


def test_a_form_that_was_held_comes_back_filled_in():
    held = {"path": "/apply/mother", "fields": {"mother.identifier": ["B200002008"]}}
    page = browser(Family(**{"gateway.held_form": held})).get("/apply/mother?held=t")
    assert 'value="B200002008"' in page.text


def test_applications_under_way_are_named_before_another_is_begun():
    page = browser(Family([case()])).get("/apply/born")
    assert f'href="/cases/{CASE_NO}"' in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/apply/born",
        "/apply/twins",
        "/apply/child",
        "/apply/mother",
        "/apply/address",
        "/apply/contact",
        "/apply/doctors",
    ],
)
def test_every_question_is_asked_in_english_too(path):
    page = browser(Family(), language=Language.ENGLISH).get(path, headers={"Accept-Language": "en"})
    assert page.status_code == HTTPStatus.OK
    assert "Apply for a dedicated doctor, question" in page.text


def test_doctors_are_put_in_order_by_buttons():
    family = Family()
    filled_in(family, chosen=[])
    client = browser(family)
    for number in (1, 2, 3):
        chosen = doctor(number)
        press = {"press": f"add:{chosen['institution']}/{chosen['doctor']}", "draft": family.drafts["apply"]["version"]}
        assert client.post("/apply/doctors?county=", data=press).location == "/apply/doctors?county="
    client.post("/apply/doctors", data={"press": "up:2", "draft": family.drafts["apply"]["version"]})
    client.post("/apply/doctors", data={"press": "remove:0", "draft": family.drafts["apply"]["version"]})
    client.post("/apply/doctors", data={"press": f"remove:{'9' * 5000}", "draft": family.drafts["apply"]["version"]})
    assert [one["doctor"] for one in family.draft()["chosen"]] == ["D003", "D002"]


@pytest.mark.parametrize(
    ("press", "told"),
    [
        ("add:3501200001/D001", "已經選了這位醫師"),
        ("add:3501200004/D004", "已經選滿 3 位"),
        ("add:3501200009/D009", "不在名單上"),
    ],
)
def test_a_doctor_who_cannot_be_added_is_not_and_it_is_said_why(press, told):
    family = Family()
    names = ("institution", "doctor", "institution_name", "doctor_name")
    version = filled_in(family, chosen=[{name: doctor(number)[name] for name in names} for number in (1, 2, 3)])
    page = browser(family).post("/apply/doctors", data={"press": press, "draft": version})
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in page.text
    assert len(family.draft()["chosen"]) == 3


@pytest.mark.parametrize("press", ["up:0", "up:9", "remove:-1", "remove:x", "boil:1", ":", "add:", "up:１"])
def test_a_button_that_nobody_made_changes_nothing(press):
    family = Family()
    version = filled_in(family)
    browser(family).post("/apply/doctors", data={"press": press, "draft": version})
    assert family.draft()["chosen"] == CHOSEN


def test_somebody_who_cannot_be_chosen_is_found_by_name_with_the_reason():
    family = Family()
    family.doctors[3] |= {"objection": {"code": "doctor-not-taking-part", "params": {"doctor": "醫師4"}}}
    client = browser(family)
    assert "醫師4" not in client.get("/apply/doctors?county=臺北市").text
    page = client.get("/apply/doctors?doctor=醫師4").text
    assert "醫師4醫師目前未參與本計畫" in page
    assert "add:3501200004" not in page


def test_near_means_near_the_middle_of_the_districts_institutions():
    located = [
        {"institution": {"coordinates": {"latitude": "25.02", "longitude": "121.54"}}},
        {"institution": {"coordinates": {"latitude": "25.04", "longitude": "121.52"}}},
        {"institution": {"coordinates": None}},
    ]
    family = Family(**{"identity.find_institutions": {"entries": located, "following": None}})
    family.doctors = [doctor(1, metres=1240)]
    page = browser(family).get("/apply/doctors?county=臺北市&district=大安區&near=district").text
    [sought] = [asked["sought"] for method, asked in family.asked if method == "matching.find_doctors"]
    assert sought["near"] == {"latitude": "25.030000", "longitude": "121.530000", "metres": 10_000}
    assert "離區中心約 1.2 公里" in page


def test_the_family_s_own_place_stays_in_its_browser_and_sorts_the_doctors():
    family = Family()
    family.doctors = [doctor(1, metres=1240)]
    client = browser(family)
    back = "/apply/doctors?county=%E8%87%BA%E5%8C%97%E5%B8%82&near=here"
    kept = client.post("/doctors/near", data={"latitude": "25.0329694", "longitude": "121.5654177", "back": back})
    assert kept.location == back
    assert "離您約 1.2 公里" in client.get(back).text
    assert _near(family) == {"latitude": "25.033", "longitude": "121.565", "metres": 10_000}
    client.post("/doctors/near", data={"forget": "yes", "back": "/apply/doctors"})
    client.get(back)
    assert _near(family) is None


@pytest.mark.parametrize("place", [("", ""), ("51.5", "0.1"), ("25.0", "nowhere"), ("nan", "inf")])
def test_a_place_that_is_none_in_taiwan_is_not_kept_and_what_to_do_is_said(place):
    client = browser(Family())
    sent = {"latitude": place[0], "longitude": place[1], "back": "/apply/doctors?near=here"}
    assert "請再試一次，或選區域" in client.post("/doctors/near", data=sent, follow_redirects=True).text


def _near(family):
    """From where the last search counted distances."""
    sought = [asked["sought"] for method, asked in family.asked if method == "matching.find_doctors"]
    return sought[-1].get("near")


def test_a_district_without_a_located_institution_is_searched_by_its_name():
    family = Family(**{"identity.find_institutions": {"entries": [], "following": None}})
    browser(family).get("/apply/doctors?county=臺北市&district=大安區&near=district")
    [sought] = [asked["sought"] for method, asked in family.asked if method == "matching.find_doctors"]
    assert (sought["county"], sought["district"]) == ("臺北市", "大安區")
    assert "near" not in sought


def test_what_somebody_typed_is_given_back_to_nobody_else_who_comes_in_at_the_same_browser():
    family = Family(**{"gateway.hold_form": {"token": "t"}})
    client = browser(family)
    client.get("/apply/mother")
    [somebody] = family.answers["identity.check_sessions"]["known"]
    family.answers["identity.check_sessions"] = checked(None)
    client.post("/apply/mother", data={"mother.identifier": "B200002008"})
    [held] = [payload for method, payload in family.asked if method == "gateway.hold_form"]

    def opened_by(known):
        client.set_cookie("caretrail", f"session of {known['badge']['mobile']}")
        family.answers |= {
            "identity.check_sessions": checked(known),
            "gateway.held_form": {"path": held["path"], "fields": dict(held["fields"])},
        }
        return client.get("/apply/mother?held=t").text

    assert "B200002008" in opened_by(somebody)
    assert "B200002008" not in opened_by({**somebody, "badge": {"mobile": "0900000099"}})

"""Practitioners see themselves and what of theirs ends soon; an institution's card its own staff, and nobody else's."""

from datetime import timedelta

import pytest

from tests.controls.remote import INSTITUTION, NOW, Remote, browser, checked
from tests.unit.gateway.sign_in.conftest import known, signed_in

TODAY = (NOW + timedelta(hours=8)).date()


def licence(number, ends_in=None):
    until = (TODAY + timedelta(days=ends_in)).isoformat() if ends_in is not None else None
    return {"number": number, "valid_from": "2020-01-01", "valid_until": until}


def practitioner(*licences, **changes):
    return {
        "number": "D1",
        "name": "許沐晴",
        "profession": "A",
        "institution": INSTITUTION,
        "licences": licences,
        **changes,
    }


def coming(role, **answers):
    session = known(role, institution=INSTITUTION, badge={"name": "許沐晴"})
    told = {"identity.institution": {"name": "青田診所"}, "identity.check_sessions": checked(session)}
    return Remote({**told, **{name.replace("__", "."): answer for name, answer in answers.items()}})


@pytest.mark.parametrize(
    ("days", "told"),
    [(400, "有效"), (30, "30 天內到期"), (0, "30 天內到期"), (-1, "已過期"), (None, "有效")],
)
def test_a_practitioner_sees_how_long_a_licence_holds(days, told):
    remote = coming("practitioner", identity__own_record=practitioner(licence("醫字第1號", days)))
    page = browser(remote).get("/practice").text
    assert "醫字第1號" in page
    assert "西醫師" in page
    assert "青田診所" in page
    assert told in page.split("醫字第1號")[1]


def test_whoever_is_suspended_or_unknown_is_told_so():
    suspended = practitioner(suspended_since="2026-03-01", suspended_until="2026-04-01")
    assert "停業中" in browser(coming("practitioner", identity__own_record=suspended)).get("/practice").text
    assert "找不到您" in browser(coming("practitioner", identity__own_record=None)).get("/practice").text


@pytest.mark.parametrize(("days", "is_warned"), [(30, True), (31, False)])
def test_a_card_that_ends_soon_is_warned_of(days, is_warned):
    remote = coming("practitioner", identity__own_record=practitioner())
    ends = (TODAY + timedelta(days=days)).isoformat()
    remote.answers["identity.prove_card"] = signed_in("practitioner") | {"card_ends_on": ends}
    visitor = browser(remote)
    visitor.post("/sign-in/prove/card", data={"token": "signed"})
    assert ("這張卡片快要到期了" in visitor.get("/practice").text) is is_warned


def test_an_institutions_card_asks_for_its_own_staff_alone():
    entries = [
        practitioner(licence("醫字第1號", 10), licence("醫字第2號", 400)),
        practitioner(number="D2", name="林大同"),
    ]
    remote = coming("institution", identity__personnel={"entries": entries, "following": None})
    page = browser(remote).get("/practice/staff?institution=3501200999").text
    [asked] = [asked for method, asked in remote.asked if method == "identity.personnel"]
    assert asked["institution"] == INSTITUTION
    assert "醫字第2號" in page
    assert "醫字第1號" not in page
    assert "林大同" in page


@pytest.mark.parametrize(
    ("role", "path"),
    [("institution", "/practice"), ("practitioner", "/practice/staff"), ("doctor", "/practice/staff")],
)
def test_neither_sees_what_is_the_others(role, path):
    assert browser(coming(role)).get(path).status_code == 403

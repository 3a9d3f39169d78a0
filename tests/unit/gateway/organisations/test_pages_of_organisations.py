"""The card of an organisation names managers, they add users and grant services, and users see what is theirs."""

import pytest

from shared.application import Outcome
from tests.controls.remote import INSTITUTION, Remote, browser, checked, refusal
from tests.unit.gateway.sign_in.conftest import known

MANAGER = "11111111-1111-1111-1111-111111111111"
USER = "22222222-2222-2222-2222-222222222222"
PEOPLE = {
    "entries": [
        {
            "member": MANAGER,
            "role": "institution_manager",
            "since": "2026-01-01",
            "until": None,
            "name": "林管理",
            "identifier": "A200000003",
            "mobile": "0912345678",
            "grants": [],
        },
        {
            "member": USER,
            "role": "institution_user",
            "since": "2026-01-01",
            "until": "2026-12-31",
            "name": "陳使用",
            "identifier": "A200000012",
            "mobile": "",
            "grants": [
                {"service": "ltc_referral", "since": "2026-01-01", "until": None},
                {"service": "claims", "since": "2026-01-01", "until": "2026-02-01"},
            ],
        },
    ],
    "following": None,
}
OFFERED = ["ltc_referral", "referral_query", "claims"]
OWN = [{"service": "ltc_referral", "since": "2026-01-01", "until": None}]
WHO = {"name": "王新人", "identifier": "A200000021", "mobile": "", "since": "", "until": "115/12/31"}


def contexts(role, **answers):
    place = {"jurisdiction": "臺北市"} if role.startswith("centre") else {"institution": INSTITUTION}
    session = known(role, badge={"name": "林管理"}, **place) | {"assurances": ["card+pin"]}
    told = {
        "identity.check_sessions": checked(session),
        "identity.organisation_users": PEOPLE,
        "identity.organisation": {"offered": OFFERED},
        "identity.own_services": OWN,
        "gateway.hold_form": {"token": "held-token"},
    }
    return Remote({**told, **{name.replace("__", "."): answer for name, answer in answers.items()}})


@pytest.fixture
def remote():
    return contexts("institution_manager")


@pytest.fixture
def visitor(remote):
    return browser(remote)


@pytest.mark.parametrize(
    ("role", "organisation"), [("institution_manager", f"institution/{INSTITUTION}"), ("centre", "centre/臺北市")]
)
def test_everybody_is_listed_with_what_holds_today_and_no_whole_number(role, organisation):
    remote = contexts(role)
    page = browser(remote).get("/organisation").text
    assert dict(remote.asked)["identity.organisation_users"]["organisation"] == organisation
    assert "林管理" in page
    assert "Ltc_referral" in page
    assert "Claims" not in page
    assert "A200000003" not in page


@pytest.mark.parametrize(
    ("role", "method"),
    [
        ("institution", "name_manager"),
        ("centre", "name_manager"),
        ("institution_manager", "add_user"),
        ("centre_manager", "add_user"),
    ],
)
def test_whom_one_enters_is_looked_at_once_more_before_the_command(role, method):
    remote = contexts(role)
    remote.answers[f"identity.{method}"] = Outcome(id=MANAGER, version=2, number=USER)
    visitor = browser(remote)
    check = visitor.post("/organisation/people/add", data=WHO)
    assert check.status_code == 200
    assert "A200000021" in check.text
    assert remote.done == []
    answer = visitor.post(
        "/organisation/people/add",
        data={**WHO, "until": "2026-12-31", "confirmed": "yes", "idempotency_key": "key"},
    )
    [(asked, command, key)] = remote.done
    assert (asked, key) == (f"identity.{method}", "key")
    assert (command["identifier"], command["since"], command["until"]) == ("A200000021", None, "2026-12-31")
    assert answer.location == f"/organisation/people/{USER}"


def test_what_is_missing_or_no_day_is_told_beside_its_field(visitor, remote):
    answer = visitor.post("/organisation/people/add", data={"name": "", "identifier": "", "until": "someday"})
    assert answer.status_code == 422
    for field in ("name", "identifier", "until"):
        assert f'id="{field}-error"' in answer.text
    assert remote.done == []


def test_a_manager_who_came_by_an_nhi_card_shows_a_card_and_comes_back():
    remote = contexts("institution_manager")
    known_by_nhi = known("institution_manager", institution=INSTITUTION) | {"assurances": ["otp+cardno"]}
    remote.answers["identity.check_sessions"] = checked(known_by_nhi)

    def refuse(_):
        raise refusal("proof-not-accepted", accepted=["card+pin"])

    remote.answers["identity.add_user"] = refuse
    answer = browser(remote).post("/organisation/people/add", data={**WHO, "confirmed": "yes", "idempotency_key": "k"})
    assert answer.location == "/sign-in/prove/card?back=/organisation/people/add?held%3Dheld-token"


def test_a_service_is_granted_for_days_after_a_second_look(visitor, remote):
    page = visitor.get(f"/organisation/people/{USER}/grant").text
    assert all(f'value="{one}"' in page for one in OFFERED)
    assert 'value="ltc_referral_centre"' not in page
    grant = {"service": "referral_query", "since": "115/4/1", "until": ""}
    check = visitor.post(f"/organisation/people/{USER}/grant", data=grant)
    assert (check.status_code, remote.done) == (200, [])
    visitor.post(f"/organisation/people/{USER}/grant", data={**grant, "confirmed": "yes", "idempotency_key": "key"})
    [(method, command, _)] = remote.done
    assert method == "identity.grant_service"
    assert command == {
        "organisation": f"institution/{INSTITUTION}",
        "member": USER,
        "service": "referral_query",
        "since": "2026-04-01",
        "until": None,
    }


def test_what_the_organisation_does_not_grant_cannot_be_chosen(visitor, remote):
    answer = visitor.post(f"/organisation/people/{USER}/grant", data={"service": "ltc_referral_centre"})
    assert (answer.status_code, remote.done) == (422, [])


def test_a_service_is_revoked_on_a_page_of_its_own(visitor, remote):
    path = f"/organisation/people/{USER}/revoke/ltc_referral"
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, data={"idempotency_key": "key"}).location == f"/organisation/people/{USER}"
    assert remote.done[0][:1] == ("identity.revoke_service",)
    assert visitor.get(f"/organisation/people/{USER}/revoke/referral_query").status_code == 404


@pytest.mark.parametrize(
    ("role", "member", "method"),
    [("institution", MANAGER, "remove_manager"), ("institution_manager", USER, "remove_user")],
)
def test_each_is_removed_by_whoever_has_entered_them(role, member, method):
    remote = contexts(role)
    path = f"/organisation/people/{member}/remove"
    visitor = browser(remote)
    assert f'href="{path}"' in visitor.get(f"/organisation/people/{member}").text
    assert visitor.post(path, data={"idempotency_key": "key"}).location == "/organisation"
    assert remote.done[0][0] == f"identity.{method}"


@pytest.mark.parametrize(("role", "member"), [("institution", USER), ("institution_manager", MANAGER)])
def test_and_by_nobody_else(role, member):
    remote = contexts(role)
    visitor = browser(remote)
    assert "/remove" not in visitor.get(f"/organisation/people/{member}").text
    assert visitor.post(f"/organisation/people/{member}/remove", data={}).status_code == 403
    assert remote.done == []


def test_somebody_of_a_later_page_is_found_and_a_stranger_is_not(visitor, remote):
    later = {"entries": PEOPLE["entries"][1:], "following": None}
    remote.answers["identity.organisation_users"] = lambda asked: (
        later if asked["cursor"] else {"entries": PEOPLE["entries"][:1], "following": "next"}
    )
    assert visitor.get(f"/organisation/people/{USER}").status_code == 200
    assert visitor.get("/organisation/people/33333333-3333-3333-3333-333333333333").status_code == 404


# What is granted -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["institution_user", "centre_user", "institution_manager"])
def test_the_menu_and_the_list_have_what_is_granted_and_nothing_else(role):
    page = browser(contexts(role)).get("/services").text
    menu = page.split("<nav")[1].split("</nav>")[0]
    assert 'href="/services/ltc_referral"' in menu
    assert page.count('href="/services/') == 2
    assert ('href="/organisation"' in menu) is (role == "institution_manager")


def test_a_granted_service_says_that_it_is_not_open_yet_and_no_other_is_there():
    visitor = browser(contexts("institution_user"))
    assert "還沒有開放" in visitor.get("/services/ltc_referral").text
    assert visitor.get("/services/claims").status_code == 404


def test_whoever_is_granted_nothing_is_told_whom_to_ask():
    page = browser(contexts("institution_user", identity__own_services=[])).get("/services").text
    assert "請洽貴單位的管理者" in page


@pytest.mark.parametrize("path", ["/organisation", "/organisation/people/add", f"/organisation/people/{USER}"])
def test_users_see_nobody(path):
    assert browser(contexts("institution_user")).get(path).status_code == 403


@pytest.mark.parametrize("role", ["institution", "centre"])
def test_the_card_of_the_organisation_grants_nothing(role):
    assert browser(contexts(role)).get(f"/organisation/people/{USER}/grant").status_code == 403

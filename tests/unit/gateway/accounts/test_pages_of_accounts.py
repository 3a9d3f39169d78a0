"""Managers let people in as what they may give, where the register knows them, and see who came in."""

from uuid import UUID

import pytest

from tests.controls.remote import INSTITUTION, browser, bureau, refusal

ACCOUNT_ID = UUID(int=3)
ACCOUNT = {
    "id": str(ACCOUNT_ID),
    "holder": {"name": "許<b>晴", "email": "xu@example.tw"},
    "role": "doctor",
    "institution": INSTITUTION,
    "acts_for": ["D1"],
    "county": "臺北市",
    "status": "active",
    "invited_at": "2026-03-01T01:00:00Z",
    "expires_at": "2026-03-08T01:00:00Z",
    "activated_at": "2026-03-02T01:00:00Z",
    "signed_in_at": None,
    "disabled_because": None,
    "withheld": [],
}


def identity(**answers):
    staff = [{"number": "D1", "name": "許沐晴"}, {"number": "D2", "name": "林大同"}]
    return bureau(
        **{
            "identity__account": ACCOUNT,
            "identity__find_accounts": {"entries": [ACCOUNT], "following": None},
            "identity__sign_ins": {"entries": [], "following": None},
            "identity__institution": {"name": "青田家庭醫學科診所"},
            "identity__personnel": {"entries": staff, "following": None},
            **answers,
        }
    )


def invitation(**more):
    return {
        "idempotency_key": "key",
        "role": "case_manager",
        "institution": INSTITUTION,
        "name": "許沐晴",
        "email": "xu@example.tw",
        "rights.acts_for": ["D1", "D2"],
        **more,
    }


def test_the_list_is_narrowed_by_status_role_and_place():
    remote = identity()
    page = browser(remote).get(f"/accounts?tab=active&role=doctor&institution={INSTITUTION}").text
    asked = next(asked for name, asked in remote.asked if name == "identity.find_accounts")
    assert asked["sought"] == {"status": "active", "role": "doctor", "institution": INSTITUTION}
    assert "許&lt;b&gt;晴" in page


def test_a_manager_chooses_among_the_roles_of_the_bureau_first():
    page = browser(identity()).get("/accounts/invite").text
    assert 'value="case_manager"' in page
    assert 'value="operator"' not in page


def test_the_doctors_of_the_place_are_offered_and_those_asked_for_are_chosen():
    page = browser(identity()).get(f"/accounts/invite?role=doctor&institution={INSTITUTION}&doctor=D2").text
    assert "青田家庭醫學科診所" in page
    assert page.index('value="D1"') < page.index("許沐晴") < page.index('value="D2" checked')


def test_an_invitation_carries_the_rights_as_identity_takes_them():
    remote = identity()
    answer = browser(remote).post("/accounts/invite", data=invitation())
    ((method, asked, key),) = remote.done
    assert answer.location.startswith("/accounts/")
    assert (method, key) == ("identity.invite_account", "key")
    assert asked["rights"] == {"role": "case_manager", "institution": INSTITUTION, "acts_for": ["D1", "D2"]}


def test_a_manager_gives_rights_in_the_own_county_only():
    remote = identity()
    browser(remote).post(
        "/accounts/invite", data=invitation(role="bureau_officer", **{"rights.jurisdiction": "花蓮縣"})
    )
    assert remote.done[0][1]["rights"] == {"role": "bureau_officer", "jurisdiction": "臺北市"}


def test_a_doctor_who_does_not_practise_there_is_told_of_beside_the_doctors():
    def refused(_):
        raise refusal("practitioner-not-there", "rights.acts_for.1")

    answer = browser(identity(identity__invite_account=refused)).post("/accounts/invite", data=invitation())
    assert answer.status_code == 422
    assert 'id="rights.acts_for-error"' in answer.text
    assert 'value="xu@example.tw"' in answer.text


@pytest.mark.parametrize("deed", ["resend", "enable"])
def test_what_needs_no_look_is_done_by_a_button_once_a_key(deed):
    remote = identity()
    browser(remote).post(f"/accounts/{ACCOUNT_ID}/{deed}", data={"idempotency_key": "key"})
    ((_, asked, key),) = remote.done
    assert (asked, key) == ({"account_id": str(ACCOUNT_ID)}, "key")


def test_disabling_asks_for_a_reason_on_a_page_of_its_own():
    remote = identity()
    assert 'value="security"' in browser(remote).get(f"/accounts/{ACCOUNT_ID}/disable").text
    browser(remote).post(f"/accounts/{ACCOUNT_ID}/disable", data={"idempotency_key": "key", "reason": "security"})
    assert remote.done[0][1] == {"account_id": str(ACCOUNT_ID), "reason": "security"}


def test_changed_rights_are_all_of_them():
    remote = identity()
    form = {"idempotency_key": "key", "role": "doctor", "institution": INSTITUTION, "rights.acts_for": ["D2"]}
    browser(remote).post(f"/accounts/{ACCOUNT_ID}/rights", data=form)
    assert remote.done[0][1]["rights"] == {"role": "doctor", "institution": INSTITUTION, "acts_for": ["D2"]}

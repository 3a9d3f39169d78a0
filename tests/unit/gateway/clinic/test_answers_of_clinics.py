"""What clinics answer: each case by itself, nothing lost where one is refused, nothing typed lost at all."""

import re
from hashlib import sha256
from io import BytesIO
from uuid import UUID

from shared.application import Outcome
from tests.controls.remote import an_offer, browser, clinic, refusal

FIRST, SECOND = UUID(int=1), UUID(int=2)
CAN = [{"command": "accept_offer", "objection": None}]


def offered(**changes):
    return lambda asked: an_offer(UUID(asked["case_id"]).int, **changes)


def offers(**changes):
    return lambda asked: [an_offer(UUID(case_id).int, **changes) for case_id in asked["case_ids"]]


def keys_in(page):
    return dict(re.findall(r'name="(key-[0-9a-f-]+)" value="([^"]+)"', page.text))


def test_cases_that_are_ticked_are_looked_at_once_more_each_with_a_key_of_its_own():
    page = browser(clinic(matching__clinic_offers=offers())).get(f"/clinic/accept?case={FIRST.hex}&case={SECOND.hex}")
    keys = keys_in(page)
    assert keys.keys() == {f"key-{FIRST}", f"key-{SECOND}"}
    assert len(set(keys.values())) == 2


def test_what_can_no_longer_be_answered_is_shown_and_left_out_of_the_form():
    remote = clinic(
        matching__clinic_offers=lambda asked: [
            an_offer(UUID(case_id).int, status="offered" if case_id == str(FIRST) else "expired")
            for case_id in asked["case_ids"]
        ]
    )
    page = browser(remote).get(f"/clinic/accept?case={FIRST.hex}&case={SECOND.hex}")
    assert keys_in(page).keys() == {f"key-{FIRST}"}
    assert "260309P1021002" in page.text


def test_accepting_many_says_of_each_what_became_of_it_and_keeps_the_keys_of_those_refused():
    def accept(told):
        if told["case_id"] == str(SECOND):
            raise refusal("offer-no-longer-open", rank=1)

    remote = clinic(matching__clinic_offers=offers(), matching__accept_offer=accept)
    form = {"case_id": [str(FIRST), str(SECOND)], f"key-{FIRST}": "k1", f"key-{SECOND}": "k2"}
    answer = browser(remote).post("/clinic/accept", data=form)
    assert answer.status_code == 422
    assert [(told["case_id"], key) for _, told, key in remote.done] == [(str(FIRST), "k1"), (str(SECOND), "k2")]
    assert keys_in(answer) == {f"key-{SECOND}": "k2"}
    assert "1 件已同意，1 件沒有成功" in answer.text


def test_nothing_is_accepted_where_one_of_the_cases_is_not_the_clinics():
    def found(_):
        raise refusal("case-unknown", "case_ids")

    remote = clinic(matching__clinic_offers=found)
    form = {"case_id": [str(FIRST), str(SECOND)], f"key-{FIRST}": "k1", f"key-{SECOND}": "k2"}
    assert browser(remote).post("/clinic/accept", data=form).status_code == 404
    assert remote.done == []


def test_accepting_all_of_them_leads_to_what_follows():
    remote = clinic(matching__clinic_offers=offers())
    form = {"case_id": [str(FIRST), str(SECOND)], f"key-{FIRST}": "k1", f"key-{SECOND}": "k2"}
    answer = browser(remote).post("/clinic/accept", data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/clinic/accepted?case={FIRST.hex}&case={SECOND.hex}"


def test_two_hundred_cases_are_accepted_at_once():
    remote = clinic(matching__clinic_offers=offers())
    case_ids = [str(UUID(int=number)) for number in range(1, 201)]
    form = {"case_id": case_ids, **{f"key-{one}": f"k{one}" for one in case_ids}}
    answer = browser(remote).post("/clinic/accept", data=form)
    assert answer.status_code == 303
    assert len(answer.headers["Location"]) < 1_000
    assert len({key for _, _, key in remote.done}) == 200


def test_a_reason_of_4001_characters_stays_in_the_form_with_its_fault():
    def decline(told):
        raise refusal("reason-too-long", "explanation", limit=4000, given=len(told["explanation"]))

    remote = clinic(matching__clinic_offer=offered(), matching__decline_offer=decline)
    text = "滿" * 4000 + "🙂"
    form = {"reason": "capacity_full", "explanation": text, "idempotency_key": "k"}
    answer = browser(remote).post(f"/clinic/cases/{FIRST}/decline", data=form)
    assert answer.status_code == 422
    assert text in answer.text
    assert 'href="#explanation"' in answer.text
    assert 'value="k"' in answer.text
    assert re.search(r'value="capacity_full"[^>]* checked', answer.text)


def test_line_breaks_of_browsers_count_once():
    remote = clinic(matching__clinic_offer=offered())
    form = {"reason": "other", "explanation": "一\r\n二", "idempotency_key": "k"}
    browser(remote).post(f"/clinic/cases/{FIRST}/decline", data=form)
    assert remote.done[0][1]["explanation"] == "一\n二"


def test_what_is_written_of_a_reason_can_be_kept_and_is_there_again():
    kept = {}

    def keep(asked):
        kept[asked["kind"]] = {"content": asked["content"], "version": "v1"}

    draft = {"gateway__save_draft": keep, "gateway__draft": lambda asked: kept.get(asked["kind"])}
    page = browser(clinic(matching__clinic_offer=offered(), **draft))
    form = {"reason": "other", "explanation": "還在想", "later": "yes"}
    assert page.post(f"/clinic/cases/{FIRST}/decline", data=form).status_code == 303
    assert "還在想" in page.get(f"/clinic/cases/{FIRST}/decline").text


def test_a_case_says_what_can_be_done_and_why_something_cannot():
    actions = [*CAN, {"command": "export_cases", "objection": {"code": "case-not-for-export"}}]
    case = {"offer": an_offer(), "earlier": [], "actions": actions}
    text = browser(clinic(matching__clinic_case=case)).get(f"/clinic/cases/{FIRST}").text
    assert f"/clinic/accept?case={FIRST.hex}" in text
    assert "case-not-for-export" in text


def a_file(asked):
    return {"content": "Y2FzZQ==", "digest": "d" * 64, "case_ids": asked["case_ids"]}


def test_an_export_is_recorded_with_the_digest_of_the_file_that_was_downloaded():
    remote = clinic(matching__clinic_offers=offers(status="accepted"), matching__export_file=a_file)
    page = browser(remote)
    file = page.get(f"/clinic/export/file?case={FIRST.hex}&file_format=csv")
    assert file.data == b"case"
    assert "attachment" in file.headers["Content-Disposition"]
    form = {"case_id": str(FIRST), "idempotency_key": "k"}
    assert page.post("/clinic/export/taken", data=form).status_code == 303
    assert remote.done == [("matching.export_cases", {"case_ids": [str(FIRST)], "digest": "d" * 64}, "k")]


def test_nothing_is_recorded_of_cases_whose_file_was_not_downloaded():
    remote = clinic(matching__clinic_offers=offers(status="accepted"), matching__export_file=a_file)
    page = browser(remote)
    page.get(f"/clinic/export/file?case={FIRST.hex}&file_format=csv")
    answer = page.post("/clinic/export/taken", data={"case_id": str(SECOND), "idempotency_key": "k"})
    assert answer.status_code == 422
    assert remote.done == []


def test_a_signed_notice_is_recorded_with_its_day_and_the_digest_of_its_scan():
    remote = clinic(matching__clinic_offer=offered(status="accepted"), matching__record_enrolment=Outcome(FIRST, 1))
    scan = b"%PDF" + b"x" * 400_000
    form = {"enrolled_on": "115/03/11", "idempotency_key": "k", "evidence": (BytesIO(scan), "notice.pdf")}
    answer = browser(remote).post(f"/clinic/cases/{FIRST}/enrol", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    [(_, told, _)] = remote.done
    assert told["enrolled_on"] == "2026-03-11"
    assert told["evidence"] == sha256(scan).hexdigest()
    assert told["child"]["identifier"] == "A200000012"
    assert told["child"]["birth_order"] == 0
    assert "postal_code" not in told["child"]["residence"]


def test_a_day_that_does_not_exist_is_told_before_anything_is_recorded():
    remote = clinic(matching__clinic_offer=offered(status="accepted"))
    answer = browser(remote).post(f"/clinic/cases/{FIRST}/enrol", data={"enrolled_on": "115/02/30"})
    assert answer.status_code == 422
    assert remote.done == []
    assert 'value="115/02/30"' in answer.text


def test_what_is_no_number_of_places_is_left_for_the_command_to_refuse():
    remote = clinic(matching__find_doctors={"entries": [], "following": None}, matching__state_places=Outcome(FIRST, 1))
    for text in ("9" * 5000, "-1", "many"):
        browser(remote).post("/clinic/places", data={"doctor": "D1", "places": text, "idempotency_key": "k"})
    assert [told["places"] for _, told, _ in remote.done] == ["9" * 5000, "-1", "many"]


def test_an_empty_number_of_places_takes_the_last_statement_back():
    remote = clinic()
    page = browser(remote)
    page.post("/clinic/places", data={"doctor": "D1", "places": " ６ ", "idempotency_key": "a"})
    page.post("/clinic/places", data={"doctor": "D1", "places": "", "idempotency_key": "b"})
    assert [told["places"] for _, told, _ in remote.done] == [6, None]


def test_an_enrolment_that_was_closed_meanwhile_is_not_closed_again():
    ended = {"id": str(FIRST), "institution": "3501200000", "doctor": "D1", "enrolled_on": "2026-01-05"}
    ended |= {"case_no": "", "birth_order": 0, "child": None, "mother": None, "contact": None}
    ended |= {"closed_on": "2026-03-11"}
    remote = clinic(matching__institution_enrolment=ended)
    page = browser(remote)
    answer = page.post(f"/clinic/enrolled/{FIRST}/close", data={"closed_on": "115/03/12", "reason": "other"})
    assert answer.headers["Location"] == "/clinic/enrolled"
    assert remote.done == []

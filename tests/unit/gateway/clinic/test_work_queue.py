"""The clinic's queue: people are masked, and no number of a person ever stands in an address."""

from urllib.parse import urlsplit

from shared.words import Language
from tests.controls.remote import an_offer, browser, clinic

COUNTS = {"waiting": 5, "notice": 3, "enrolled": 41, "closed": 6, "all": 58}


def a_queue(*offers, following=None, **answers):
    return clinic(
        matching__clinic_worklist={"entries": list(offers), "following": following},
        matching__worklist_counts=COUNTS,
        **answers,
    )


def asked_of(remote, method):
    return [asked for name, asked in remote.asked if name == method]


def test_the_queue_opens_on_what_waits_nearest_deadline_first():
    remote = a_queue(an_offer())
    page = browser(remote).get("/clinic")
    assert page.status_code == 200
    [asked] = asked_of(remote, "matching.clinic_worklist")
    assert asked == {"statuses": ["offered"], "order": "deadline", "limit": 50, "cursor": None}
    assert asked_of(remote, "matching.worklist_counts") == [{}]


def test_people_are_masked_in_the_queue():
    text = browser(a_queue(an_offer())).get("/clinic").text
    assert "林○禾" in text
    assert "A200000003" not in text
    assert "0912345678" not in text
    assert "林小禾" not in text


def test_what_was_typed_by_families_is_text_and_no_markup():
    child = {"residence": {"county": "臺北市", "district": "大安區"}, "name": "<b>x</b>", "birth_date": "2025-11-08"}
    text = browser(a_queue(an_offer(child=child), an_offer(2, status="declined"))).get("/clinic").text
    assert "<b>x</b>" not in text


def test_each_filter_is_a_badge_that_leads_to_the_list_without_it():
    text = browser(a_queue()).get("/clinic?county=臺北市&birth_orders=0&applied_from=115/03/01").text
    assert text.count('class="ct-badge"') == 3
    assert "115/03/01" in text
    assert "applied_from=2026-03-01" in text


def test_an_empty_list_under_filters_offers_their_removal():
    assert "全部清除" in browser(a_queue()).get("/clinic?county=臺北市").text


def test_a_case_number_that_is_searched_stands_in_the_address():
    answer = browser(a_queue()).post("/clinic/search", data={"q": "260309p1021014"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/clinic?tab=all&case_no=260309P1021014"


def test_a_mothers_number_is_held_by_the_gateway_and_never_stands_in_an_address():
    held = {}

    def keep(asked):
        held[asked["kind"]] = {"content": asked["content"], "version": "v1"}

    remote = a_queue(gateway__save_draft=keep, gateway__draft=lambda asked: held.get(asked["kind"]))
    page = browser(remote)
    answer = page.post("/clinic/search", data={"q": "A200000003"})
    assert answer.status_code == 303
    assert "A200000003" not in answer.headers["Location"]
    shown = page.get(answer.headers["Location"])
    mother = {"kind": "national_id", "identifier": "A200000003"}
    assert asked_of(remote, "matching.clinic_worklist")[0]["mother"] == mother
    assert "A200000003" not in shown.text


def test_a_number_with_a_slip_is_told_beside_the_field_and_kept():
    answer = browser(a_queue()).post("/clinic/search", data={"q": "A200000004"})
    assert answer.status_code == 422
    assert 'value="A200000004"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_saved_filter_holds_what_is_chosen_and_opens_the_list_again():
    kept = []
    remote = a_queue(
        gateway__save_filter=kept.append,
        gateway__filters=[{"name": "大安", "query": {"tab": ["all"], "doctor": ["D1"]}}],
    )
    page = browser(remote)
    form = {"name": " 大安 ", "tab": "all", "doctor": "D1", "nothing": "x"}
    answer = page.post("/clinic/filters", data=form)
    assert kept == [{"queue": "clinic", "name": "大安", "query": {"doctor": ["D1"], "tab": ["all"]}}]
    assert urlsplit(answer.headers["Location"]).query == "tab=all&doctor=D1"
    assert "/clinic?tab=all&amp;doctor=D1" in page.get("/clinic").text


def test_two_hundred_cases_are_one_light_page():
    remote = a_queue(*(an_offer(number) for number in range(1, 201)))
    answer = browser(remote).get("/clinic?size=200", headers={"Accept-Encoding": "gzip"})
    assert asked_of(remote, "matching.clinic_worklist")[0]["limit"] == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 40_000, "with styles and scripts the page stays far below 150 kB"


def test_the_queue_speaks_english_to_who_asks_for_it():
    text = browser(a_queue(an_offer()), Language.ENGLISH).get("/clinic?lang=en").text
    assert "Your turn" in text
    assert 'lang="en"' in text

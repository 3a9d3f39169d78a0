"""What narrows a list: the address, the query and the badges say the same, and every badge takes itself away."""

from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.web.clinic.queue import FILTERS
from services.gateway.web.work.filters import Filters

VALUES = {
    "county": ["臺北市"],
    "birth_from": ["2025-01-05"],
    "applied_until": ["2026-03-12"],
    "birth_orders": ["0", "2"],
    "doctor": ["D1"],
    "case_no": ["260309P1021014"],
    "sought": ["mother"],
}


def read(address):
    given = parse_qs(address.removeprefix("?"))
    return Filters.read(FILTERS, given, next(iter(given.get("tab", [])), ""))


@given(st.sets(st.sampled_from(sorted(VALUES))), st.sampled_from(["", "waiting", "all"]))
def test_the_address_opens_the_list_under_the_same_filters(names, tab):
    filters = Filters.read(FILTERS, {name: VALUES[name] for name in names}, tab)
    assert read(filters.address()).values == filters.values == {name: tuple(VALUES[name]) for name in filters.values}
    assert read(filters.address()).tab == tab


def test_every_badge_leads_to_the_list_without_itself_and_with_all_others():
    filters = Filters.read(FILTERS, VALUES, "all")
    badges = list(filters)
    assert len(badges) == 8
    for badge in badges:
        left = [(one.name, one.value) for one in read(badge.without)]
        assert left == [(one.name, one.value) for one in badges if one != badge]
        assert read(badge.without).tab == "all"


def test_clearing_all_filters_stays_on_the_tab():
    assert Filters.read(FILTERS, VALUES, "notice").cleared() == "?tab=notice"


def test_another_page_has_the_same_filters_and_its_place():
    address = Filters.read(FILTERS, {"county": ["臺北市"]}, "all").address(cursor="abc", size="")
    assert parse_qs(address.removeprefix("?")) == {"tab": ["all"], "county": ["臺北市"], "cursor": ["abc"]}


def test_the_query_gets_numbers_as_numbers_and_single_values_alone():
    asked = Filters.read(FILTERS, VALUES).asked()
    assert asked["birth_orders"] == [0, 2]
    assert asked["county"] == "臺北市"
    assert asked["birth_from"] == "2025-01-05"


def test_days_are_read_in_either_era_and_with_full_width_digits():
    for typed in ("115/03/12", "2026-03-12", "１１５／３／１２", " 1150312 "):
        assert Filters.read(FILTERS, {"applied_from": [typed]}).asked() == {"applied_from": "2026-03-12"}


def test_a_day_that_does_not_exist_is_told_and_stays_in_its_field():
    filters = Filters.read(FILTERS, {"applied_from": ["115/02/30"], "county": ["臺北市"]})
    assert filters.asked() == {"county": "臺北市"}
    assert filters.faults["applied_from"].refusal.code == "impossible-date"
    assert filters.typed("applied_from") == "115/02/30"


def test_what_nobody_could_have_chosen_is_left_out():
    asked = {"birth_orders": ["7", "x", "1"], "county": ["一" * 41], "nothing": ["x"], "doctor": ["  "]}
    assert Filters.read(FILTERS, asked).asked() == {"birth_orders": [1]}


def test_of_a_filter_with_one_value_the_last_one_counts():
    assert Filters.read(FILTERS, {"county": ["臺北市", "新北市"]}).asked() == {"county": "新北市"}


def test_a_list_without_filters_says_so():
    filters = Filters.read(FILTERS, {})
    assert not filters
    assert filters.address() == "?"

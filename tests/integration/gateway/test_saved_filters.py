"""儲存的篩選條件: each person's own, few, and of nobody in particular."""

from __future__ import annotations

import pytest

from services.gateway.commands import DropFilter, SaveFilter
from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES
from shared.refusals import InvalidForm

pytestmark = pytest.mark.postgres
QUERY = {
    "statuses": ("offered", "accepted"),
    "birth_from": ("2025-01-01",),
    "district": ("板橋區",),
    "county": ("新北市",),
}
[POLICY] = POLICIES


def save(house, name="本週待回覆", query=QUERY, caller=None, queue="worklist"):
    return house.gateway.saved_filters.save(SaveFilter(queue, name, query), caller or house.officer(), house.now)


def names(house, caller=None, queue="worklist"):
    return [one.name for one in house.gateway.saved_filters.of(queue, caller or house.officer())]


def test_a_filter_is_found_under_its_name_by_whoever_saved_it(house):
    save(house, "  本週待回覆 ")
    [found] = house.gateway.saved_filters.of("worklist", house.officer())
    assert (found.name, found.query) == ("本週待回覆", {field: list(values) for field, values in QUERY.items()})
    assert names(house, house.officer(2)) == names(house, queue="board") == []


def test_a_filter_saved_again_replaces_the_one_of_its_name(house):
    save(house)
    save(house, query={"statuses": ("offered",)})
    [found] = house.gateway.saved_filters.of("worklist", house.officer())
    assert found.query == {"statuses": ["offered"]}


def test_a_filter_that_was_dropped_is_gone_and_dropping_it_again_does_nothing(house):
    save(house)
    for _ in range(2):
        house.gateway.saved_filters.drop(DropFilter("worklist", "本週待回覆"), house.officer())
    assert names(house) == []


def test_after_the_last_that_is_allowed_one_has_to_go_first(house):
    for number in range(POLICY.filters_most):
        save(house, f"第 {number} 組")
    with pytest.raises(refusals.TooManyFilters):
        save(house, "再一組")
    save(house, "第 0 組", {"statuses": ()})
    save(house, "再一組", queue="board")
    save(house, "再一組", caller=house.officer(2))


@pytest.mark.parametrize(
    "query",
    [
        {"mother_identifier": ("A123456789",)},
        {"mother": ("passport",)},
        {"case": ("A123456789",)},
        {"case": ("a123456789",)},
        {"case": ("0912345678",)},
        {"case": ("王小明",)},
        {"case": ("3501200000,A123456789",)},
        {"Case": ("1",)},
        {"case": ("x" * 61,)},
        {f"field-{chr(97 + number)}": ("1",) * 5 for number in range(9)},
    ],
)
def test_a_filter_by_which_a_person_could_be_found_is_not_kept(house, query):
    with pytest.raises(InvalidForm) as caught:
        save(house, query=query)
    assert [one.code for one in caught.value.refusals] == ["filter-malformed"]
    assert names(house) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "field-missing"), ("字" * 61, "text-too-long"), ("找 A123456789", "filter-names-person")],
)
def test_a_filter_needs_a_name_that_says_nothing_of_a_person(house, name, code):
    with pytest.raises(InvalidForm) as caught:
        save(house, name)
    assert [(one.code, one.field) for one in caught.value.refusals] == [(code, "name")]


def test_the_filters_of_somebody_who_is_forgotten_are_taken_away(house):
    gone = house.officer(7)
    save(house, caller=gone)
    save(house)
    house.gateway.saved_filters.sweep([gone.subject])
    assert names(house, gone) == []
    assert names(house) == ["本週待回覆"]

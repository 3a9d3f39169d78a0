"""The story's own account of itself is compared figure by figure with what is shown."""

from __future__ import annotations

from services.matching.demonstration.tally import Tally, differences_between


def a_story() -> Tally:
    tally = Tally()
    tally.happened("CaseSubmitted", 2)
    tally.happened("PreferenceOffered", 2)
    tally.happened("CaseWithdrawn")
    tally.happened("CaseUnmatched")
    tally.happened("OfferExpired")
    tally.did("let_go")
    tally.did("children", 2)
    return tally


def test_a_story_that_is_shown_as_it_was_told_has_no_differences():
    tally = a_story()

    assert differences_between(tally.expected(), tally.expected()) == []


def test_a_figure_that_is_not_shown_as_told_is_a_difference():
    shown = a_story().expected()
    shown["clinic_worklist"]["expired"] = 0
    shown["case_statistics"]["live"] = 1

    assert differences_between(a_story().expected(), shown) == [
        "clinic_worklist.expired: 1 in the story, 0 shown",
        "case_statistics.live: 0 in the story, 1 shown",
    ]


def test_a_figure_that_the_story_knows_nothing_of_is_a_difference():
    shown = a_story().expected()
    shown["bureau_board"]["offer_unanswered"] = 3

    found = differences_between(a_story().expected(), shown)

    assert found == ["bureau_board.offer_unanswered: 0 in the story, 3 shown"]


def test_the_expected_rows_follow_from_what_happened():
    expected = a_story().expected()

    assert expected["family_cases"]["withdrawn"] == 1
    assert expected["family_cases"]["timeline.PreferenceOffered"] == 2
    assert expected["clinic_worklist"] == {
        "offers": 2,
        "accepted": 0,
        "declined": 0,
        "expired": 1,
        "lapsed": 0,
        "taken_back": 0,
        "released": 1,
    }
    assert expected["case_statistics"]["children"] == 2

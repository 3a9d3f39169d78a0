"""An offer or an agreement taken back from who can take nobody any more, as each list shows it."""

import pytest

from services.matching import events
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.family_cases import FamilyCases
from tests.unit.matching_models.story import FIRST, SECOND, GlassOpener, Story, fold, place

TAKEN_BACK = {
    **place(FIRST),
    "county": "連江縣",
    "cause": events.ParticipationCause.INSTITUTION_CLOSED,
    "agreed": False,
}


def asked():
    return Story().submitted(FIRST, SECOND).offered()


@pytest.fixture(params=["offered", "agreed"])
def story(request):
    before = asked() if request.param == "offered" else asked().accepted()
    return before.happened(events.OfferWithdrawn, **TAKEN_BACK | {"agreed": request.param == "agreed"})


@pytest.mark.parametrize("kind", [FamilyCases, BureauBoard])
def test_the_case_is_matching_again_and_nobody_is_waited_for(story, kind):
    [row] = fold(kind(GlassOpener()), story.events).values()
    assert (row.match, row.institution, row.due_by, row.waits_for) == (MatchStatus.MATCHING, "", None, None)
    assert [choice.status for choice in row.choices] == [PreferenceStatus.TAKEN_BACK, PreferenceStatus.WAITING]


def test_the_family_is_told_by_whom_and_why(story):
    [row] = fold(FamilyCases(GlassOpener()), story.events).values()
    step = row.timeline[-1]
    assert (step.what, step.by, step.reason, step.rank) == (
        "OfferWithdrawn",
        Actor.PLATFORM,
        events.ParticipationCause.INSTITUTION_CLOSED,
        1,
    )


def test_the_clinic_sees_that_nothing_is_left_to_do(story):
    rows = fold(ClinicWorklist(GlassOpener()), story.events)
    [first] = [row for row in rows.values() if row.rank == 1]
    assert (first.status, first.due_by) == (PreferenceStatus.TAKEN_BACK, None)


def test_the_next_preference_is_asked_as_after_a_decline(story):
    [row] = fold(FamilyCases(GlassOpener()), story.offered(SECOND).events).values()
    assert row.institution == SECOND.institution
    assert row.waits_for == Actor.INSTITUTION

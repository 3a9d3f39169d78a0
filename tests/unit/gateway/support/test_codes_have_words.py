"""Every code that support tells has words on the pages of applicants, so that none is shown as it is."""

import pytest

from services.gateway.web.support.patterns import WEEKDAYS, Repeats
from services.gateway.web.support.rules import Rules
from services.gateway.web.wording import phrases
from services.support import events
from services.support.domain.policies import Policy
from services.support.domain.schedules import Weekday
from services.support.domain.states import ApplicationState, SupportState
from services.support.read_models.place_search import PlaceStanding
from shared.words import Language

CODED = {
    "support.kind": events.ApplicationKind,
    "support.recorded": events.RecordedBy,
    "support.state": {*ApplicationState, *SupportState},
    "support.purpose": events.Purpose,
    "support.reason": {*events.DenialReason, *events.ReturnReason},
    "support.finding.licence": events.LicenceFinding,
    "support.finding.standing": events.StandingDoubt,
    "support.locks.cause": events.DepartureCause,
    "support.places": set(PlaceStanding) - {PlaceStanding.OPEN},
    "support.weekday": Weekday,
    "support.enter.repeats": Repeats,
}


@pytest.mark.parametrize("beginning", CODED)
def test_every_code_has_words(beginning):
    known = phrases(Language.CHINESE)
    assert [code for code in CODED[beginning] if f"{beginning}.{code}" not in known] == []


@pytest.mark.parametrize("kind", events.ApplicationKind)
@pytest.mark.parametrize(
    "beginning", ["record.lines", "record.empty", "submit.sure", "submit.then", "submitted.decided-told"]
)
def test_every_kind_of_application_is_told_in_words_of_its_own(beginning, kind):
    assert f"support.{beginning}-{kind}" in phrases(Language.CHINESE)


def test_weekdays_and_figures_are_those_of_support():
    assert set(WEEKDAYS) == set(Weekday)
    assert set(Rules.__struct_fields__) <= {*Policy.__dataclass_fields__}

"""What would be found of a draft is told before it is submitted, to whoever entered it, and is what is then stored."""

from uuid import uuid4

import pytest

from services.support.commands import SubmitForReview
from services.support.domain import refusals
from services.support.domain.register import Stay
from services.support.domain.support import Span
from shared.refusals import InvalidForm
from tests.controls.family import BANQIAO_DOCTOR, taipei
from tests.controls.support import STATION
from tests.controls.supporters import HOME, OTHER_INSTITUTION, OTHER_PRACTITIONER, PRACTITIONER, line


def test_what_is_told_before_is_what_is_stored_with_the_submission(office):
    other = Stay(uuid4(), BANQIAO_DOCTOR, STATION, Span(taipei(3, 11, 20), taipei(3, 11, 22)))
    office.diaries.stays = [other]
    case = office.drafted(line())
    told = office.told(case.id)

    found = office.supporting.found_so_far(case.id, PRACTITIONER, office.now)

    assert [overlap.other for overlap in found[0].overlaps] == [other.support]
    assert office.told(case.id) == told, "nothing is stored by looking"
    office.ask(SubmitForReview(case.id, 1), PRACTITIONER)
    assert tuple(office.application(case.id).findings) == tuple(found)


@pytest.mark.parametrize("stranger", [OTHER_PRACTITIONER, OTHER_INSTITUTION])
def test_nobody_else_is_told_of_a_draft(office, stranger):
    case = office.drafted(line(), caller=HOME)
    assert office.supporting.found_so_far(case.id, HOME, office.now)
    with pytest.raises(refusals.NotYourApplication):
        office.supporting.found_so_far(case.id, stranger, office.now)


def test_what_would_refuse_the_submission_is_told_line_by_line(office):
    case = office.drafted(line())
    with pytest.raises(InvalidForm) as refused:
        office.supporting.found_so_far(case.id, PRACTITIONER, taipei(12, 31, 10))
    assert {one.field: type(one) for one in refused.value.refusals} == {"lines.0": refusals.ScheduleInThePast}

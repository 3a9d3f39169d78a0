"""An enrolment: recorded from a row, closed, reached through another contact."""

from datetime import date

from services.matching.domain.enrolment import Enrolment
from services.matching.domain.refusals import ClosedBeforeEnrolled, EnrolmentAlreadyClosed
from services.matching.events import ClosureReason, Source
from tests.controls.deciding import payload
from tests.controls.enrolments import enrolment_closed, enrolment_contact_changed, enrolment_recorded
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CASE_NO, taipei
from tests.unit.matching.scenario import given, replayed

NOW = taipei(6, 12, 15, 30)


def close(closed_on):
    return lambda enrolment: enrolment.close(closed_on, ClosureReason.CHANGE_OF_DOCTOR, Source.BUREAU, NOW)


def recorded(case_no):
    return Enrolment.record(
        replayed(enrolment_recorded()).family,
        institution=BANQIAO_CLINIC,
        institution_county="新北市",
        doctor=BANQIAO_DOCTOR,
        enrolled_on=date(2025, 2, 26),
        source=Source.IMPORT,
        case_no=case_no,
        now=NOW,
    )


def test_a_row_of_the_register_is_an_enrolment():
    [fact] = recorded(CASE_NO).collect_events()
    assert payload(fact) == payload(enrolment_recorded())


def test_an_enrolment_is_published_under_its_case_or_under_its_own_id():
    assert recorded(CASE_NO).stream_subject == CASE_NO
    on_paper = recorded("")
    assert on_paper.stream_subject == str(on_paper.id)


def test_a_closed_enrolment_is_open_no_more():
    enrolment = given(enrolment_recorded()).when(close(date(2025, 6, 12))).then(enrolment_closed())
    assert not enrolment.is_open


def test_an_enrolment_is_closed_once():
    closed = given(enrolment_recorded(), enrolment_closed())
    refused = closed.when(close(date(2025, 6, 13))).then_refused(EnrolmentAlreadyClosed)
    assert refused.params == {"closed_on": date(2025, 6, 12)}


def test_an_enrolment_is_not_closed_before_it_began():
    same_day = enrolment_closed(closed_on=date(2025, 2, 26))
    enrolment = given(enrolment_recorded()).when(close(date(2025, 2, 26))).then(same_day)
    assert enrolment.closed_on == enrolment.enrolled_on
    refused = given(enrolment_recorded()).when(close(date(2025, 2, 25))).then_refused(ClosedBeforeEnrolled)
    assert refused.params == {"enrolled_on": date(2025, 2, 26)}


def test_an_enrolled_family_can_be_reached_elsewhere_while_the_enrolment_is_open():
    contact = enrolment_contact_changed().contact

    def change(enrolment):
        enrolment.change_contact(contact, Source.PLATFORM, NOW)

    enrolment = given(enrolment_recorded()).when(change).then(enrolment_contact_changed())
    assert enrolment.family.contact == contact
    given(enrolment_recorded(), enrolment_closed()).when(change).then_refused(EnrolmentAlreadyClosed)

"""What the registry tells of closures and moves, until the offers are back and the families are asked on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.identity.events import Programme
from services.matching import commands
from services.matching.domain import refusals
from services.matching.domain.statuses import MatchStatus, PreferenceStatus
from services.matching.events import ParticipationCause as Cause
from services.matching.processes.note_end_of_participation import NoteEndOfParticipation
from services.matching.processes.withdraw_offers_of_closed_institution import WithdrawOffersOfClosedInstitution
from tests.controls import registry
from tests.controls.enrolments import participation_ended, participation_resumed
from tests.controls.events import (
    case_enrolled,
    case_submitted,
    case_withdrawn,
    enrolment_mismatch_detected,
    institution_accepted,
    institution_declined,
    notice_requested,
    offer_expired,
    offer_withdrawn,
    preference_offered,
)
from tests.controls.family import (
    BANQIAO_CLINIC,
    BANQIAO_DOCTOR,
    CASE,
    DAAN_CLINIC,
    DAAN_DOCTOR,
    taipei,
)
from tests.unit.matching.scenario import given

OTHER_CASE = UUID("3d5e0c1a-0001-4000-8000-000000000009")


class Story:
    """A process that sees events one after the other, with all the rows that it keeps."""

    def __init__(self, process):
        self.process = process
        self.rows = {}

    def sees(self, event):
        """The commands that follow from an event, as the runner would have them given."""
        assert isinstance(event, self.process.folds)
        states = []
        for key in sorted(self.process.keys(event), key=str):
            self.rows[key] = self.process.evolve(key, self.rows.get(key), event)
            states.append(self.rows[key])
        return [command for row in states or [None] for command in self.process.react(row, event)]

    @property
    def due(self):
        return [row.ends_at for row in self.rows.values() if row is not None and row.ends_at is not None]

    def at_their_time(self):
        return [
            command
            for key, row in self.rows.items()
            if row is not None and row.ends_at is not None
            for command in self.process.expire(key, row, row.ends_at)
        ]


@pytest.fixture
def noting():
    return Story(NoteEndOfParticipation())


@pytest.fixture
def withdrawing():
    return Story(WithdrawOffersOfClosedInstitution())


# What the registry tells


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        (registry.institution_closed(), (BANQIAO_CLINIC, "", Cause.INSTITUTION_CLOSED)),
        (registry.institution_suspended(), (BANQIAO_CLINIC, "", Cause.INSTITUTION_SUSPENDED)),
        (registry.practitioner_moved(), (BANQIAO_CLINIC, BANQIAO_DOCTOR, Cause.DOCTOR_MOVED)),
        (registry.practitioner_suspended(), ("", BANQIAO_DOCTOR, Cause.DOCTOR_SUSPENDED)),
        (
            registry.licence_expired(timestamp=taipei(7, 1, 0).replace(year=2026)),
            ("", BANQIAO_DOCTOR, Cause.LICENCE_EXPIRED),
        ),
        (
            registry.programme_left(until=date(2025, 2, 19)),
            (BANQIAO_CLINIC, "", Cause.INSTITUTION_LEFT_PROGRAMME),
        ),
        (
            registry.practitioner_left_programme(until=date(2025, 2, 19)),
            ("", BANQIAO_DOCTOR, Cause.DOCTOR_LEFT_PROGRAMME),
        ),
    ],
)
def test_who_can_take_nobody_from_today_is_told_at_once(noting, told, ended):
    assert noting.sees(told) == [commands.EndParticipation(*ended)]
    assert noting.due == []


def test_a_closure_that_lies_ahead_is_told_on_its_day(noting):
    assert noting.sees(registry.institution_closed(since=date(2025, 3, 1))) == []
    assert noting.due == [datetime(2025, 2, 28, 16, tzinfo=UTC)]
    assert noting.at_their_time() == [commands.EndParticipation(BANQIAO_CLINIC, "", Cause.INSTITUTION_CLOSED)]


def test_a_closure_that_is_called_off_before_its_day_is_never_told(noting):
    noting.sees(registry.institution_closed(since=date(2025, 3, 1)))
    assert noting.sees(registry.institution_resumed(timestamp=taipei(2, 21, 9))) == []
    assert noting.due == []


def test_the_last_day_in_a_programme_is_still_a_day_in_it(noting):
    noting.sees(registry.programme_joined())
    assert noting.due == [datetime(2025, 12, 31, 16, tzinfo=UTC)]
    noting.sees(registry.programme_left())
    assert noting.due == [datetime(2025, 2, 28, 16, tzinfo=UTC)]


def test_other_programmes_are_no_business_of_matching(noting):
    assert noting.sees(registry.programme_left(programme=Programme.VACCINATION, until=date(2025, 1, 1))) == []
    assert noting.sees(registry.practitioner_left_programme(programme=Programme.VACCINATION)) == []
    assert noting.rows == {}


def test_who_resumes_is_told_to_once_and_who_never_ended_not_at_all(noting):
    resumed = registry.institution_resumed()
    assert noting.sees(resumed) == []
    noting.sees(registry.institution_suspended())
    assert noting.sees(resumed) == [commands.ResumeParticipation(BANQIAO_CLINIC, "", Cause.INSTITUTION_SUSPENDED)]
    assert noting.sees(resumed) == []


def test_a_day_that_has_passed_counts_as_told_when_it_is_lifted(noting):
    noting.sees(registry.institution_suspended(since=date(2025, 3, 1)))
    resumed = registry.institution_resumed(timestamp=taipei(3, 2, 9))
    assert noting.sees(resumed) == [commands.ResumeParticipation(BANQIAO_CLINIC, "", Cause.INSTITUTION_SUSPENDED)]


def test_a_doctor_who_comes_back_takes_part_again_where_they_had_left(noting):
    noting.sees(registry.practitioner_moved())
    back = registry.practitioner_moved(former_institution=DAAN_CLINIC, institution=BANQIAO_CLINIC)
    assert noting.sees(back) == [
        commands.EndParticipation(DAAN_CLINIC, BANQIAO_DOCTOR, Cause.DOCTOR_MOVED),
        commands.ResumeParticipation(BANQIAO_CLINIC, BANQIAO_DOCTOR, Cause.DOCTOR_MOVED),
    ]


def test_a_doctor_who_leaves_for_nowhere_has_left_one_place(noting):
    left = registry.practitioner_moved(institution="")
    assert noting.sees(left) == [commands.EndParticipation(BANQIAO_CLINIC, BANQIAO_DOCTOR, Cause.DOCTOR_MOVED)]


def test_a_new_licence_lifts_the_expiry_of_the_old(noting):
    noting.sees(registry.licence_expired(timestamp=taipei(7, 1, 0).replace(year=2026)))
    renewed = registry.licence_recorded(timestamp=taipei(7, 2, 9).replace(year=2026))
    assert noting.sees(renewed) == [commands.ResumeParticipation("", BANQIAO_DOCTOR, Cause.LICENCE_EXPIRED)]


# What follows for offers


def test_every_open_offer_of_a_closed_institution_is_withdrawn_one_command_a_case(withdrawing):
    withdrawing.sees(preference_offered())
    withdrawing.sees(preference_offered(originator_id=OTHER_CASE, rank=2, doctor="DR-002222"))
    withdrawing.sees(preference_offered(originator_id=UUID(int=1), institution=DAAN_CLINIC, doctor=DAAN_DOCTOR))
    assert withdrawing.sees(participation_ended()) == [
        commands.WithdrawOffer(CASE, 1, Cause.INSTITUTION_CLOSED),
        commands.WithdrawOffer(OTHER_CASE, 2, Cause.INSTITUTION_CLOSED),
    ]


def test_an_offer_that_was_decided_at_the_moment_of_the_closure_is_withdrawn_when_it_is_seen(withdrawing):
    assert withdrawing.sees(participation_ended()) == []
    assert withdrawing.sees(preference_offered()) == [commands.WithdrawOffer(CASE, 1, Cause.INSTITUTION_CLOSED)]


def test_of_a_doctor_who_moved_only_the_offers_at_the_former_institution_are_withdrawn(withdrawing):
    withdrawing.sees(preference_offered())
    withdrawing.sees(preference_offered(originator_id=OTHER_CASE, institution=DAAN_CLINIC))
    moved = participation_ended(doctor=BANQIAO_DOCTOR, cause=Cause.DOCTOR_MOVED)
    assert withdrawing.sees(moved) == [commands.WithdrawOffer(CASE, 1, Cause.DOCTOR_MOVED)]
    assert withdrawing.sees(preference_offered(originator_id=UUID(int=1), institution=DAAN_CLINIC)) == []


def test_a_suspended_doctors_offers_are_withdrawn_wherever_they_practise(withdrawing):
    withdrawing.sees(preference_offered())
    suspended = participation_ended(institution="", doctor=BANQIAO_DOCTOR, cause=Cause.DOCTOR_SUSPENDED)
    assert withdrawing.sees(suspended) == [commands.WithdrawOffer(CASE, 1, Cause.DOCTOR_SUSPENDED)]


def test_an_agreement_that_is_not_signed_is_withdrawn_too(withdrawing):
    for seen in (preference_offered(), notice_requested()):
        withdrawing.sees(seen)
    assert withdrawing.sees(participation_ended(timestamp=taipei(3, 10, 0))) == [
        commands.WithdrawOffer(CASE, 1, Cause.INSTITUTION_CLOSED)
    ]


@pytest.mark.parametrize(
    "settled",
    [institution_declined(), offer_expired(), offer_withdrawn(), case_enrolled(), enrolment_mismatch_detected()],
    ids=["declined", "expired", "withdrawn", "enrolled", "elsewhere"],
)
def test_a_settled_offer_is_left_alone(withdrawing, settled):
    withdrawing.sees(preference_offered())
    withdrawing.sees(settled)
    assert withdrawing.sees(participation_ended()) == []
    assert not any(row.offers for row in withdrawing.rows.values() if row)


def test_an_offer_whose_time_is_over_is_forgotten_even_where_nothing_settled_it(withdrawing):
    withdrawing.sees(preference_offered())
    assert withdrawing.sees(participation_ended(timestamp=taipei(2, 27, 0))) == []


def test_one_cause_goes_and_another_stays(withdrawing):
    withdrawing.sees(participation_ended())
    withdrawing.sees(participation_ended(cause=Cause.INSTITUTION_LEFT_PROGRAMME))
    withdrawing.sees(participation_resumed())
    assert withdrawing.sees(preference_offered()) == [commands.WithdrawOffer(CASE, 1, Cause.INSTITUTION_LEFT_PROGRAMME)]
    withdrawing.sees(participation_resumed(cause=Cause.INSTITUTION_LEFT_PROGRAMME))
    assert withdrawing.sees(preference_offered(originator_id=OTHER_CASE)) == []


# The case


def test_an_offer_is_taken_back_with_its_cause_and_the_childs_county():
    asked = given(case_submitted(), preference_offered())
    case = asked.when(lambda case: case.take_back(1, Cause.INSTITUTION_CLOSED, taipei(2, 20, 0))).then(
        offer_withdrawn()
    )
    assert case.preferences.status(1) == PreferenceStatus.TAKEN_BACK


def test_a_family_that_had_agreed_goes_on_too():
    agreed = given(case_submitted(), preference_offered(), institution_accepted(), notice_requested())
    case = agreed.when(lambda case: case.take_back(1, Cause.DOCTOR_MOVED, taipei(2, 20, 0))).then(
        offer_withdrawn(cause=Cause.DOCTOR_MOVED, agreed=True)
    )
    assert case.preferences.open is None
    assert [preference.rank for preference in case.preferences.waiting] == [2, 3]


@pytest.mark.parametrize(
    ("history", "became"),
    [
        ((institution_declined(),), PreferenceStatus.DECLINED),
        ((offer_withdrawn(),), PreferenceStatus.TAKEN_BACK),
        ((case_withdrawn(),), MatchStatus.WITHDRAWN),
        (
            (institution_accepted(), notice_requested(), replace(case_enrolled(), originator_version=5)),
            PreferenceStatus.ACCEPTED,
        ),
    ],
    ids=["declined", "withdrawn", "case withdrawn", "enrolled"],
)
def test_what_is_settled_is_not_taken_back(history, became):
    settled = given(case_submitted(), preference_offered(), *history)
    taking = settled.when(lambda case: case.take_back(1, Cause.INSTITUTION_CLOSED, taipei(3, 1, 0)))
    assert taking.then_refused(refusals.OfferNoLongerOpen).params == {"rank": 1, "became": became}

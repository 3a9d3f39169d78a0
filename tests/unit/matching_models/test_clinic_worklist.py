"""What a clinic's list is made of, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.matching import events
from services.matching.domain.policies import POLICIES
from services.matching.domain.statuses import EnrolmentStatus, PreferenceStatus
from services.matching.read_models.clinic_worklist import ClinicOffer, ClinicWorklist, ranks_under
from services.matching.read_models.progress import BeginningMissing
from tests.unit.matching_models.story import (
    BIRTH,
    CASE,
    CASE_NO,
    CHILD,
    EXPECTED_BABY,
    FIRST,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    MOTHER,
    OTHER_SEALED_CONTACT,
    SEALED_BABY,
    SEALED_CONTACT,
    SEALED_MOTHER,
    SECOND,
    WORDS,
    GlassOpener,
    Story,
    fold,
    place,
    sealed,
)


def offers_of(story: Story, opener: GlassOpener | None = None) -> dict[int, ClinicOffer]:
    """The rows of the only case, by rank."""
    rows = fold(ClinicWorklist(opener or GlassOpener()), story.events)
    return {rank: row for (_, rank), row in rows.items()}


def test_an_offer_shows_the_case_its_child_and_the_day_to_answer():
    story = Story().submitted(FIRST, SECOND).offered()

    assert offers_of(story)[1] == ClinicOffer(
        case_id=CASE,
        rank=1,
        case_no=CASE_NO,
        kind=events.CaseKind.NEW,
        applied_on=date(2025, 2, 18),
        institution=MATSU,
        doctor=MATSU_DOCTOR,
        status=PreferenceStatus.OFFERED,
        enrolment=EnrolmentStatus.NOT_ENROLLED,
        offered_at=story.at(1),
        due_by=story.days_on(7),
        born=True,
        birth_order=0,
        county="連江縣",
        district="南竿鄉",
        birth_or_due_date=date(2025, 2, 1),
        child_subject=CHILD,
        child=SEALED_BABY,
        mother_subject=MOTHER,
        mother=SEALED_MOTHER,
        contact=SEALED_CONTACT,
    )


def test_an_institution_that_has_not_been_asked_is_on_no_row():
    rows = offers_of(Story().submitted(FIRST, SECOND).offered())

    assert {rank: (row.institution, row.doctor, row.status) for rank, row in rows.items()} == {
        1: (MATSU, MATSU_DOCTOR, PreferenceStatus.OFFERED),
        2: ("", "", PreferenceStatus.WAITING),
        3: ("", "", PreferenceStatus.WAITING),
    }


def test_a_preference_added_later_is_asked_like_any_other():
    story = Story().submitted(FIRST).offered()
    story.happened(events.PreferencesAmended, preferences=(FIRST, SECOND)).declined().offered(SECOND)

    row = offers_of(story)[2]

    assert (row.institution, row.doctor, row.status) == (KEELUNG, KEELUNG_DOCTOR, PreferenceStatus.OFFERED)


def test_the_application_belongs_to_the_taipei_day_on_either_side_of_midnight():
    before = Story(began=datetime(2025, 2, 18, 15, 59, 59, tzinfo=UTC)).submitted()
    after = Story(began=datetime(2025, 2, 18, 16, 0, 0, tzinfo=UTC)).submitted()

    assert offers_of(before)[1].applied_on == date(2025, 2, 18)
    assert offers_of(after)[1].applied_on == date(2025, 2, 19)


def test_a_decline_keeps_the_coded_reason_and_the_sealed_words():
    story = Story().submitted(FIRST, SECOND).offered().declined().offered(SECOND)

    rows = offers_of(story)

    assert (rows[1].status, rows[1].decline_reason, rows[1].explanation) == (
        PreferenceStatus.DECLINED,
        events.DeclineReason.CAPACITY_FULL,
        WORDS,
    )
    assert (rows[1].answered_at, rows[1].due_by) == (story.at(2), None)
    assert (rows[2].decline_reason, rows[2].explanation) == (None, None)


def test_an_agreement_has_until_the_notice_is_to_be_signed():
    story = Story().submitted().offered().accepted()

    row = offers_of(story)[1]

    assert (row.status, row.answered_at, row.due_by) == (PreferenceStatus.ACCEPTED, story.at(2), story.days_on(28))


def test_an_enrolment_shows_on_every_row_of_the_case():
    rows = offers_of(
        Story()
        .submitted(FIRST, SECOND)
        .offered()
        .declined()
        .offered(SECOND)
        .accepted(SECOND)
        .signed(SECOND)
        .enrolled(SECOND)
    )

    assert [rows[rank].status for rank in (1, 2, 3)] == [
        PreferenceStatus.DECLINED,
        PreferenceStatus.ACCEPTED,
        PreferenceStatus.WAITING,
    ]
    assert {row.enrolment for row in rows.values()} == {EnrolmentStatus.ENROLLED}
    assert rows[2].due_by is None


def test_what_the_family_gives_up_is_taken_from_the_hands_of_the_clinic():
    asked = offers_of(Story().submitted(FIRST, SECOND).offered().withdrawn())
    elsewhere = offers_of(Story().submitted(FIRST, SECOND).offered().accepted().enrolled_elsewhere())

    assert [asked[rank].status for rank in (1, 2)] == [PreferenceStatus.RELEASED, PreferenceStatus.WAITING]
    assert (elsewhere[1].status, elsewhere[1].enrolment) == (PreferenceStatus.RELEASED, EnrolmentStatus.ENROLLED)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (lambda story: story.happened(events.OfferExpired, **place(FIRST)), PreferenceStatus.EXPIRED),
        (lambda story: story.accepted().happened(events.NoticeLapsed, **place(FIRST)), PreferenceStatus.LAPSED),
        (lambda story: story.accepted().released(), PreferenceStatus.RELEASED),
    ],
)
def test_an_offer_that_came_to_nothing_has_no_day_to_keep(outcome, status: PreferenceStatus):
    row = offers_of(outcome(Story().submitted().offered()))[1]

    assert (row.status, row.due_by) == (status, None)


def test_an_expected_child_is_listed_by_its_due_date_until_it_is_born():
    expected = sealed(BIRTH, EXPECTED_BABY)
    story = Story().submitted(born=False, child=expected, child_subject=BIRTH).offered()

    before = offers_of(story)[1]
    after = offers_of(story.born())[1]

    assert (before.born, before.birth_or_due_date, before.district) == (False, date(2025, 6, 30), "北竿鄉")
    assert (after.born, after.birth_or_due_date, after.district) == (True, date(2025, 2, 1), "南竿鄉")
    assert (after.child_subject, after.child) == (CHILD, SEALED_BABY)


def test_a_forgotten_child_leaves_a_row_without_birth_date_and_district():
    row = offers_of(Story().submitted().offered(), GlassOpener(CHILD))[1]

    assert (row.birth_or_due_date, row.district, row.county) == (None, None, "連江縣")


def test_a_changed_contact_is_known_to_the_clinic_too():
    row = offers_of(Story().submitted().offered().contact_changed())[1]

    assert row.contact == OTHER_SEALED_CONTACT


_SPENT = {
    "declined": Story.declined,
    "expired": lambda story: story.happened(events.OfferExpired, **place(FIRST)),
    "lapsed": lambda story: story.accepted().happened(events.NoticeLapsed, **place(FIRST)),
    "released": lambda story: story.accepted().released(),
}


@pytest.mark.parametrize("spent", _SPENT.values(), ids=_SPENT)
def test_a_clinic_whose_turn_is_over_hears_nothing_more_of_the_family(spent):
    story = Story().submitted(FIRST, SECOND, born=False, child=sealed(BIRTH, EXPECTED_BABY), child_subject=BIRTH)
    before = offers_of(spent(story.offered()))[1]

    rows = offers_of(story.offered(SECOND).contact_changed().born())

    assert rows[1] == before
    assert (rows[2].contact, rows[2].child) == (OTHER_SEALED_CONTACT, SEALED_BABY)


def test_a_clinic_asked_later_knows_the_family_as_it_is_by_then():
    story = Story().submitted(FIRST, SECOND, born=False, child=sealed(BIRTH, EXPECTED_BABY), child_subject=BIRTH)

    row = offers_of(story.offered().contact_changed().born().declined().offered(SECOND))[2]

    assert (row.contact, row.child, row.born) == (OTHER_SEALED_CONTACT, SEALED_BABY, True)


def test_there_is_a_row_for_every_preference_that_any_policy_allows():
    longer = replace(POLICIES[-1], effective_from=date(2030, 1, 1), preferences=4)

    assert ranks_under(POLICIES) == (1, 2, 3)
    assert ranks_under((*POLICIES, longer, replace(longer, preferences=2))) == (1, 2, 3, 4)


def test_the_days_waiting_run_by_taipei_days_until_the_clinic_answers():
    story = Story().submitted().offered()
    waiting = offers_of(story)[1]
    answered = offers_of(story.accepted())[1]

    assert waiting.days_waiting(datetime(2025, 2, 18, 15, 59, tzinfo=UTC)) == 0
    assert waiting.days_waiting(datetime(2025, 2, 18, 16, 0, tzinfo=UTC)) == 1
    assert waiting.days_waiting(datetime(2025, 2, 25, 4, 0, tzinfo=UTC)) == 7
    assert answered.days_waiting(datetime(2025, 2, 25, 4, 0, tzinfo=UTC)) == 0


def test_an_event_without_its_beginning_is_refused_not_guessed():
    with pytest.raises(BeginningMissing):
        fold(ClinicWorklist(GlassOpener()), Story().submitted().offered().events[1:])


def test_an_offer_that_is_over_tells_when_and_by_what():
    for story, what in (
        (Story().submitted().offered().declined(), "InstitutionDeclined"),
        (Story().submitted().offered().withdrawn(), "CaseWithdrawn"),
        (Story().submitted().offered().accepted().released(), "NoticeReleased"),
        (Story().submitted().offered().enrolled_elsewhere(), "EnrolmentMismatchDetected"),
    ):
        row = offers_of(story)[1]
        assert (row.ended_at, row.ended_with) == (story.at(-1), what)


def test_an_enrolment_here_tells_the_days_of_signature_and_enrolment():
    row = offers_of(Story().submitted().offered().accepted().signed().enrolled())[1]
    assert (row.signed_on, row.enrolled_on, row.ended_with) == (date(2025, 2, 20), date(2025, 2, 21), "")


def test_an_enrolment_here_is_nothing_that_an_earlier_offer_ended_with():
    story = Story().submitted(FIRST, SECOND).offered().declined().offered(SECOND).accepted(SECOND).signed(SECOND)
    row = offers_of(story.enrolled(SECOND))[1]
    assert (row.enrolled_on, row.ended_with) == (None, "InstitutionDeclined")

"""What a family's page is made of, row by row."""

from __future__ import annotations

from datetime import date

import pytest

from services.matching import events
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.read_models.actor import Actor
from services.matching.read_models.family_cases import Consequence, FamilyCase, FamilyCases
from services.matching.read_models.progress import BeginningMissing, Choice
from services.matching.read_models.timeline import Step
from tests.unit.matching_models.story import (
    CASE,
    CASE_NO,
    CHILD,
    CONTACT,
    ENROLMENT,
    FIRST,
    HUALIEN,
    HUALIEN_DOCTOR,
    KEELUNG,
    KEELUNG_DOCTOR,
    MATSU,
    MATSU_DOCTOR,
    MOTHER,
    NOON,
    OTHER_CONTACT,
    OTHER_SEALED_CONTACT,
    SEALED_BABY,
    SEALED_CONTACT,
    SEALED_MOTHER,
    SECOND,
    THIRD,
    Story,
    expected,
    fold,
    place,
)


def case_of(story: Story) -> FamilyCase:
    """The only case of the story."""
    found: FamilyCase = fold(FamilyCases(), story.events)[CASE,]
    return found


def test_an_application_shows_the_offer_that_waits_and_until_when():
    story = Story().submitted(FIRST, SECOND).offered()

    assert fold(FamilyCases(), story.events) == {
        (CASE,): expected(
            FamilyCase,
            id=CASE,
            case_no=CASE_NO,
            kind=events.CaseKind.NEW,
            contact_subject=CONTACT,
            contact=SEALED_CONTACT,
            child_subject=CHILD,
            child=SEALED_BABY,
            mother_subject=MOTHER,
            mother=SEALED_MOTHER,
            born=True,
            birth_order=0,
            county="連江縣",
            started_at=NOON,
            match=MatchStatus.MATCHING,
            enrolment=EnrolmentStatus.NOT_ENROLLED,
            institution=MATSU,
            doctor=MATSU_DOCTOR,
            choices=(
                Choice(1, MATSU, MATSU_DOCTOR, "連江縣", "南竿鄉", PreferenceStatus.OFFERED, offered_at=story.at(1)),
                Choice(2, KEELUNG, KEELUNG_DOCTOR, "基隆市", "信義區"),
            ),
            waits_for=Actor.INSTITUTION,
            waiting_since=story.at(1),
            due_by=story.days_on(7),
            timeline=(
                Step("CaseSubmitted", NOON, Actor.PARENT),
                Step(
                    "PreferenceOffered",
                    story.at(1),
                    Actor.PLATFORM,
                    rank=1,
                    institution=MATSU,
                    doctor=MATSU_DOCTOR,
                    until=story.days_on(7),
                ),
            ),
        )
    }


def test_the_next_preference_is_asked_by_itself_while_one_is_left():
    assert case_of(Story().submitted(FIRST, SECOND).offered()).by_itself == Consequence.NEXT_PREFERENCE_ASKED
    assert case_of(Story().submitted(FIRST).offered()).by_itself == Consequence.BUREAU_TAKES_OVER


def test_a_decline_keeps_its_reason_and_waits_for_nobody_until_the_next_is_asked():
    story = Story().submitted(FIRST, SECOND).offered().declined()

    row = case_of(story)

    assert row.choices[0] == Choice(
        1,
        MATSU,
        MATSU_DOCTOR,
        "連江縣",
        "南竿鄉",
        PreferenceStatus.DECLINED,
        offered_at=story.at(1),
        answered_at=story.at(2),
        reason=events.DeclineReason.CAPACITY_FULL,
    )
    assert (row.match, row.waits_for, row.due_by, row.institution) == (MatchStatus.MATCHING, None, None, "")
    assert row.timeline[-1] == Step(
        "InstitutionDeclined", story.at(2), Actor.INSTITUTION, 1, MATSU, MATSU_DOCTOR, reason="capacity_full"
    )


def test_an_agreement_waits_for_the_family_to_sign():
    story = Story().submitted(FIRST, SECOND).offered().accepted()

    row = case_of(story)

    assert row.match == MatchStatus.AWAITING_NOTICE
    assert (row.waits_for, row.waiting_since, row.due_by) == (Actor.PARENT, story.at(2), story.days_on(28))
    assert row.by_itself == Consequence.NEXT_PREFERENCE_ASKED
    assert row.choices[0].status == PreferenceStatus.ACCEPTED
    assert [step.what for step in row.timeline[-2:]] == ["InstitutionAccepted", "NoticeRequested"]


def test_an_offer_that_ran_out_is_followed_by_the_next():
    story = Story().submitted(FIRST, SECOND).offered().reminded()
    story.happened(events.OfferExpired, **place(FIRST)).offered(SECOND)

    row = case_of(story)

    assert [choice.status for choice in row.choices] == [PreferenceStatus.EXPIRED, PreferenceStatus.OFFERED]
    assert (row.institution, row.doctor, row.waits_for) == (KEELUNG, KEELUNG_DOCTOR, Actor.INSTITUTION)
    assert row.by_itself == Consequence.BUREAU_TAKES_OVER


def test_a_notice_not_signed_in_time_sends_the_case_on():
    story = Story().submitted(FIRST, SECOND).offered().accepted().happened(events.NoticeLapsed, **place(FIRST))

    row = case_of(story)

    assert row.match == MatchStatus.MATCHING
    assert row.choices[0].status == PreferenceStatus.LAPSED
    assert (row.waits_for, row.due_by, row.institution) == (None, None, "")


def test_a_preference_passed_over_says_why_and_changes_nothing_else():
    story = Story().submitted(FIRST, SECOND, THIRD).offered().declined()
    story.happened(events.PreferencePassedOver, **place(SECOND), cause=events.PassedOverCause.DOCTOR_LEFT)
    story.offered(THIRD)

    row = case_of(story)

    assert [choice.status for choice in row.choices] == [
        PreferenceStatus.DECLINED,
        PreferenceStatus.PASSED_OVER,
        PreferenceStatus.OFFERED,
    ]
    assert row.timeline[3].reason == "doctor_left"


def test_a_case_that_nobody_took_waits_for_the_bureau():
    story = Story().submitted().offered().declined().unmatched()

    row = case_of(story)

    assert (row.match, row.waits_for, row.waiting_since) == (MatchStatus.UNMATCHED, Actor.BUREAU, story.at(3))
    assert (row.due_by, row.by_itself) == (None, None)


def test_an_amendment_replaces_only_what_has_not_been_asked():
    story = Story().submitted(FIRST, SECOND).offered()
    moved = events.Preference(2, HUALIEN, HUALIEN_DOCTOR, "花蓮縣", "花蓮市")
    story.happened(events.PreferencesAmended, preferences=(FIRST, moved))

    row = case_of(story)

    assert row.choices == (
        Choice(1, MATSU, MATSU_DOCTOR, "連江縣", "南竿鄉", PreferenceStatus.OFFERED, offered_at=story.at(1)),
        Choice(2, HUALIEN, HUALIEN_DOCTOR, "花蓮縣", "花蓮市"),
    )
    assert row.due_by == story.days_on(7)


@pytest.mark.parametrize(
    ("released_by", "actor"), [(events.Source.CLINIC, Actor.INSTITUTION), (events.Source.BUREAU, Actor.BUREAU)]
)
def test_a_released_family_chooses_until_the_platform_asks_on(released_by: events.Source, actor: Actor):
    story = Story().submitted(FIRST, SECOND).offered().accepted().released(released_by=released_by)

    row = case_of(story)

    assert (row.match, row.choices[0].status) == (MatchStatus.MATCHING, PreferenceStatus.RELEASED)
    assert (row.waits_for, row.due_by) == (Actor.PARENT, story.days_on(3))
    assert row.by_itself == Consequence.NEXT_PREFERENCE_ASKED
    assert row.timeline[-1].by == actor


def test_a_signed_notice_waits_for_the_institution_to_enrol():
    story = Story().submitted().offered().accepted().signed()

    row = case_of(story)

    assert (row.match, row.enrolment) == (MatchStatus.AWAITING_NOTICE, EnrolmentStatus.NOT_ENROLLED)
    assert (row.waits_for, row.waiting_since, row.due_by) == (Actor.INSTITUTION, story.at(-1), None)


def test_an_enrolment_where_it_was_agreed_finishes_the_case():
    row = case_of(Story().submitted().offered().accepted().signed().enrolled())

    assert (row.match, row.enrolment) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED)
    assert (row.institution, row.doctor, row.enrolled_on) == (MATSU, MATSU_DOCTOR, date(2025, 2, 21))
    assert row.enrolment_id == ENROLMENT
    assert (row.waits_for, row.due_by, row.by_itself) == (None, None, None)


def test_an_enrolment_elsewhere_shows_where_the_child_really_is():
    row = case_of(Story().submitted(FIRST, SECOND).offered().accepted().enrolled_elsewhere())

    assert (row.match, row.enrolment) == (MatchStatus.MATCHED, EnrolmentStatus.ENROLLED)
    assert (row.institution, row.doctor) == (HUALIEN, HUALIEN_DOCTOR)
    assert [choice.status for choice in row.choices] == [PreferenceStatus.RELEASED, PreferenceStatus.WAITING]
    assert row.waits_for is None


def test_a_withdrawal_frees_the_institution_that_was_asked():
    row = case_of(Story().submitted(FIRST, SECOND).offered().withdrawn())

    assert row.match == MatchStatus.WITHDRAWN
    assert row.choices[0].status == PreferenceStatus.RELEASED
    assert (row.waits_for, row.timeline[-1].reason) == (None, "moved")


def test_a_birth_replaces_what_was_known_of_the_child():
    row = case_of(Story().submitted(born=False).offered().born())

    assert (row.born, row.child, row.child_subject) == (True, SEALED_BABY, CHILD)


@pytest.mark.parametrize(
    ("proved_by", "actor"),
    [
        (events.Source.PLATFORM, Actor.PARENT),
        (events.Source.BUREAU, Actor.BUREAU),
        (events.Source.CLINIC, Actor.INSTITUTION),
    ],
)
def test_a_changed_contact_owns_the_case_from_then_on(proved_by: events.Source, actor: Actor):
    row = case_of(Story().submitted().offered().contact_changed(proved_by))

    assert (row.contact_subject, row.contact) == (OTHER_CONTACT, OTHER_SEALED_CONTACT)
    assert row.timeline[-1].by == actor


def test_a_change_waits_for_the_former_institution_to_be_closed():
    story = Story().change_submitted()

    row = case_of(story)

    assert (row.kind, row.match) == (events.CaseKind.CHANGE, MatchStatus.AWAITING_CLOSURE)
    assert (row.waits_for, row.due_by, row.by_itself) == (Actor.BUREAU, story.days_on(7), None)
    assert (row.former_institution, row.former_doctor) == (MATSU, MATSU_DOCTOR)
    assert [step.what for step in row.timeline] == [
        "CaseSubmitted",
        "ChangeRequested",
        "FormerInstitutionNotified",
        "BureauTaskOpened",
    ]


def test_a_closed_former_enrolment_opens_the_matching_of_a_change():
    row = case_of(Story().change_submitted().former_closed().offered(SECOND))

    assert (row.match, row.waits_for) == (MatchStatus.MATCHING, Actor.INSTITUTION)
    assert row.timeline[4].by == Actor.BUREAU


def test_an_enrolment_on_paper_has_a_row_of_its_own_without_a_kind():
    story = Story().recorded()

    assert fold(FamilyCases(), story.events) == {
        (ENROLMENT,): expected(
            FamilyCase,
            id=ENROLMENT,
            case_no="",
            kind=None,
            contact_subject=CONTACT,
            contact=SEALED_CONTACT,
            child_subject=CHILD,
            child=SEALED_BABY,
            mother_subject=MOTHER,
            mother=SEALED_MOTHER,
            born=True,
            birth_order=0,
            county="連江縣",
            started_at=NOON,
            match=None,
            enrolment=EnrolmentStatus.ENROLLED,
            institution=MATSU,
            doctor=MATSU_DOCTOR,
            enrolment_id=ENROLMENT,
            enrolled_on=date(2025, 2, 21),
            timeline=(Step("EnrolmentRecorded", NOON, Actor.INSTITUTION, institution=MATSU, doctor=MATSU_DOCTOR),),
        )
    }


def test_an_enrolment_tells_when_it_was_closed_and_who_can_be_reached():
    story = Story().recorded()
    contact = {"contact_subject": OTHER_CONTACT, "contact": OTHER_SEALED_CONTACT}
    story.enrolment_happened(events.EnrolmentContactChanged, **contact, proved_by=events.Source.CLINIC).closed()

    row = fold(FamilyCases(), story.events)[ENROLMENT,]

    assert (row.contact_subject, row.contact, row.closed_on) == (OTHER_CONTACT, OTHER_SEALED_CONTACT, date(2025, 3, 1))
    assert row.timeline[-1] == Step(
        "EnrolmentClosed",
        story.at(-1),
        Actor.BUREAU,
        institution=MATSU,
        doctor=MATSU_DOCTOR,
        reason="change_of_doctor",
    )


def test_an_event_without_its_beginning_is_refused_not_guessed():
    told = Story().submitted().offered().events[1:]

    with pytest.raises(BeginningMissing, match="PreferenceOffered"):
        fold(FamilyCases(), told)


def test_every_event_of_a_case_or_an_enrolment_is_told_in_the_timeline():
    about_nobody = {
        events.CasesExported,
        events.RegisterImported,
        events.ParticipationEnded,
        events.ParticipationResumed,
        events.PlacesStated,
        events.SubjectForgotten,
    }
    published = {kind for kind in vars(events).values() if getattr(kind, "TOPIC", "").startswith("matching.")}

    assert set(FamilyCases.folds) == published - about_nobody

"""One canonical example of every published event of a case: a family's story with fixed ids, times and sealed boxes.

`case_submitted(county="臺北市")` is the example with one field changed. `EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from hashlib import sha256

import msgspec

from services.matching import events
from tests.controls.family import (
    BANQIAO_CLINIC,
    BANQIAO_DOCTOR,
    BIRTH,
    BORN_CHILD,
    CASE,
    CASE_NO,
    CHANGE_CASE,
    CHANGE_CASE_NO,
    CHILD,
    CONTACT,
    DAAN_CLINIC,
    DAAN_DOCTOR,
    ENROLMENT,
    FATHER,
    MOTHER,
    MOTHERS_ID,
    PREFERENCES,
    ZHONGHE_CLINIC,
    ZHONGHE_DOCTOR,
    end_of,
    first,
    later,
    sealed,
    taipei,
)

EXAMPLES = {}
"""Builders by event type, old versions included."""


THE_OFFER = {"case_no": CASE_NO, "rank": 1, "institution": BANQIAO_CLINIC, "doctor": BANQIAO_DOCTOR}
"""The case and the first of its preferences."""


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


# The case ------------------------------------------------------------------------------------------------------------


@example
def case_submitted(**changes):
    event = events.CaseSubmitted(
        **first("Case", CASE, taipei(2, 18, 16, 21)),
        case_no=CASE_NO,
        kind=events.CaseKind.NEW,
        born=True,
        birth_order=0,
        birth_subject=BIRTH,
        child_subject=CHILD,
        child=sealed(CHILD, BORN_CHILD),
        mother_subject=MOTHER,
        mother=sealed(MOTHER, MOTHERS_ID),
        contact_subject=CONTACT,
        contact=sealed(CONTACT, FATHER),
        county="新北市",
        preferences=PREFERENCES,
    )
    return dataclasses.replace(event, **changes)


@example
def preference_offered(**changes):
    event = events.PreferenceOffered(
        **later(2, taipei(2, 18, 16, 21)),
        **THE_OFFER,
        answer_by=end_of(2, 25),
        remind_at=(end_of(2, 20), end_of(2, 24)),
    )
    return dataclasses.replace(event, **changes)


@example
def offer_reminded(**changes):
    event = events.OfferReminded(
        **later(3, taipei(2, 21, 0)),
        **THE_OFFER,
        number=1,
        answer_by=end_of(2, 25),
    )
    return dataclasses.replace(event, **changes)


@example
def institution_accepted(**changes):
    event = events.InstitutionAccepted(**later(3, taipei(2, 19, 10, 5)), **THE_OFFER)
    return dataclasses.replace(event, **changes)


@example
def notice_requested(**changes):
    event = events.NoticeRequested(**later(4, taipei(2, 19, 10, 5)), **THE_OFFER, sign_by=end_of(3, 21))
    return dataclasses.replace(event, **changes)


@example
def institution_declined(**changes):
    event = events.InstitutionDeclined(
        **later(3, taipei(2, 19, 11, 30)),
        **THE_OFFER,
        reason=events.DeclineReason.CAPACITY_FULL,
        explanation=sealed(CHILD, events.FreeText("收案員額已滿")),
    )
    return dataclasses.replace(event, **changes)


@example
def offer_expired(**changes):
    event = events.OfferExpired(**later(3, taipei(2, 26, 0)), **THE_OFFER)
    return dataclasses.replace(event, **changes)


@example
def offer_withdrawn(**changes):
    event = events.OfferWithdrawn(
        **later(3, taipei(2, 20, 0)),
        **THE_OFFER,
        county="新北市",
        cause=events.ParticipationCause.INSTITUTION_CLOSED,
        agreed=False,
    )
    return dataclasses.replace(event, **changes)


@example
def preference_passed_over(**changes):
    event = events.PreferencePassedOver(
        **later(4, taipei(2, 26, 0)),
        case_no=CASE_NO,
        rank=2,
        institution=DAAN_CLINIC,
        doctor=DAAN_DOCTOR,
        cause=events.PassedOverCause.DOCTOR_LEFT,
    )
    return dataclasses.replace(event, **changes)


@example
def case_unmatched(**changes):
    event = events.CaseUnmatched(**later(9, taipei(3, 12, 0)), case_no=CASE_NO, county="新北市")
    return dataclasses.replace(event, **changes)


@example
def preferences_amended(**changes):
    event = events.PreferencesAmended(
        **later(3, taipei(2, 18, 20, 40)),
        case_no=CASE_NO,
        preferences=(PREFERENCES[0], events.Preference(2, ZHONGHE_CLINIC, ZHONGHE_DOCTOR, "新北市", "中和區")),
    )
    return dataclasses.replace(event, **changes)


@example
def notice_released(**changes):
    event = events.NoticeReleased(
        **later(5, taipei(2, 24, 14)),
        **THE_OFFER,
        released_by=events.Source.CLINIC,
        explanation=sealed(CHILD, events.FreeText("家長來電表示將搬家")),
        resume_at=end_of(3, 3),
    )
    return dataclasses.replace(event, **changes)


@example
def notice_lapsed(**changes):
    event = events.NoticeLapsed(**later(5, taipei(3, 22, 0)), **THE_OFFER)
    return dataclasses.replace(event, **changes)


@example
def notice_signed(**changes):
    event = events.NoticeSigned(
        **later(5, taipei(2, 27, 9, 15)),
        case_no=CASE_NO,
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        signed_on=date(2025, 2, 26),
        evidence=sha256(b"scan of the notice").hexdigest(),
    )
    return dataclasses.replace(event, **changes)


@example
def case_enrolled(**changes):
    event = events.CaseEnrolled(
        **later(6, taipei(2, 27, 9, 15)),
        case_no=CASE_NO,
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        enrolment_id=ENROLMENT,
        enrolled_on=date(2025, 2, 26),
    )
    return dataclasses.replace(event, **changes)


@example
def enrolment_mismatch_detected(**changes):
    event = events.EnrolmentMismatchDetected(
        **later(5, taipei(2, 27, 9, 15)),
        case_no=CASE_NO,
        county="新北市",
        expected_institution=BANQIAO_CLINIC,
        expected_doctor=BANQIAO_DOCTOR,
        actual_institution=DAAN_CLINIC,
        actual_doctor=DAAN_DOCTOR,
        enrolment_id=ENROLMENT,
        enrolled_on=date(2025, 2, 25),
    )
    return dataclasses.replace(event, **changes)


@example
def case_withdrawn(**changes):
    event = events.CaseWithdrawn(
        **later(3, taipei(2, 20, 8)), case_no=CASE_NO, county="新北市", reason=events.WithdrawReason.FOUND_OTHERWISE
    )
    return dataclasses.replace(event, **changes)


@example
def child_born(**changes):
    event = events.ChildBorn(
        **later(3, taipei(4, 4, 12)),
        case_no=CASE_NO,
        birth_order=0,
        birth_subject=BIRTH,
        child_subject=CHILD,
        child=sealed(CHILD, msgspec.structs.replace(BORN_CHILD, birth_date=date(2025, 4, 1), identifier=None)),
        county="新北市",
    )
    return dataclasses.replace(event, **changes)


@example
def contact_changed(**changes):
    event = events.ContactChanged(
        **later(3, taipei(2, 22, 18, 45)),
        case_no=CASE_NO,
        contact_subject=CONTACT,
        contact=sealed(CONTACT, msgspec.structs.replace(FATHER, mobile="0987654321", email="")),
        proved_by=events.Source.BUREAU,
    )
    return dataclasses.replace(event, **changes)


@example
def change_requested(**changes):
    event = events.ChangeRequested(
        **later(2, taipei(6, 9, 9, 15), CHANGE_CASE),
        case_no=CHANGE_CASE_NO,
        enrolment_id=ENROLMENT,
        former_institution=BANQIAO_CLINIC,
        former_doctor=BANQIAO_DOCTOR,
        former_county="新北市",
        reason=events.ChangeReason.MOVED,
        explanation=sealed(CHILD, events.FreeText("搬至臺北市")),
    )
    return dataclasses.replace(event, **changes)


@example
def former_institution_notified(**changes):
    event = events.FormerInstitutionNotified(
        **later(3, taipei(6, 9, 9, 15), CHANGE_CASE),
        case_no=CHANGE_CASE_NO,
        former_institution=BANQIAO_CLINIC,
        former_doctor=BANQIAO_DOCTOR,
    )
    return dataclasses.replace(event, **changes)


@example
def bureau_task_opened(**changes):
    event = events.BureauTaskOpened(
        **later(4, taipei(6, 9, 9, 15), CHANGE_CASE),
        case_no=CHANGE_CASE_NO,
        county="新北市",
        former_institution=BANQIAO_CLINIC,
        due_by=end_of(6, 23),
    )
    return dataclasses.replace(event, **changes)


@example
def previous_enrolment_closed(**changes):
    event = events.PreviousEnrolmentClosed(
        **later(5, taipei(6, 12, 15, 30), CHANGE_CASE),
        case_no=CHANGE_CASE_NO,
        enrolment_id=ENROLMENT,
        former_institution=BANQIAO_CLINIC,
        closed_on=date(2025, 6, 12),
        source=events.Source.BUREAU,
    )
    return dataclasses.replace(event, **changes)

"""One canonical example of every event of support: a doctor of Banqiao who works at a clinic of Daan on some days.

`EXAMPLES` has every builder by event type; `support_approved(ends_at=…)` is the example with one field changed.
"""

from __future__ import annotations

import dataclasses
from datetime import date, time
from hashlib import sha256
from uuid import UUID

from services.support import events
from shared.sealing import SubjectId
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, end_of, sealed, taipei
from tests.controls.registry import PLACE_CODE, PLACE_NAME, PRACTITIONER

EXAMPLES = {}
"""Builders by event type."""

APPLICATION = UUID("3d5e0c1a-0011-4000-8000-000000000001")
AMENDMENT = UUID("3d5e0c1a-0011-4000-8000-000000000002")
CANCELLATION = UUID("3d5e0c1a-0011-4000-8000-000000000003")
SUPPORT = UUID("3d5e0c1a-0012-4000-8000-000000000001")
SECOND_SUPPORT = UUID("3d5e0c1a-0012-4000-8000-000000000002")
DEPARTURE = UUID("3d5e0c1a-0013-4000-8000-000000000001")
LOCK = UUID("3d5e0c1a-0014-4000-8000-000000000001")
STRENGTH = UUID("3d5e0c1a-0016-4000-8000-000000000001")
CASE_NO, AMENDMENT_NO, CANCELLATION_NO = "11402180001", "11403030001", "11403100001"
REVIEWER = "account/3d5e0c1a-0015-4000-8000-000000000001"
HOME = {"institution": BANQIAO_CLINIC, "county": "新北市"}

DAAN = events.SupportedPlace(events.PlaceKind.INSTITUTION, DAAN_CLINIC, "大安仁愛診所", "臺北市")
STATION = events.SupportedPlace(events.PlaceKind.NON_MEDICAL, PLACE_CODE, PLACE_NAME, "臺北市")
WEEKLY = events.Recurring(
    "FREQ=WEEKLY;BYDAY=TU,TH", date(2025, 3, 4), date(2025, 5, 29), time(18), time(21), (date(2025, 4, 3),)
)
FORTNIGHTLY = events.Recurring(
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU", date(2025, 3, 18), date(2025, 5, 27), time(18), time(21)
)
ONE_DAY = events.Continuous(date(2025, 3, 8), time(9), date(2025, 3, 8), time(12))
PICKED = events.Picked((date(2025, 3, 12), date(2025, 3, 26)), time(14), time(17))
REMARKS = events.Remarks("夜診支援")
OPINION = events.ReviewersRemarks("與原執業機構門診時間重疊，請調整。")
TERMS = events.Terms((events.Purpose.GENERAL,), WEEKLY, sealed(PRACTITIONER, REMARKS))
NEW_TERMS = events.Terms((events.Purpose.GENERAL, events.Purpose.DIABETES_NETWORK), FORTNIGHTLY)
LINE = events.Line(SUPPORT, BANQIAO_DOCTOR, DAAN, "01", TERMS, (sha256(b"an agreement, sealed").hexdigest(),))
SECOND_LINE = events.Line(
    SECOND_SUPPORT, BANQIAO_DOCTOR, STATION, "", events.Terms((events.Purpose.VACCINATION,), ONE_DAY)
)
AMENDED = events.NamedSupport(SUPPORT, BANQIAO_DOCTOR, DAAN, TERMS, NEW_TERMS)
CANCELLED = events.NamedSupport(SUPPORT, BANQIAO_DOCTOR, DAAN, NEW_TERMS, None)
FINDING = events.LineFinding(
    line=SUPPORT,
    occurrences=25,
    starts_at=taipei(3, 4, 18),
    ends_at=taipei(5, 29, 21),
    overlap_count=1,
    overlaps=(events.Overlap(SECOND_SUPPORT, STATION, taipei(3, 6, 18), taipei(3, 6, 19)),),
    licence=events.LicenceFinding.COVERS,
    licence_until=date(2026, 6, 30),
    standing=(),
    weeks=(
        events.WeekShare("2025-W10", 2, 10, exceeds=False),
        events.WeekShare("2025-W11", 2, None, exceeds=None),
    ),
    months=(events.MonthDoctors("2025-03", 3, 2, exceeds=False),),
    share_source="衛署醫字第0960222467號",
    others_at_home=2,
)

DRAFTED_AT, SET_AT, SUBMITTED_AT = taipei(2, 18, 10), taipei(2, 18, 10, 5), taipei(2, 18, 10, 20)
ASSIGNED_AT, APPROVED_AT = taipei(2, 19, 9), taipei(2, 20, 14)
AMEND_ASKED_AT, AMENDED_AT = taipei(3, 3, 9), taipei(3, 5, 11)
CANCEL_ASKED_AT, CANCELLED_AT = taipei(3, 10, 9), taipei(3, 12, 11)
MOVED_AT = taipei(4, 1, 0)
STATED_AT = taipei(2, 3, 9)


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def first(aggregate, originator_id, at):
    """What the first event of an aggregate begins with."""
    return {
        "originator_id": originator_id,
        "originator_version": 1,
        "timestamp": at,
        "originator_topic": f"support.{aggregate}",
    }


def later(version, at, originator_id=APPLICATION):
    """What a later event of an aggregate begins with."""
    return {"originator_id": originator_id, "originator_version": version, "timestamp": at}


# The application -----------------------------------------------------------------------------------------------------


@example
def support_drafted(**changes):
    event = events.SupportDrafted(
        **first("Application", APPLICATION, DRAFTED_AT),
        case_no=CASE_NO,
        kind=events.ApplicationKind.NEW,
        recorded_by=events.RecordedBy.PRACTITIONER,
        practitioner=BANQIAO_DOCTOR,
        **HOME,
    )
    return dataclasses.replace(event, **changes)


def amendment_drafted(**changes):
    """變更, for the same support."""
    begun = {"originator_id": AMENDMENT, "case_no": AMENDMENT_NO, "timestamp": AMEND_ASKED_AT}
    return support_drafted(**begun | {"kind": events.ApplicationKind.AMEND} | changes)


def cancellation_drafted(**changes):
    """註銷, for the same support."""
    begun = {"originator_id": CANCELLATION, "case_no": CANCELLATION_NO, "timestamp": CANCEL_ASKED_AT}
    return support_drafted(**begun | {"kind": events.ApplicationKind.CANCEL} | changes)


@example
def schedule_set(*lines, **changes):
    event = events.ScheduleSet(**later(2, SET_AT), case_no=CASE_NO, lines=lines or (LINE, SECOND_LINE))
    return dataclasses.replace(event, **changes)


@example
def supports_named(*supports, **changes):
    event = events.SupportsNamed(
        **later(2, AMEND_ASKED_AT, AMENDMENT), case_no=AMENDMENT_NO, supports=supports or (AMENDED,)
    )
    return dataclasses.replace(event, **changes)


@example
def batch_imported(**changes):
    event = events.BatchImported(
        **later(3, SET_AT),
        case_no=CASE_NO,
        recorded_by=events.RecordedBy.INSTITUTION,
        institution=BANQIAO_CLINIC,
        practitioner="",
        kind=events.BatchKind.GENERAL,
        digest=sha256(b"a workbook, keyed").hexdigest(),
        taken=(2, 3),
        refused=(4,),
    )
    return dataclasses.replace(event, **changes)


FILE = events.AttachedFile(
    UUID("3d5e0c1a-0017-4000-8000-000000000001"),
    events.FileKind.PDF,
    1_200_000,
    sealed(PRACTITIONER, events.FileName("支援同意書.pdf")),
    tuple(sha256(part).hexdigest() for part in (b"a first part, sealed", b"a second part, sealed")),
)


@example
def file_attached(**changes):
    event = events.FileAttached(**later(3, SET_AT), case_no=CASE_NO, line=SUPPORT, file=FILE)
    return dataclasses.replace(event, **changes)


@example
def file_detached(**changes):
    event = events.FileDetached(**later(4, SET_AT), case_no=CASE_NO, line=SUPPORT, file=FILE.id)
    return dataclasses.replace(event, **changes)


@example
def lines_removed(*lines, **changes):
    event = events.LinesRemoved(**later(3, SET_AT), case_no=CASE_NO, lines=lines or (SECOND_SUPPORT,))
    return dataclasses.replace(event, **changes)


@example
def support_discarded(**changes):
    event = events.SupportDiscarded(**later(3, SET_AT), case_no=CASE_NO)
    return dataclasses.replace(event, **changes)


@example
def support_submitted(**changes):
    event = events.SupportSubmitted(
        **later(3, SUBMITTED_AT),
        case_no=CASE_NO,
        kind=events.ApplicationKind.NEW,
        **HOME,
        number=1,
        due_by=end_of(2, 27),
        copied_to=("臺北市",),
        findings=(FINDING,),
    )
    return dataclasses.replace(event, **changes)


@example
def review_assigned(**changes):
    event = events.ReviewAssigned(**later(4, ASSIGNED_AT), case_no=CASE_NO, reviewer=REVIEWER)
    return dataclasses.replace(event, **changes)


@example
def application_approved(**changes):
    event = events.ApplicationApproved(
        **later(5, APPROVED_AT), case_no=CASE_NO, kind=events.ApplicationKind.NEW, **HOME, copied_to=("臺北市",)
    )
    return dataclasses.replace(event, **changes)


@example
def support_denied(**changes):
    event = events.SupportDenied(
        **later(5, APPROVED_AT),
        case_no=CASE_NO,
        kind=events.ApplicationKind.NEW,
        **HOME,
        reason=events.DenialReason.OVERLAP,
        explanation=sealed(PRACTITIONER, OPINION),
    )
    return dataclasses.replace(event, **changes)


@example
def support_returned(**changes):
    event = events.SupportReturned(
        **later(5, APPROVED_AT),
        case_no=CASE_NO,
        kind=events.ApplicationKind.NEW,
        **HOME,
        reason=events.ReturnReason.SCHEDULE,
        explanation=sealed(PRACTITIONER, OPINION),
    )
    return dataclasses.replace(event, **changes)


# The support ---------------------------------------------------------------------------------------------------------

_OF_DOCTOR = {"practitioner": BANQIAO_DOCTOR, **HOME, "place": DAAN, "department": "01"}


@example
def support_approved(**changes):
    event = events.SupportApproved(
        **first("Support", SUPPORT, APPROVED_AT),
        application=APPLICATION,
        case_no=CASE_NO,
        recorded_by=events.RecordedBy.PRACTITIONER,
        **_OF_DOCTOR,
        terms=TERMS,
        attachments=LINE.attachments,
        starts_at=taipei(3, 4, 18),
        ends_at=taipei(5, 29, 21),
    )
    return dataclasses.replace(event, **changes)


_AMENDMENT = {"application": AMENDMENT, "case_no": AMENDMENT_NO}
_CANCELLATION = {"application": CANCELLATION, "case_no": CANCELLATION_NO}


@example
def support_brought_over(**changes):
    approved = support_approved()
    known = {field.name: getattr(approved, field.name) for field in dataclasses.fields(approved)}
    event = events.SupportBroughtOver(**known | {"attachments": ()}, source="legacy")
    return dataclasses.replace(event, **changes)


@example
def amend_requested(**changes):
    event = events.AmendRequested(**later(2, AMEND_ASKED_AT, SUPPORT), **_AMENDMENT, before=TERMS, after=NEW_TERMS)
    return dataclasses.replace(event, **changes)


@example
def cancel_requested(**changes):
    event = events.CancelRequested(**later(2, CANCEL_ASKED_AT, SUPPORT), **_CANCELLATION)
    return dataclasses.replace(event, **changes)


@example
def support_amended(**changes):
    event = events.SupportAmended(
        **later(3, AMENDED_AT, SUPPORT),
        **_AMENDMENT,
        **_OF_DOCTOR,
        before=TERMS,
        after=NEW_TERMS,
        starts_at=taipei(3, 18, 18),
        ends_at=taipei(5, 27, 21),
    )
    return dataclasses.replace(event, **changes)


@example
def amend_denied(**changes):
    event = events.AmendDenied(
        **later(3, AMENDED_AT, SUPPORT), **_AMENDMENT, reason=events.DenialReason.HOME_UNDERSTAFFED
    )
    return dataclasses.replace(event, **changes)


@example
def cancel_denied(**changes):
    event = events.CancelDenied(**later(3, CANCELLED_AT, SUPPORT), **_CANCELLATION, reason=events.DenialReason.OTHER)
    return dataclasses.replace(event, **changes)


@example
def change_returned(**changes):
    event = events.ChangeReturned(**later(3, AMENDED_AT, SUPPORT), **_AMENDMENT)
    return dataclasses.replace(event, **changes)


@example
def support_cancelled(**changes):
    event = events.SupportCancelled(
        **later(3, CANCELLED_AT, SUPPORT),
        **_CANCELLATION,
        cancelled_by=events.CancelledBy.APPLICATION,
        **_OF_DOCTOR,
        terms=TERMS,
    )
    return dataclasses.replace(event, **changes)


# The move lock -------------------------------------------------------------------------------------------------------

_MOVED = {
    "institution": BANQIAO_CLINIC,
    "practitioner": BANQIAO_DOCTOR,
    "cause": events.DepartureCause.PRACTITIONER_MOVED,
}


@example
def departure_noted(**changes):
    event = events.DepartureNoted(**first("Departure", DEPARTURE, MOVED_AT), **_MOVED)
    return dataclasses.replace(event, **changes)


@example
def return_noted(**changes):
    event = events.ReturnNoted(**later(2, taipei(4, 8, 0), DEPARTURE), **_MOVED)
    return dataclasses.replace(event, **changes)


@example
def move_lock_set(**changes):
    event = events.MoveLockSet(
        **first("MoveLock", LOCK, MOVED_AT),
        **_MOVED,
        count=1,
        outstanding=(events.Outstanding(SUPPORT, taipei(5, 29, 21)),),
    )
    return dataclasses.replace(event, **changes)


@example
def move_lock_released(**changes):
    event = events.MoveLockReleased(
        **later(2, taipei(4, 2, 9), LOCK),
        practitioner=BANQIAO_DOCTOR,
        institution=BANQIAO_CLINIC,
        cause=events.ReleaseCause.CANCELLED,
    )
    return dataclasses.replace(event, **changes)


# What an institution says of itself ----------------------------------------------------------------------------------


@example
def strength_stated(institution=DAAN_CLINIC, **changes):
    event = events.StrengthStated(
        **first("Strength", STRENGTH, STATED_AT), institution=institution, weekly_sessions=10, doctors=2
    )
    return dataclasses.replace(event, **changes)


# The insurer's file --------------------------------------------------------------------------------------------------

REGISTER_FILE = UUID("3d5e0c1a-0017-4000-8000-000000000001")
PRODUCED_AT, DELIVERED_AT = taipei(3, 12, 22), taipei(3, 12, 22, 1)
FILE_DAY = date(2025, 3, 12)


@example
def register_file_produced(**changes):
    event = events.RegisterFileProduced(
        **first("RegisterFile", REGISTER_FILE, PRODUCED_AT),
        day=FILE_DAY,
        number=7,
        after=10,
        until=20,
        adds=1,
        changes=1,
        cancels=1,
        digest=sha256(b"the file").hexdigest(),
        previous=sha256(b"the file before").hexdigest(),
        key_id="0123456789abcdef",
        signature="ab" * 64,
    )
    return dataclasses.replace(event, **changes)


@example
def register_file_delivered(**changes):
    event = events.RegisterFileDelivered(
        **later(2, DELIVERED_AT, REGISTER_FILE),
        day=FILE_DAY,
        attempt=1,
        digest=sha256(b"the file").hexdigest(),
        manifest_digest=sha256(b"the manifest").hexdigest(),
    )
    return dataclasses.replace(event, **changes)


@example
def register_file_not_delivered(**changes):
    event = events.RegisterFileNotDelivered(
        **later(2, DELIVERED_AT, REGISTER_FILE),
        day=FILE_DAY,
        attempt=1,
        fault=events.DeliveryFault.UNREACHABLE,
        retry_at=taipei(3, 12, 22, 2),
    )
    return dataclasses.replace(event, **changes)


@example
def register_file_asked_for_again(**changes):
    event = events.RegisterFileAskedForAgain(**later(3, taipei(3, 13, 9), REGISTER_FILE), day=FILE_DAY)
    return dataclasses.replace(event, **changes)


# How long it is kept -------------------------------------------------------------------------------------------------

HELD_AT, FORGOTTEN_AT = taipei(2, 24, 9), taipei(2, 19, 0).replace(year=2028)
KEEPER = SubjectId(UUID("3d5e0c1a-0018-4000-8000-000000000001"))


@example
def retention_held(**changes):
    event = events.RetentionHeld(**later(6, HELD_AT), case_no=CASE_NO, ground=events.HoldGround.REMEDY)
    return dataclasses.replace(event, **changes)


@example
def retention_hold_lifted(**changes):
    event = events.RetentionHoldLifted(**later(7, taipei(2, 25, 9)), case_no=CASE_NO)
    return dataclasses.replace(event, **changes)


@example
def application_forgotten(**changes):
    event = events.ApplicationForgotten(**later(8, FORGOTTEN_AT), case_no=CASE_NO, subject=KEEPER)
    return dataclasses.replace(event, **changes)

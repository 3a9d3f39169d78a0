"""Every rule about when something may be done to a case: each answers why not, or None.

A command of `Case` raises what its guard answers, and `actions` shows it beforehand; so both always agree. Who may ask
is another question (`access`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.domain import refusals
from services.matching.domain.registry import objection_to_doctor, objection_to_institution
from services.matching.domain.statuses import EnrolmentStatus, MatchStatus, PreferenceStatus
from services.matching.events import CaseKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.matching.domain.case import Case
    from services.matching.domain.enrolment import Enrolment
    from services.matching.domain.policies import Policy
    from services.matching.domain.registry import Registry
    from services.matching.events import Preference
    from shared.refusals import Refusal

# The offers -------------------------------------------------------------------------------------------------------


def offering(case: Case) -> Refusal | None:
    """The next preference is asked while nobody else is."""
    if case.match_status == MatchStatus.AWAITING_CLOSURE:
        return refusals.ClosureAwaited()
    if case.offer is not None:
        return refusals.OfferStillOpen(answer_by=case.offer.answer_by)
    return _live(case) or _no_notice(case)


def answering(case: Case, rank: int, now: datetime) -> Refusal | None:
    """The institution asked accepts or declines until its time is over."""
    status = case.preferences.status(rank)
    if status is None or status == PreferenceStatus.WAITING:
        return refusals.OfferNotYours()
    if status != PreferenceStatus.OFFERED or case.offer is None:
        return refusals.OfferNoLongerOpen(rank=rank, became=_became(case, rank))
    if now > case.offer.answer_by:
        return refusals.OfferNoLongerOpen(rank=rank, became=PreferenceStatus.EXPIRED.value)
    return None


def accepting(case: Case, rank: int, now: datetime, registry: Registry) -> Refusal | None:
    """A family is taken by an institution and a doctor that still take part, as when they were asked."""
    if (objection := answering(case, rank, now)) is not None:
        return objection
    asked = case.preferences.of(rank)
    return objection_to_institution(registry.institution(asked.institution), "") or objection_to_doctor(
        registry.doctor(asked.doctor), asked.institution, ""
    )


def reminding(case: Case, rank: int, number: int, now: datetime) -> Refusal | None:
    """Reminders go out one after the other, each at its time, while the answer is open."""
    objection = answering(case, rank, now)
    if objection is not None or case.offer is None:
        return objection
    is_next = number == case.reminders + 1 and number <= len(case.offer.remind_at)
    return None if is_next and now >= case.offer.remind_at[number - 1] else refusals.ReminderNotDue(number=number)


def expiring(case: Case, rank: int, now: datetime) -> Refusal | None:
    """An offer ends unanswered when its time is over, not before."""
    if case.preferences.status(rank) != PreferenceStatus.OFFERED or case.offer is None:
        return refusals.OfferNoLongerOpen(rank=rank, became=_became(case, rank))
    return None if now >= case.offer.answer_by else refusals.OfferStillOpen(answer_by=case.offer.answer_by)


def taking_back(case: Case, rank: int) -> Refusal | None:
    """An offer is taken back while it is open, an agreement until it is signed."""
    taken = case.preferences.status(rank) in {PreferenceStatus.OFFERED, PreferenceStatus.ACCEPTED}
    return None if case.is_live and taken else refusals.OfferNoLongerOpen(rank=rank, became=_became(case, rank))


# The notice -------------------------------------------------------------------------------------------------------


def releasing(case: Case, rank: int) -> Refusal | None:
    """A family is let go by the institution that has agreed and waits for the signature."""
    waits = case.match_status == MatchStatus.AWAITING_NOTICE
    return None if waits and case.preferences.status(rank) == PreferenceStatus.ACCEPTED else refusals.NoNoticePending()


def lapsing(case: Case, rank: int, now: datetime) -> Refusal | None:
    """An agreement ends unsigned when the time to sign is over, not before."""
    objection = releasing(case, rank)
    if objection is None and case.sign_by is not None and now < case.sign_by:
        return refusals.NoticePending(sign_by=case.sign_by)
    return objection


# The family -------------------------------------------------------------------------------------------------------


def amending(case: Case, policy: Policy) -> Refusal | None:
    """Preferences are amended while any is left that is neither locked nor asked."""
    return _live(case) or _not_locked(case, policy) or case.preferences.objection_to_any_amendment(policy)


def amending_to(case: Case, preferences: Sequence[Preference], policy: Policy) -> Refusal | None:
    """A list of preferences keeps those that are locked or asked, and leaves the former doctor out."""
    return (
        amending(case, policy)
        or case.preferences.objection_to_amendment(preferences, policy)
        or naming_former_doctor(preferences, case.former_institution, case.former_doctor)
    )


def naming_former_doctor(preferences: Sequence[Preference], institution: str, doctor: str) -> Refusal | None:
    """A change leads to another doctor than the present one."""
    for place, preference in enumerate(preferences):
        if (preference.institution, preference.doctor) == (institution, doctor):
            return refusals.PreferenceIsFormerDoctor(f"preferences.{place}.doctor")
    return None


def withdrawing(case: Case, policy: Policy) -> Refusal | None:
    """A family withdraws while the case is under way, but not from a pending notice."""
    return _live(case) or _not_locked(case, policy)


def reporting_birth(case: Case) -> Refusal | None:
    """A birth is reported once, of a child that was expected."""
    return _over(case) or (refusals.ChildAlreadyBorn() if case.born else None)


def reporting_birth_as(case: Case, birth_order: int) -> Refusal | None:
    """Of twins that were expected as one child the first is reported here; any other has a case of its own."""
    expected = case.family.birth_order
    possible = {0, expected} if expected else {0, 1}
    return None if birth_order in possible else refusals.SecondTwinHasOwnCase("child.birth_order")


def changing_contact(case: Case, enrolment: Enrolment | None) -> Refusal | None:
    """The contact is changed while somebody may have to reach the family: through the case, or where it led to."""
    return _over(case) if enrolment is None else enrolment.objection_to_changing_contact()


def requesting_change(case: Case) -> Refusal | None:
    """Another doctor is asked for by families who have one; an unsigned notice binds first (S000, 申請 3/4)."""
    if case.match_status == MatchStatus.AWAITING_NOTICE:
        return _no_notice(case)
    if case.is_live and case.kind == CaseKind.CHANGE:
        return refusals.ChangeUnderWay(case_no=case.case_no)
    return None if case.enrolment_status == EnrolmentStatus.ENROLLED else refusals.NotEnrolledYet()


def changing_from(enrolment: Enrolment, live: Case | None) -> Refusal | None:
    """Another doctor is asked for from an open enrolment, and while the child has no `live` case under way."""
    return (requesting_change(live) if live is not None else None) or enrolment.objection_to_change()


# The former institution -------------------------------------------------------------------------------------------


def notifying_former_institution(case: Case) -> Refusal | None:
    """The former institution and its bureau are told once."""
    return closing_previous(case) or (refusals.FormerInstitutionAlreadyNotified() if case.former_notified else None)


def closing_previous(case: Case) -> Refusal | None:
    """Only a change that waits for the former institution can be freed of it."""
    return None if case.match_status == MatchStatus.AWAITING_CLOSURE else refusals.NoClosureAwaited()


# Enrolment --------------------------------------------------------------------------------------------------------


def enrolling(case: Case) -> Refusal | None:
    """A case ends with its child's enrolment once."""
    return _over(case)


def exporting(case: Case, institution: str | None) -> Refusal | None:
    """An institution takes the data of cases that it has accepted, signed or not."""
    agreed = case.preferences.open if case.offer is None else None
    ours = agreed is not None and agreed.institution == institution
    return None if ours else refusals.CaseNotForExport(case_no=case.case_no)


def _live(case: Case) -> Refusal | None:
    return None if case.is_live else refusals.CaseEnded(became=_ending(case))


def _over(case: Case) -> Refusal | None:
    """A case that found nobody is with the bureau: it goes on until the child is enrolled."""
    return None if case.match_status == MatchStatus.UNMATCHED else _live(case)


def _no_notice(case: Case) -> Refusal | None:
    waits = case.match_status == MatchStatus.AWAITING_NOTICE
    return refusals.NoticePending(sign_by=case.sign_by) if waits else None


def _not_locked(case: Case, policy: Policy) -> Refusal | None:
    return _no_notice(case) if policy.pending_notice_locks else None


def _ending(case: Case) -> str:
    """How the case stands, or ended."""
    return "enrolled_elsewhere" if case.enrolled_elsewhere else case.match_status.value


def _became(case: Case, rank: int) -> str:
    """What has become of an offer; where the case itself ended it, what has become of the case."""
    status = case.preferences.status(rank)
    return _ending(case) if status == PreferenceStatus.RELEASED and not case.is_live else str(status)

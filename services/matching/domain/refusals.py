"""Every answer "no" of matching: what stands in the way is in the name, the words and the mend are in `messages`."""

from __future__ import annotations

from shared.refusals import (
    Busy,
    FieldMissing,
    IdempotencyKeyReused,
    InvalidForm,
    PersonGone,
    ProofNotAccepted,
    Refusal,
    RoleNotAllowed,
    TextTooLong,
    heed,
)

__all__ = (  # what all contexts can answer with
    "FieldMissing",
    "IdempotencyKeyReused",
    "InvalidForm",
    "ProofNotAccepted",
    "RoleNotAllowed",
    "TextTooLong",
    "heed",
)

# Who asks ---------------------------------------------------------------------------------------------------------


class PhoneNotProved(Refusal):
    """The contact's phone is not the one that the caller proved by code."""


class ContactNotProved(Refusal):
    """The phone or mail address is another one than before, and no code that was sent there has been entered."""


class CaseNotYours(Refusal):
    """The case belongs to a family with another contact phone."""


class EnrolmentNotYours(Refusal):
    """The enrolment belongs to a family with another contact phone, or to another institution."""


class OfferNotYours(Refusal):
    """The case has not been put before this institution and doctor."""


class NotYourDoctor(Refusal):
    """The doctor is not one that the caller is or acts for."""


class NotYourInstitution(Refusal):
    """The row is about an institution that the caller does not speak for."""


class NotYourJurisdiction(Refusal):
    """Another county's bureau is responsible: one of `counties`."""


# Where the case stands --------------------------------------------------------------------------------------------


class CaseUnknown(Refusal):
    """There is no case of this id or number."""


class CaseOfAnotherFamily(Refusal):
    """The case of this number is about another mother's child."""


class CaseOfAnotherChild(Refusal):
    """The case of this number is about another child of the same mother."""


class EnrolmentUnknown(Refusal):
    """There is no such enrolment."""


class CaseEnded(Refusal):
    """The case is over; `became` says how it ended."""


class OfferNoLongerOpen(Refusal):
    """The offer of this `rank` has been settled; `became` says how."""


class OfferStillOpen(Refusal):
    """An institution has until `answer_by` to answer."""


class ReminderNotDue(Refusal):
    """This reminder has been sent, or its time has not come."""


class NoticePending(Refusal):
    """An institution has agreed and waits for the notice to be signed by `sign_by`; only a release frees the family."""


class NoNoticePending(Refusal):
    """No institution waits for a notice to be signed, so there is nothing to release."""


class FirstPreferenceLocked(Refusal):
    """The first preference cannot be changed once the application is submitted."""


class PreferenceAlreadyAsked(Refusal):
    """The preference of this `rank` has been put before its institution."""


class NoPreferenceLeftToAmend(Refusal):
    """Every preference is locked or has been asked."""


class ClosureAwaited(Refusal):
    """The former institution has not closed its enrolment yet, so no new one hears of the case."""


class NoClosureAwaited(Refusal):
    """The case does not wait for a former enrolment to be closed."""


class FormerInstitutionAlreadyNotified(Refusal):
    """The former institution and its bureau have been told."""


class ChildAlreadyBorn(Refusal):
    """The case is about a child whose birth is known."""


class NotEnrolledYet(Refusal):
    """There is no doctor to change from: the child is not enrolled."""


class ChangeUnderWay(Refusal):
    """A change of doctor has been asked for and is not finished."""


class LiveCaseExists(Refusal):
    """The child has an application under way; `case_no` is told only to the phone that made it, else empty."""


class AlreadyEnrolled(Refusal):
    """The child is in a doctor's care; the way to another is a change."""


class EnrolledElsewhereNotClosed(Refusal):
    """Another institution has the child enrolled and has not closed."""


class EnrolmentAlreadyClosed(Refusal):
    """The enrolment was closed on `closed_on`."""


class CaseNotForExport(Refusal):
    """The case is not one that this institution has accepted."""


class RegistryBehind(Busy):
    """What the registry tells has not been read far enough to say who takes part; in a moment it will have been."""


class CaseBusy(Busy):
    """Others kept changing the case at this very moment; it may go better at once, so a process tries again."""


class FamilyForgotten(PersonGone):
    """Somebody of the family has been forgotten, so nothing more can be said about them."""


class PersonUnknown(Refusal):
    """Nobody of this pseudonym is known."""


class PersonOnHold(Refusal):
    """A hold forbids forgetting the person: `grounds`."""


class PersonHasLiveMatter(Refusal):
    """The person has a case under way or an open enrolment, and cannot be forgotten before it ends."""


# What was entered -------------------------------------------------------------------------------------------------


class ReasonMissing(Refusal):
    """A decline or a release needs an explanation."""


class ReasonTooLong(Refusal):
    """The explanation has `given` characters and may have `limit`."""


class BirthOrDueDateMissing(Refusal):
    """Neither a birth date nor a due date is given."""


class BirthAndDueDateGiven(Refusal):
    """A child is either born or expected: only one of the dates can be given."""


class KnownOnlyAfterBirth(Refusal):
    """The field cannot be filled in for a child that is still expected."""


class DateInFuture(Refusal):
    """The date lies after today."""


class DueDateOutOfRange(Refusal):
    """A due date lies between `first` and `last`."""


class ChildTooOld(Refusal):
    """The programme takes children until they are `limit` years old."""


class EnrolledBeforeBirth(Refusal):
    """Nobody is enrolled before being born."""


class ChildOfAge(Refusal):
    """Whoever was born on that day is of age."""


class BirthNotExpectedThen(Refusal):
    """The child that the case was opened for can have been born from `first` to `last`."""


class SecondTwinHasOwnCase(Refusal):
    """The case was opened for another child of this birth than the one reported."""


class AnotherChildOfThisBirth(Refusal):
    """A sibling of the same birth is on record with the same birth order, so the two would be taken for one."""


class BirthOrderOutOfRange(Refusal):
    """The birth order is 0 for a single child, 1 to 9 among twins."""


class PlacesOutOfRange(Refusal):
    """A doctor has from 0 to `limit` places left."""


class PreferencesMissing(Refusal):
    """At least one preference is needed."""


class TooManyPreferences(Refusal):
    """At most `limit` preferences can be named."""


class PreferencesNotDistinct(Refusal):
    """The same doctor is named twice."""


class PreferenceIsFormerDoctor(Refusal):
    """A change names the doctor that the family wants to leave."""


class InstitutionUnknown(Refusal):
    """No institution of this code is known."""


class InstitutionNotTakingPart(Refusal):
    """The institution is not part of the programme."""


class DoctorUnknown(Refusal):
    """No doctor of this number is known."""


class DoctorNotAtInstitution(Refusal):
    """The doctor does not work at the institution named."""


class DoctorNotTakingPart(Refusal):
    """The doctor's account in the programme is not open."""


class TrainingNotDone(Refusal):
    """The doctor has not earned the training credits that enrolling needs."""


class ChildIsMother(Refusal):
    """The child's identifier is its mother's."""


class ContactMissing(Refusal):
    """No live case knows how to reach this family, so the row has to."""


class ClosedBeforeEnrolled(Refusal):
    """The closure lies before the enrolment, on `enrolled_on`."""


# Said beside a success --------------------------------------------------------------------------------------------


class InstitutionCodeDoubtful(Refusal):
    """The check digit of the institution code does not fit; a real hospital breaks the rule too, so it only warns."""


class EnrolledElsewhereThanAgreed(Refusal):
    """The row was taken, but the family's case had agreed, or asked, `expected`."""


class ChildPastAgeLimit(Refusal):
    """A row of the register enrols a child past the age limit of `limit` years: rare, but what it says may be so."""


class MotherNumberLikeMans(Refusal):
    """The mother's number is one that men have; whoever changed their registered sex may have kept it."""


class SexUnlikeNumber(Refusal):
    """The child's number says another sex than the form; the registered sex may have been changed since."""


class AnotherDoctorOnRecord(Refusal):
    """The row changed nothing: the enrolment on record at this institution is with `doctor`."""


class AnotherDayOnRecord(Refusal):
    """The row changed nothing: the enrolment on record began on `enrolled_on`."""


class EnrolmentClosedSince(Refusal):
    """The row changed nothing: it was taken before, and the enrolment was closed on `closed_on`."""

"""Every answer "no" of support: what stands in the way is in the name, the words and the mend are in `messages`."""

from __future__ import annotations

from shared.refusals import Busy, PersonGone, Refusal, heed

__all__ = ("heed",)

# Who asks ---------------------------------------------------------------------------------------------------------


class NotYourself(Refusal):
    """A practitioner applies for nobody else (S001: 只能進行醫事人員本人的報備支援作業)."""


class NotYourStaff(Refusal):
    """The practitioner does not practise at the institution that applies: never across institutions (S001)."""


class NotYourApplication(Refusal):
    """The application is another person's, or another institution's."""


class NotYourSupport(Refusal):
    """The support is another person's, or is held from another home institution."""


class NotYourJurisdiction(Refusal):
    """The bureau of the home institution's county decides: the one of `counties`."""


class NoHomeInstitution(Refusal):
    """Whoever practises nowhere has no home institution from which to support another place."""


# Where an application stands --------------------------------------------------------------------------------------


class ApplicationUnknown(Refusal):
    """There is no application of this id or number."""


class ApplicationNotOpen(Refusal):
    """Only a draft, or what was returned, can be changed and submitted; this one is in `state`."""


class ApplicationNotDraft(Refusal):
    """Only what has never been submitted can be thrown away; this one is in `state`."""


class ApplicationNotUnderReview(Refusal):
    """Nobody has to decide about it: it is in `state`, perhaps because somebody else was faster."""


class ApplicationOfOtherKind(Refusal):
    """Lines belong to a new application (登錄), approved supports to a change or cancellation; this is of `kind`."""


class ApplicationEmpty(Refusal):
    """Nothing has been entered that could be decided about."""


class LinesChanged(Refusal):
    """The application has `lines` lines by now, which is not what was confirmed."""


class LineUnknown(Refusal):
    """The application has no such line."""


class LinesTooMany(Refusal):
    """The application would have `lines` lines, and may have `limit`."""


# Where a support stands -------------------------------------------------------------------------------------------


class SupportUnknown(Refusal):
    """There is no such support."""


class SupportCancelledAlready(Refusal):
    """The support has been cancelled."""


class SupportOver(Refusal):
    """The support ended at `ended_at`."""


class ChangePending(Refusal):
    """The bureau has yet to decide about another change or cancellation of the support: `case_no`."""


class NothingAmended(Refusal):
    """What is asked for is as it is: purposes, schedule and remarks are those before."""


class AmendmentOutdated(Refusal):
    """The support has become another since it was entered in the draft: enter it anew."""


class AmendmentMissing(Refusal):
    """It is not said what the support is to become."""


# How long it is kept ----------------------------------------------------------------------------------------------


class RetentionHeldAlready(Refusal):
    """The application is held already."""


class RetentionNotHeld(Refusal):
    """Nobody holds the application."""


class ApplicationUndecided(Refusal):
    """The bureau has yet to decide about the application."""


class RetentionHolds(Refusal):
    """A hold keeps the application."""


class RetentionNotOver(Refusal):
    """The application is kept until `until`."""


class NothingToForget(Refusal):
    """Nothing of the application is left to forget: it was forgotten, or never submitted."""


# The insurer's file -----------------------------------------------------------------------------------------------


class RegisterFileUnknown(Refusal):
    """No register file was made for that day."""


# The move lock ----------------------------------------------------------------------------------------------------


class MoveLocked(Refusal):
    """The practitioner has left `institution` with `count` approved supports from there: these are cancelled first."""


class NoMoveLock(Refusal):
    """Nothing is locked: every support from there has been cancelled or is over."""


class OutstandingChanged(Refusal):
    """`count` supports are outstanding by now, which is not what was confirmed."""


class NothingOutstanding(Refusal):
    """No approved support from there is left, so nobody has to be locked out."""


class MoveLockHolds(Refusal):
    """The lock holds until the last support is cancelled or over: `count` are not."""


class MoveLockAlreadySet(Refusal):
    """The practitioner is locked out for this institution already."""


class NobodyDeparted(Refusal):
    """Nothing was noted for this cause, so nothing can be over."""


class MoveLockReleasedAlready(Refusal):
    """The lock holds no longer."""


# What was entered -------------------------------------------------------------------------------------------------


class PractitionerUnknown(Refusal):
    """The register has no practitioner of this number."""


class HomeUnknown(Refusal):
    """The register has no institution of this code from which a support could be held."""


class PlaceUnknown(Refusal):
    """Neither the register of institutions nor the list of non-medical places has this code and name."""


class PlaceSearchTooShort(Refusal):
    """A search takes `least` characters of a code or a name."""


class PlaceSearchTooGeneral(Refusal):
    """`text` is in the names of too many places to find one by it."""


class PlaceIsHome(Refusal):
    """Whoever works at the home institution supports nobody."""


class PurposeMissing(Refusal):
    """At least one purpose (支援目的) is needed."""


class PurposeNotInForce(Refusal):
    """This purpose cannot be given on that day."""


class ScheduleInThePast(Refusal):
    """Every time of the schedule is over."""


class PractitionerMovedAway(Refusal):
    """The practitioner practises at another institution by now than the one that the application is from."""


class FileKindNotTaken(Refusal):
    """A file that is attached is a PDF, JPEG or PNG by what is in it."""


class FileTooLarge(Refusal):
    """The file has `given` bytes, and may have `limit`."""


class FilesTooMany(Refusal):
    """A line has `limit` files already, and may have no more."""


class UploadsTooMany(Refusal):
    """So many files of the application are on their way, `limit`, that no other may begin before they are there."""


class FileDamaged(Refusal):
    """The file breaks off before its end."""


class UploadIncomplete(Refusal):
    """Not all of the file has come, or it came so long ago that it was thrown away."""


class FileUnknown(Refusal):
    """The application has no such file."""


class FieldNotOfKind(Refusal):
    """The field belongs to another kind of schedule than `kind`."""


class FigureOutOfRange(Refusal):
    """The figure lies between 0 and `limit`."""


class ReviewerNotYou(Refusal):
    """Whoever is no manager takes a case for themselves only."""


class ReasonUnexplained(Refusal):
    """Whoever gives another reason says which."""


# Others at work ---------------------------------------------------------------------------------------------------


class RegisterBehind(Busy):
    """The registry's rows have not been filled yet."""


class SupportBusy(Busy):
    """Others are changing the same application or support at this moment."""


class PractitionerForgotten(PersonGone):
    """The practitioner's personal data have been deleted."""

"""Every answer "no" of the registry: what stands in the way is in the name, the words say what to do next."""

from __future__ import annotations

from shared.refusals import Refusal

# Who asks ---------------------------------------------------------------------------------------------------------


class NotYourInstitution(Refusal):
    """The entry is about an institution that the caller does not speak for."""


class NotYourJurisdiction(Refusal):
    """Another county's bureau is responsible: one of `counties`."""


# How the registry stands ------------------------------------------------------------------------------------------


class InstitutionUnknown(Refusal):
    """The registry knows no institution of this code."""


class PractitionerUnknown(Refusal):
    """The registry knows no practitioner of this number."""


class InstitutionClosedForGood(Refusal):
    """The institution is closed `since` a day; it opens again by a resumption only."""


class InstitutionNotSuspended(Refusal):
    """Nothing is to be resumed: the institution is open."""


class PractitionerNotSuspended(Refusal):
    """Nothing is to be resumed: the practitioner is not suspended."""


class ProgrammeNotJoined(Refusal):
    """The institution or the practitioner does not take part in the `programme`."""


class IdentifierOfAnotherPractitioner(Refusal):
    """The identifier belongs to somebody who is registered in this profession under another number."""


class LicenceUnknown(Refusal):
    """The practitioner has no licence of this number."""


class PlaceKnownAlready(Refusal):
    """A place of this code and name has been entered: it is chosen, not added again."""


class PlaceIsInstitution(Refusal):
    """The code is that of a medical institution, `name`: it is chosen, not added."""


# What was entered -------------------------------------------------------------------------------------------------


class DateNotReached(Refusal):
    """The date lies after today, and only what has happened can be recorded."""


class EndsBeforeItBegins(Refusal):
    """The last day lies before the first, `since`."""


class CoordinatesMalformed(Refusal):
    """Coordinates are degrees with a decimal point: latitude 21 to 27, longitude 116 to 123, or both are empty."""


class HoursNotInSteps(Refusal):
    """Service hours begin and end at a multiple of `minutes` minutes."""


class SessionClosesBeforeItOpens(Refusal):
    """A session closes after it opens, on the same day."""


class SessionRepeated(Refusal):
    """The same session of the same day is given twice."""


class WeekdayUnknown(Refusal):
    """Weekdays are 1 Monday to 7 Sunday."""


class PhoneMalformed(Refusal):
    """A phone number has digits, hyphens, brackets, # before an extension and ; between several numbers."""


class CreditsOutOfRange(Refusal):
    """One course gives 1 to `limit` credits."""


# Said beside a success --------------------------------------------------------------------------------------------


class InstitutionCodeDoubtful(Refusal):
    """The check digit of the institution code does not fit; a real hospital breaks the rule too, so it only warns."""

"""Every answer "no" to somebody who wants to come in or about an account; the words and the mend are in `messages`."""

from __future__ import annotations

from shared.refusals import Busy, FieldMissing, InvalidForm, Refusal, TextTooLong, heed

__all__ = ("FieldMissing", "InvalidForm", "TextTooLong", "heed")  # what all contexts can answer with

# Codes ------------------------------------------------------------------------------------------------------------


class TooManySends(Refusal):
    """So many codes or links have been asked for that the next may be sent only at `at`."""


class CodeWrong(Refusal):
    """The code is not the one that was sent, or nobody is known by what was entered: the answer is the same."""


class CodeVoid(Refusal):
    """There is no such attempt here: a newer code has taken this one's place, or it was sent to another browser."""


class CodeExpired(Refusal):
    """The code was entered after its time."""


class CodeUsed(Refusal):
    """The code has been entered before; it is good once."""


class CodeUsedUp(Refusal):
    """The code has had all its tries."""


# The question -----------------------------------------------------------------------------------------------------


class QuestionNeeded(Refusal):
    """So much has been tried that the plain-language question comes first."""


class TooManyQuestions(Refusal):
    """So many questions were asked for, or read aloud, from here that the next may be only at `at`."""


class AnswerWrong(Refusal):
    """The question was not answered, answered wrongly, too late, or twice: it is good once."""


# Passwords --------------------------------------------------------------------------------------------------------


class CredentialsWrong(Refusal):
    """Nobody comes in by this mail address and this password: which of the two is wrong is not said."""


class LockedOut(Refusal):
    """Too many wrong answers in a row from here; the next counts from `until` on."""


class PasswordBlocked(Refusal):
    """So many wrong passwords that this one counts no more; a reset by mail helps."""


class PasswordTooShort(Refusal):
    """A password has at least `least` characters."""


class PasswordTooLong(Refusal):
    """A password has at most `most` characters."""


class PasswordCommon(Refusal):
    """The password is on the list of common and stolen ones, or easily made out of them."""


class PasswordTellsAccount(Refusal):
    """The password is made of the account's own mail address, or of the service's name."""


class PasswordRepeated(Refusal):
    """The password is one of the last `number` of this account."""


class PasswordWrong(Refusal):
    """The present password, which has to be given again, is another one."""


# Links and accounts -----------------------------------------------------------------------------------------------


class LinkUnknown(Refusal):
    """No account has this link: it was cut off, or a newer one was sent."""


class InvitationExpired(Refusal):
    """The invitation was not used in time."""


class InvitationUsed(Refusal):
    """The invitation has been used; the account is active."""


class ResetExpired(Refusal):
    """The link to reset the password was not used in time, or has been used."""


class AccountExists(Refusal):
    """There is an account with this mail address already."""


class AccountUnknown(Refusal):
    """There is no such account."""


class AccountIsDisabled(Refusal):
    """The account has been disabled."""


class AccountNotDisabled(Refusal):
    """The account is not disabled, so it cannot be enabled."""


class AccountNotActive(Refusal):
    """The account has not been activated yet, or is disabled."""


class InvitationNotOpen(Refusal):
    """The account is no longer waiting for its invitation to be used."""


class ReminderNotDue(Refusal):
    """The reminder has been sent, or its day has not come."""


class InvitationStillOpen(Refusal):
    """The invitation may be used until `until`."""


class RoleNotForYouToGive(Refusal):
    """The caller's role does not give this role; `roles` do."""


class RoleHasNoAccount(Refusal):
    """Nobody is invited to this role: parents come in by phone, processes are Caretrail's own."""


class JurisdictionNotYours(Refusal):
    """Another county's bureau answers for this account: `county`."""


class PractitionerNotThere(Refusal):
    """The practitioner does not work at this institution, as far as the registry knows."""


class InstitutionShut(Refusal):
    """The institution is suspended or closed, as the register says: nobody needs an account there."""


class RegisterShutsAccount(Refusal):
    """As the register says, the place is shut or nobody acted for practises there: it alone opens the account."""


class NotForThisRole(Refusal):
    """This role has no such field."""


class OwnAccount(Refusal):
    """Nobody disables, enables or changes their own account."""


class AccountBusy(Busy):
    """Others kept changing the same account at this very moment."""


# Sessions ---------------------------------------------------------------------------------------------------------


class SessionUnknown(Refusal):
    """No session has this token."""


class SessionEnded(Refusal):
    """The session was ended; `end` says how."""


class SessionIdle(Refusal):
    """Nothing was asked in this session for longer than it may rest."""


class SessionOver(Refusal):
    """The session has lasted as long as one may."""


class SessionNotYours(Refusal):
    """The session is somebody else's, or there is none."""


class VisitorHasNoSession(Refusal):
    """Nobody has come in, so there is nothing of one's own."""

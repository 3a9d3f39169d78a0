"""Tell account holders: what they need to come in, and what was done with their account; and phones their codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.identity import events
from services.notifier.commands import News, SendCode, TellHolder, TellOfSignIn, Template, following
from shared.processes.process import Process
from shared.read_models.model import Table
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from shared.events import Event
    from shared.processes.process import Command
    from shared.read_models.model import Key

_DEVICES = 10
"""How many places of an account are remembered; one that was not used for longer is news again."""


class HolderToTell(msgspec.Struct, frozen=True):
    """An account, its holder, whose messages they are, and from where it was used: the latest first.

    `here` is from where it is being used now, and `known` are the places before that.
    """

    account: UUID
    holder: Sealed[events.AccountHolder]
    institution: str
    county: str
    here: Sealed[events.Whereabouts] | None = None
    known: tuple[Sealed[events.Whereabouts], ...] = ()


class TellAccountHolders(Process[HolderToTell]):
    """Writes to whoever holds an account, and sends codes to phones (DOMAIN §1.1 rows 2, 20 and 21)."""

    context: ClassVar[str] = "identity"
    table: ClassVar[Table[HolderToTell]] = Table("tell_account_holders", HolderToTell, key=("account",))
    folds: ClassVar[tuple[type[Event], ...]] = (
        events.AccountInvited,
        events.InvitationResent,
        events.InvitationReminded,
        events.InvitationExpired,
        events.AccountRightsChanged,
        events.AccountRightsAdjusted,
        events.AccountDisabled,
        events.AccountEnabled,
        events.PasswordResetRequested,
        events.PasswordChanged,
        events.CardBound,
        events.CardUnbound,
        events.SessionOpened,
        events.CodeIssued,
    )

    def keys(self, event: Event) -> Iterable[Key]:
        """The account; a parent's session and a code have none."""
        if isinstance(event, events.SessionOpened | events.CardBound | events.CardUnbound):
            return [] if event.account is None else [(event.account,)]
        return [] if isinstance(event, events.CodeIssued) else [(event.originator_id,)]

    def evolve(self, key: Key, row: HolderToTell | None, event: Event) -> HolderToTell | None:
        """The holder as last told of, and the places of the last sign-ins."""
        if isinstance(event, events.AccountInvited):
            return HolderToTell(key[0], event.holder, event.rights.institution or "", event.county or "")
        if row is None:
            return None
        if isinstance(event, events.AccountRightsChanged):
            return replace(row, institution=event.rights.institution or "", county=event.county or "")
        if isinstance(event, events.SessionOpened):
            before = row.known if row.here is None else (row.here, *row.known)
            return replace(row, here=event.where, known=before[:_DEVICES])
        return replace(row, holder=getattr(event, "holder", row.holder))

    def react(self, row: HolderToTell | None, event: Event) -> Iterable[Command]:
        """One message for each thing that its holder needs, or should know of."""
        if isinstance(event, events.CodeIssued):
            return [_code(event)]
        if row is None:
            return []
        if type(event) in _NOTES:
            return [TellHolder(_NOTES[type(event)], _news(row, event), row.account, row.holder)]
        return [_TELLS[type(event)](row, event)] if type(event) in _TELLS else []


def _link(
    template: Template, row: HolderToTell, event: Event, secret: Sealed[events.Secret], until: datetime
) -> TellHolder:
    news = _news(row, event, until=until.isoformat())
    return TellHolder(template, news, row.account, row.holder, secret, until)


def _news(row: HolderToTell, event: Event, **figures: str) -> News:
    return News(
        follows=following(event, "identity"),
        happened_at=event.timestamp,
        county=row.county,
        institution=row.institution,
        figures={"at": event.timestamp.isoformat(), **figures},
    )


def _code(event: events.CodeIssued) -> SendCode:
    minutes = round((event.expires_at - event.timestamp).total_seconds() / 60)
    news = News(following(event, "identity"), event.timestamp, figures={"minutes": str(minutes)})
    is_contact = event.purpose == events.CodePurpose.NEW_CONTACT
    template = Template.CONTACT_CODE if is_contact else Template.ONE_TIME_CODE
    return SendCode(template, news, event.subject, event.code, event.expires_at)


def _sign_in(row: HolderToTell, event: events.SessionOpened) -> TellOfSignIn:
    return TellOfSignIn(_news(row, event), row.account, row.holder, event.where, row.known)


_NOTES: Mapping[type[Event], Template] = {
    events.InvitationExpired: Template.INVITATION_EXPIRED,
    events.PasswordChanged: Template.PASSWORD_CHANGED,
    events.CardBound: Template.CARD_BOUND,
    events.CardUnbound: Template.CARD_UNBOUND,
    events.AccountRightsAdjusted: Template.RIGHTS_ADJUSTED,
    events.AccountDisabled: Template.ACCOUNT_DISABLED,
    events.AccountEnabled: Template.ACCOUNT_ENABLED,
}
"""What a holder should know of."""

_TELLS: Mapping[type[Event], Callable[[HolderToTell, Any], Command]] = {
    events.AccountInvited: lambda row, event: _link(
        Template.ACCOUNT_INVITED, row, event, event.invitation, event.expires_at
    ),
    events.InvitationResent: lambda row, event: _link(
        Template.ACCOUNT_INVITED, row, event, event.invitation, event.expires_at
    ),
    events.InvitationReminded: lambda row, event: _link(
        Template.INVITATION_REMINDER, row, event, event.invitation, event.expires_at
    ),
    events.PasswordResetRequested: lambda row, event: _link(
        Template.PASSWORD_RESET, row, event, event.reset, event.expires_at
    ),
    events.SessionOpened: _sign_in,
}
"""What a holder needs, with a link, and a sign-in that may be somebody else's."""

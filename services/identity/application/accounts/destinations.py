"""Where a code goes: to the phone of whoever comes in, or to what is to be a family's contact."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from services.identity.events import CodePurpose
from shared.taiwan.contacts import parse_email_address, parse_mobile_number

if TYPE_CHECKING:
    from services.identity.application.accounts.keys import Keys
    from services.identity.commands.accounts import RequestCode


class Destination(NamedTuple):
    """A phone (09 and 8 digits), or the mail address of a new contact; the other is empty."""

    mobile: str = ""
    email: str = ""

    @classmethod
    def of(cls, command: RequestCode) -> Self:
        """As it was entered; refuses with `MalformedMobileNumber` or `MalformedEmailAddress`."""
        if command.purpose is CodePurpose.NEW_CONTACT and not command.mobile.strip():
            return cls(email=parse_email_address(command.email, field="email").address)
        return cls(mobile=parse_mobile_number(command.mobile, field="mobile").number)

    def key(self, keys: Keys) -> bytes:
        """Under which its codes are kept and counted."""
        return keys.mailbox(self.email) if self.email else keys.phone(self.mobile)

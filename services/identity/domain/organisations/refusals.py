"""Every answer "no" about the users of an organisation; the words and the mend are in `messages`."""

from __future__ import annotations

from shared.refusals import Refusal


class OrganisationUnknown(Refusal):
    """There is no such organisation: it is `institution/` and a registered code, or `centre/` and a county."""


class NotYourOrganisation(Refusal):
    """The caller's card, or what the caller manages, is another organisation's."""


class NotManagerToday(Refusal):
    """The caller is no manager of the organisation on this day."""


class OrganisationShut(Refusal):
    """The institution is suspended or closed, as the register says: nobody comes in for it."""


class MemberUnknown(Refusal):
    """The organisation has no such manager or user."""


class AlreadyManager(Refusal):
    """The person manages the organisation's users already, and need not be added to them."""


class ServiceNotOffered(Refusal):
    """Organisations of this kind use other services: `services`."""


class ServiceNotGranted(Refusal):
    """The service is not granted to this person."""

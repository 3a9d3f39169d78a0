"""Who may ask what of the notifier, and whose messages somebody may see: one table, and one tie to the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifier import commands
from services.notifier.domain import refusals
from services.notifier.events import Audience
from shared.access import BUREAU, CLINIC, FAMILY, OPERATOR, PLATFORM

if TYPE_CHECKING:
    from services.notifier.domain.message import Draft
    from shared.access import WhoMay
    from shared.principal import Principal
    from shared.refusals import Refusal

WHO_MAY: WhoMay = {
    commands.TellFamily: (PLATFORM,),
    commands.TellInstitution: (PLATFORM,),
    commands.TellBureau: (PLATFORM,),
    commands.TellHolder: (PLATFORM,),
    commands.TellOfSignIn: (PLATFORM,),
    commands.TellNhiCardHolder: (PLATFORM,),
    commands.SendCode: (PLATFORM,),
    commands.RecordDelivery: (PLATFORM,),
    commands.SendAgain: (FAMILY, CLINIC, BUREAU, OPERATOR),
    commands.CheckUncertain: (OPERATOR,),
}
"""Every command, and the parties that may give it."""


def to_message(principal: Principal, draft: Draft) -> Refusal | None:
    """An operator sees to every message, a bureau to those of its county, a clinic and a family to those told to it."""
    if principal.role in FAMILY.roles:
        recipient = draft.recipient.subject if draft.recipient else None
        own = draft.audience == Audience.FAMILY and principal.subject is not None and recipient == principal.subject
        return None if own else refusals.MessageNotYours("message_id")
    if principal.role in CLINIC.roles:
        own = principal.institution is not None and principal.institution == draft.institution
        return None if own else refusals.MessageNotYours("message_id")
    if principal.role in BUREAU.roles:
        own = principal.jurisdiction is not None and principal.jurisdiction == draft.county
        return None if own else refusals.MessageNotYours("message_id")
    return None

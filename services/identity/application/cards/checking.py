"""環境檢測: whether a card's token would be accepted, with nobody let in by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.accounts.answers import CardChecked
from services.identity.application.cards.proving import count_refused, heed_limit, is_malformed
from shared.calendar import taipei_day
from shared.cards.reasons import TokenRefused

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands.cards import CheckCardToken
    from shared.principal import Principal


def check_card_token(desk: Desk, command: CheckCardToken, _: Principal, now: datetime) -> CardChecked:
    """環境檢測: as a log-in looks at it, with nobody let in and nothing told to the log."""
    cards = desk.entrance.cards
    taken = cards.nonces.take(command.attempt, None, now)
    if taken.objection is not None:
        return CardChecked(taken.objection)
    heed_limit(desk, command.client, now)
    try:
        certificate = cards.certificate_of(command.token, taken.nonce, now)
    except TokenRefused as refused:
        if not is_malformed(refused.reason):
            count_refused(desk, command.client, now)
        return CardChecked(refused.reason)
    return CardChecked(kind=certificate.kind, ends_on=taipei_day(certificate.valid_to))

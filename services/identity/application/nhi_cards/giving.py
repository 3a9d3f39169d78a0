"""What a registered NHI card gives: what the person is whom it proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.application.capacities import Capacities, of_person
from services.identity.application.nhi_cards.lookups import credential_of, standing

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from shared.sealing import SubjectId


def of_proved(desk: Desk, subject: SubjectId, now: datetime) -> Capacities:
    """What a person is who came in by an NHI card, as long as its registration counts."""
    credential = credential_of(desk, subject)
    if credential is not None and credential.is_registered and standing(desk, credential, now) is None:
        return Capacities()
    return of_person(desk, subject, now)

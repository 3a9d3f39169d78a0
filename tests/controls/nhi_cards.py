"""One canonical example of every event of NHI cards: a doctor's card, registered, replaced and removed.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.identity import events
from services.identity.domain.nhi_cards.credential import nhi_credential_id
from shared.sealing import SubjectId
from tests.controls.family import sealed, taipei

EXAMPLES = {}
"""Builders by event type."""

DOCTOR = SubjectId(UUID("5b7ec700-0008-4000-8000-000000000001"))
CREDENTIAL = nhi_credential_id(DOCTOR)
CARD = events.NhiCardHolder("F100000015", "000012345678", date(1980, 5, 17))
NEW_CARD = events.NhiCardHolder("F100000015", "000087654321", date(1980, 5, 17))
PASSWORD = UUID("5b7ec700-0008-4000-8000-000000000002")
NEW_PASSWORD = UUID("5b7ec700-0008-4000-8000-000000000003")
REGISTERED_AT = taipei(2, 18, 10)
CHANGED_AT = taipei(2, 20, 10)
REPLACED_AT = taipei(3, 3, 10)
REMOVED_AT = taipei(3, 4, 10)


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _next(version, at):
    return {"originator_id": CREDENTIAL, "originator_version": version, "timestamp": at, "subject": DOCTOR}


@example
def nhi_card_registered(at=REGISTERED_AT, password=PASSWORD):
    return events.NhiCardRegistered(
        originator_id=CREDENTIAL,
        originator_version=1,
        timestamp=at,
        originator_topic="identity.NhiCredential",
        subject=DOCTOR,
        holder=sealed(DOCTOR, CARD),
        password=password,
    )


@example
def nhi_password_changed(version=2, at=CHANGED_AT):
    return events.NhiPasswordChanged(**_next(version, at), password=NEW_PASSWORD)


@example
def nhi_card_replaced(version=3, at=REPLACED_AT):
    return events.NhiCardReplaced(**_next(version, at), holder=sealed(DOCTOR, NEW_CARD), password=NEW_PASSWORD)


@example
def nhi_card_removed(version=4, at=REMOVED_AT):
    return events.NhiCardRemoved(**_next(version, at))

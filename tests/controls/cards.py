"""One canonical example of every event of cards: a practitioner's own card, and an officer's, bound to an account.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

from uuid import UUID

from services.identity import events
from shared.cards.profiles import CardKind
from shared.sealing import SubjectId
from tests.controls.accounts import ACCOUNT, HOLDER, HOLDERS_NAME
from tests.controls.family import BANQIAO_DOCTOR, sealed, taipei
from tests.controls.registry import PRACTITIONER

EXAMPLES = {}
"""Builders by event type."""

CARD = SubjectId(UUID("5b7ec700-0010-4000-8000-000000000001"))
OFFICERS_CARD = SubjectId(UUID("5b7ec700-0010-4000-8000-000000000002"))
ENTRY = UUID("5b7ec700-0010-4000-8000-000000000003")
BINDING = UUID("5b7ec700-0010-4000-8000-000000000004")
THE_DOCTOR = events.CardHolder(events.HolderKind.PRACTITIONER, BANQIAO_DOCTOR)
HCA = "OU=醫事憑證管理中心,O=行政院,C=TW"
MOICA = "OU=內政部憑證管理中心,O=行政院,C=TW"
FACE = events.CardFace(HCA, "0000000112345678", "陳安康")
OFFICERS_FACE = events.CardFace(MOICA, "1234567890123456", "王小明")
CARD_REGISTERED_AT = taipei(2, 18, 9)
CARD_WITHDRAWN_AT = taipei(3, 18, 9)
CARD_BOUND_AT = taipei(2, 19, 9)
CARD_UNBOUND_AT = taipei(3, 19, 9)


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _first(aggregate, originator_id, at):
    return {
        "originator_id": originator_id,
        "originator_version": 1,
        "timestamp": at,
        "originator_topic": f"identity.{aggregate}",
    }


@example
def card_registered(at=CARD_REGISTERED_AT, entry=ENTRY, **changes):
    facts = {
        **_first("Card", entry, at),
        "card": CARD,
        "kind": CardKind.PERSONNEL,
        "holder": THE_DOCTOR,
        "subject": PRACTITIONER,
        "face": sealed(PRACTITIONER, FACE),
    }
    return events.CardRegistered(**{**facts, **changes})


@example
def card_withdrawn(at=CARD_WITHDRAWN_AT, reason=events.CardEnd.LOST):
    placed = {"originator_id": ENTRY, "originator_version": 2, "timestamp": at}
    return events.CardWithdrawn(**placed, card=CARD, holder=THE_DOCTOR, reason=reason)


def _of_account():
    return {
        "card": OFFICERS_CARD,
        "account": ACCOUNT,
        "subject": HOLDER,
        "holder": sealed(HOLDER, HOLDERS_NAME),
    }


@example
def card_bound(at=CARD_BOUND_AT, binding=BINDING, **changes):
    facts = {**_first("CardBinding", binding, at), **_of_account()}
    facts |= {"kind": CardKind.CITIZEN, "face": sealed(HOLDER, OFFICERS_FACE)}
    return events.CardBound(**{**facts, **changes})


@example
def card_unbound(at=CARD_UNBOUND_AT, reason=events.CardEnd.REPLACED):
    placed = {"originator_id": BINDING, "originator_version": 2, "timestamp": at}
    return events.CardUnbound(**placed, **_of_account(), reason=reason)

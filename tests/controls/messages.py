"""One canonical example of every event of the notifier: a mail to the made-up family, and what may become of it.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from uuid import UUID

from services.notifier import events
from tests.controls.family import CASE, CASE_NO, CONTACT, sealed, taipei

EXAMPLES = {}
"""Builders by event type."""

MESSAGE = UUID("3d5e0c1a-0006-4000-8000-000000000001")
QUEUED_AT = taipei(2, 18, 16, 21)
RECIPIENT = events.Recipient("lin.family@example.tw", "林大明", "0912345678")
PARAMETERS = events.Parameters({"case_no": CASE_NO, "site": "https://kids.example.tw"})


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _later(version, minutes):
    return {
        "originator_id": MESSAGE,
        "originator_version": version,
        "timestamp": QUEUED_AT + timedelta(minutes=minutes),
    }


@example
def message_queued(**changes):
    event = events.MessageQueued(
        originator_id=MESSAGE,
        originator_version=1,
        timestamp=QUEUED_AT,
        originator_topic="notifier.Message",
        template="application-received",
        template_version=1,
        language="zh-Hant",
        channel=events.Channel.MAIL,
        audience=events.Audience.FAMILY,
        recipient=sealed(CONTACT, RECIPIENT),
        parameters=sealed(CONTACT, PARAMETERS),
        follows=f"matching/{CASE}/1",
        happened_at=QUEUED_AT,
        send_from=QUEUED_AT,
        send_by=QUEUED_AT + timedelta(days=3),
        case_no=CASE_NO,
        county="新北市",
    )
    return dataclasses.replace(event, **changes)


@example
def message_sending(**changes):
    event = events.MessageSending(
        **_later(2, 0),
        attempt=1,
        carrier="smtp",
        key=f"{MESSAGE}.0",
        repeatable=False,
        outcome_by=QUEUED_AT + timedelta(minutes=5),
    )
    return dataclasses.replace(event, **changes)


@example
def message_sent(**changes):
    return dataclasses.replace(events.MessageSent(**_later(3, 1), attempt=1, provider_id=f"{MESSAGE}.0"), **changes)


@example
def message_delivered(**changes):
    return dataclasses.replace(events.MessageDelivered(**_later(4, 2)), **changes)


@example
def message_deferred(**changes):
    event = events.MessageDeferred(
        **_later(3, 1),
        attempt=1,
        reason=events.FailureReason.CARRIER_BUSY,
        answer="451 4.7.1",
        retry_at=QUEUED_AT + timedelta(minutes=2),
    )
    return dataclasses.replace(event, **changes)


@example
def message_failed(**changes):
    event = events.MessageFailed(
        **_later(3, 1),
        attempt=1,
        reason=events.FailureReason.ADDRESS_UNKNOWN,
        prospect=events.Prospect.PERMANENT,
        answer="550 5.1.1",
    )
    return dataclasses.replace(event, **changes)


@example
def message_uncertain(**changes):
    return dataclasses.replace(
        events.MessageUncertain(**_later(3, 1), attempt=1, doubt=events.Doubt.ANSWER_LOST), **changes
    )


@example
def message_checked(**changes):
    return dataclasses.replace(events.MessageChecked(**_later(4, 60), finding=events.Finding.NOT_ARRIVED), **changes)


@example
def message_readdressed(**changes):
    event = events.MessageReaddressed(
        **_later(5, 61),
        channel=events.Channel.SMS,
        recipient=sealed(CONTACT, events.Recipient("0912345678", "林大明", "0912345678")),
        parameters=sealed(CONTACT, PARAMETERS),
    )
    return dataclasses.replace(event, **changes)


@example
def message_resent(**changes):
    event = events.MessageResent(
        **_later(5, 61),
        channel=events.Channel.MAIL,
        request=1,
        send_by=QUEUED_AT + timedelta(days=4),
    )
    return dataclasses.replace(event, **changes)


@example
def message_suppressed(**changes):
    event = events.MessageSuppressed(**_later(2, 0), hindrance=events.Hindrance.LIMIT_REACHED, most=20, per="day")
    return dataclasses.replace(event, **changes)


@example
def message_expired(**changes):
    return dataclasses.replace(events.MessageExpired(**_later(2, 0)), **changes)

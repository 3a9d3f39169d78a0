"""One canonical example of every event of the gateway: a bureau's notice, revised and withdrawn.

`EXAMPLES` has every builder by event type.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from uuid import UUID

from services.gateway import events
from tests.controls.family import taipei

EXAMPLES = {}
"""Builders by event type."""

PAGE = UUID("3d5e0c1a-0007-4000-8000-000000000001")
SLUG = "flu-vaccine-2025"
EDITOR = "account/3d5e0c1a-0007-4000-8000-000000000002"
PUBLISHED_AT = taipei(2, 18, 9)
CONTENT = events.PageContent(
    events.PageText("流感疫苗開打", "請洽您的**專責醫師**。"),
    events.PageText("Flu vaccine available", "Ask your **dedicated doctor**."),
    date(2025, 2, 18),
    date(2025, 3, 31),
    pinned=True,
)


def example(builder):
    """Enter a builder under the type of what it builds."""
    EXAMPLES[builder().TOPIC] = builder
    return builder


def _later(version):
    return {
        "originator_id": PAGE,
        "originator_version": version,
        "timestamp": PUBLISHED_AT + timedelta(hours=version),
        "slug": SLUG,
        "county": "新北市",
        "editor": EDITOR,
    }


@example
def page_published(**changes):
    event = events.PagePublished(
        originator_id=PAGE,
        originator_version=1,
        timestamp=PUBLISHED_AT,
        originator_topic="gateway.Page",
        slug=SLUG,
        kind=events.PageKind.NOTICE,
        county="新北市",
        content=CONTENT,
        editor=EDITOR,
    )
    return dataclasses.replace(event, **changes)


@example
def page_revised(**changes):
    content = events.PageContent(
        events.PageText("流感疫苗開打", "數量有限，請先預約。"),
        events.PageText("Flu vaccine available", "Doses are limited: book first."),
        CONTENT.valid_from,
        None,
    )
    return dataclasses.replace(events.PageRevised(**_later(2), content=content), **changes)


@example
def page_withdrawn(**changes):
    return dataclasses.replace(events.PageWithdrawn(**_later(3)), **changes)

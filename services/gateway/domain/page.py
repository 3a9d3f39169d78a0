"""A page that an agency publishes, revises and withdraws, each time by somebody who had read it as it was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

from services.gateway import events
from services.gateway.domain import refusals
from shared.events import Aggregate, event

if TYPE_CHECKING:
    from datetime import datetime

    from services.gateway.events import PageContent, PageKind
    from shared.events import Event
    from shared.refusals import Refusal

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OF_THE_SITE = frozenset({"edit", "own"})
"""Addresses beside which no page can be found: those where pages are edited."""


def objection_to_slug(slug: str) -> Refusal | None:
    """What speaks against this as the last part of an address."""
    if not _SLUG.fullmatch(slug):
        return refusals.SlugMalformed("slug")
    return refusals.SlugTaken("slug") if slug in _OF_THE_SITE else None


class Page(Aggregate):
    """One page. Whoever changes it names the version that they have read."""

    TOPIC = "gateway.Page"

    PagePublished = events.PagePublished
    PageRevised = events.PageRevised
    PageWithdrawn = events.PageWithdrawn

    @classmethod
    def publish(  # noqa: PLR0913, PLR0917 - what a page is made of
        cls, slug: str, kind: PageKind, county: str, content: PageContent, editor: str, now: datetime
    ) -> Self:
        """發布: a new page, from its first day on."""
        facts: dict[str, Any] = {"slug": slug, "kind": kind, "county": county, "content": content, "editor": editor}
        return cls._create(cls.PagePublished, timestamp=now, **facts)

    @event(events.PagePublished)
    def __init__(self, *, slug: str, kind: PageKind, county: str, content: PageContent) -> None:
        self.slug = slug
        self.kind = kind
        self.county = county
        self.content = content
        self.is_withdrawn = False

    @property
    def stream_subject(self) -> str:
        """The slug, under which its events are published."""
        return self.slug

    def revise(self, based_on: int, content: PageContent, editor: str, now: datetime) -> None:
        """修訂; the same words once more change nothing. Refuses with `PageChangedMeanwhile`."""
        self._demand_read(based_on)
        if content != self.content:
            self._record(self.PageRevised, now, content=content, editor=editor)

    def withdraw(self, based_on: int, editor: str, now: datetime) -> None:
        """下架. Refuses with `PageChangedMeanwhile`."""
        self._demand_read(based_on)
        self._record(self.PageWithdrawn, now, editor=editor)

    def _demand_read(self, based_on: int) -> None:
        if self.is_withdrawn:
            raise refusals.PageWithdrawnBefore("page_id", at=self.modified_on)
        if based_on != self.version:
            raise refusals.PageChangedMeanwhile("based_on", at=self.modified_on)

    def _record(self, fact: type[Event], now: datetime, **figures: Any) -> None:
        self.trigger_event(fact, timestamp=now, slug=self.slug, county=self.county, **figures)

    # What each fact changes ----------------------------------------------------------------------------------------

    @event(events.PageRevised)
    def _page_revised(self, content: PageContent) -> None:
        self.content = content

    @event(events.PageWithdrawn)
    def _page_withdrawn(self) -> None:
        self.is_withdrawn = True

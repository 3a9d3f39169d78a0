"""The messages of a case beside its record; a record is worked on also while the notifier cannot answer."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.rendering import language
from services.gateway.web.wording import UNANSWERED

_SHOWN = 20


class Letter(msgspec.Struct, frozen=True):
    """One message: what it was about, to whom it went, and what became of it."""

    id: UUID
    template: str
    channel: str
    audience: str
    status: str
    institution: str
    county: str
    address: str | None
    name: str | None
    queued_at: datetime
    advice: str


def letters_of(case_no: str) -> list[Letter] | None:
    """The newest messages of a case that the caller may see; None while nobody can tell."""
    asked = {"case_no": case_no, "language": language(), "limit": _SHOWN}
    try:
        found = caller().ask("notifier.messages", asked)
    except UNANSWERED:
        return None
    return msgspec.convert(found["entries"], list[Letter])

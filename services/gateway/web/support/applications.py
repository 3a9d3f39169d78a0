"""案件 as one of these pages is about it, and what of it may have changed since somebody looked."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
from flask import flash, redirect, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.asking import caller
from services.gateway.web.rendering import words_of
from services.gateway.web.support.shapes import ApplicationTold, EntryTold, SupportTold, why_not
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_GONE = frozenset({"application-unknown", "support-unknown"})


def application(application_id: UUID) -> ApplicationTold:
    """The application, whole; a page of one that the caller does not see is none."""
    told = _asked("support.application_whole", {"application_id": str(application_id)})
    return msgspec.convert(told, ApplicationTold)


def support(support_id: UUID) -> SupportTold:
    """A support, likewise."""
    return msgspec.convert(_asked("support.support_whole", {"support_id": str(support_id)}), SupportTold)


def _asked(method: str, asked: dict[str, str]) -> Any:
    try:
        return caller().ask(method, asked)
    except RemoteRefusal as refusal:
        if refusal.code in _GONE:
            raise NotFound from refusal
        raise


def seen(entry: EntryTold) -> str:
    """Tells whether a line is as it was: by what it holds, and not by what of it is shown."""
    return digest_of(entry.practitioner, entry.place, entry.department, entry.after)


def digest_of(*parts: object) -> str:
    """Tells whether these are as they were."""
    return sha256(msgspec.json.encode(parts)).hexdigest()


def told_why_not(told: ApplicationTold, command: str) -> ResponseReturnValue | None:
    """The way back to the record, with the reason, where a page's command would be refused; None where it would not."""
    if told.listed.may(command):
        return None
    objection = why_not(told.listed.actions, command)
    if objection is not None:
        flash(words_of(objection), "alert")
    return redirect(url_for("support.record", application_id=told.listed.id))

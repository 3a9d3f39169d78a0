"""A page as its editor types it: both languages, and the days on which it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from services.gateway.web.faults import Faults
from services.gateway.web.notices.difference import TEXTS
from shared.refusals import Refusal
from shared.taiwan.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("notice", "help", "contact", "document", "statement")
_DAYS = ("valid_from", "valid_until")


def texts_of(page: Mapping[str, Any]) -> dict[str, str]:
    """What a page says, of the list or of its history, by the names of `TEXTS`."""
    return {name: page[name.replace(".", "_")] or "" for name in TEXTS}


def texts_typed(form: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the line ends of a text."""
    return {name: form.get(f"content.{name}", "").replace("\r\n", "\n") for name in TEXTS}


def fields_of(page: Mapping[str, Any]) -> dict[str, str]:
    """The form's fields, as they stand when the page is opened to be edited."""
    return {
        **{f"content.{name}": text for name, text in texts_of(page).items()},
        **{f"content.{name}": page[name] or "" for name in _DAYS},
        "content.pinned": "yes" if page["pinned"] else "",
        "kind": page["kind"],
        "slug": page["slug"],
        "based_on": str(page["version"]),
    }


def entered() -> tuple[dict[str, Any], Faults]:
    """The content as the gateway takes it, and what is wrong with its days."""
    form, faults = request.form, Faults()
    texts = texts_typed(form)
    content: dict[str, Any] = {
        language: {part: texts[f"{language}.{part}"] for part in ("title", "body")}
        for language in ("chinese", "english")
    }
    content["pinned"] = bool(form.get("content.pinned"))
    for name in _DAYS:
        try:
            if given := form.get(f"content.{name}", "").strip():
                content[name] = parse_date(given, field=f"content.{name}").isoformat()
        except Refusal as refusal:
            faults.refuse(refusal)
    return content, faults

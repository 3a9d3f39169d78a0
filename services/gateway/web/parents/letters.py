"""The messages of a case: to whom each went, and what is known of its arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.gateway.web.asking import caller
from services.gateway.web.rendering import language, t, value
from services.gateway.web.shown import last

if TYPE_CHECKING:
    from collections.abc import Mapping

_TONES = {
    "delivered": "done",
    "waiting": "wait",
    "sending": "wait",
    "sent": "wait",
    "failed": "alert",
    "uncertain": "alert",
    "suppressed": "ended",
    "expired": "ended",
}
_SHOWN = 50


@dataclass(frozen=True)
class Letter:
    """One mail or SMS; `state` is a word, `means` the sentence behind it, `advice` what to do if it did not arrive."""

    to: str
    about: str
    state: str
    means: str
    advice: str
    tone: str
    at: str


def letters_of(case_no: str) -> list[Letter]:
    """What the family was told of a case, the newest first."""
    page = caller().ask("notifier.messages", {"case_no": case_no, "language": language(), "limit": _SHOWN})
    return [_letter(message) for message in page["entries"]]


def _letter(message: Mapping[str, Any]) -> Letter:
    return Letter(
        to=_recipient(message),
        about=t(f"parents.letters.about.{message['template']}"),
        state=value(message["status"]),
        means=message["means"],
        advice=message["advice"],
        tone=_TONES[message["status"]],
        at=message["changed_at"],
    )


def _recipient(message: Mapping[str, Any]) -> str:
    address = message["address"]
    if not address:
        return t("parents.letters.forgotten")
    return t("parents.letters.sms", end=last(address)) if message["channel"] == "sms" else t("parents.letters.mail")

"""A one-time code that was sent: what its page tells of it, and what is wrong with an entry before it costs a try."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import msgspec
from flask import request
from msgspec.structs import replace

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.rendering import t
from shared.calendar import TAIPEI
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.rpc.wire import RemoteRefusal

_OVER = frozenset({"code-void", "code-used", "code-used-up", "code-expired"})
"""The code that was sent is good for nothing any more."""


class Attempt(msgspec.Struct, frozen=True):
    """What a browser keeps of a code, in its signed cookie: `to` is the phone or mail address that it was sent to."""

    token: str
    to: str
    expires_at: datetime
    resend_at: datetime
    digits: int
    tries: int
    tries_left: int

    @classmethod
    def begun(cls, sent: Mapping[str, Any], to: str) -> Self:
        """What identity has answered to the request for a code."""
        times = {name: datetime.fromisoformat(sent[name]) for name in ("expires_at", "resend_at")}
        return cls(sent["attempt"], to, **times, digits=sent["digits"], tries=sent["tries"], tries_left=sent["tries"])

    @classmethod
    def kept(cls, found: object) -> Self | None:
        """As it lies in the cookie; None where none does, or one that an earlier release left."""
        try:
            return msgspec.convert(found, cls)
        except msgspec.ValidationError:
            return None

    @property
    def to_keep(self) -> dict[str, Any]:
        """As the cookie takes it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    def objections_to(self, code: str) -> Faults:
        """What is wrong with a code before it costs a try."""
        faults = Faults()
        if not code:
            faults.add("code", t("sign_in.code.missing", digits=self.digits))
        elif not (code.isascii() and code.isdigit()):
            faults.add("code", t("sign_in.code.not-digits", digits=self.digits))
        elif len(code) < self.digits:
            faults.add("code", t("sign_in.code.short", digits=self.digits, missing=self.digits - len(code)))
        elif len(code) > self.digits:
            faults.add("code", t("sign_in.code.long", digits=self.digits, surplus=len(code) - self.digits))
        return faults

    def after(self, refusal: RemoteRefusal) -> Self:
        """What is known of the code once an entry was refused."""
        left = 0 if refusal.code in _OVER else self.tries_left - (refusal.code == "code-wrong")
        return replace(self, tries_left=max(left, 0))

    def shown(self) -> dict[str, Any]:
        """What the page tells of the code: how long it is good, and when another can be sent."""
        now = caller().now
        return {
            "to": self.to,
            "expires_at": _clock(self.expires_at),
            "minutes": max(1, (self.expires_at - now) // timedelta(minutes=1)),
            "digits": self.digits,
            "tries": self.tries,
            "tries_left": self.tries_left,
            "resend_at": _clock(self.resend_at),
            "can_resend": now >= self.resend_at,
            "is_over": now >= self.expires_at or self.tries_left == 0,
        }


def entered_code() -> str:
    """The code as it was typed or pasted, without blanks and dashes."""
    return folded(request.form.get("code", "")).replace(" ", "").replace("-", "")


def _clock(moment: datetime) -> str:
    """By Taipei's clock, to the second: within minutes the day is clear."""
    return f"{moment.astimezone(TAIPEI):%H:%M:%S}"

"""What the web front is made of: how it reaches the contexts, where people reach it, and its key."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from services.gateway.web.known import CheckedSessions, Known, known_by_token
from services.gateway.web.printing import Printer
from services.gateway.web.recording import Recording
from shared.blocking import in_place
from shared.context import utc_now
from shared.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shared.blocking import Elsewhere
    from shared.rpc.client import RpcClient
    from shared.words import Language


@dataclass(frozen=True)
class Front:
    """One web front.

    `site` is the address that people know the pages by; behind TLS cookies are bound to it. `key` signs what a browser
    keeps for a while, 32 bytes. `proxies` is how many reverse proxies stand before it, each of which names who came to
    it in `X-Forwarded-For`. `api_rate` is how many requests a minute the API takes from one caller. `elsewhere` does
    what takes long, where it holds up nobody else's page.
    """

    rpc: RpcClient
    site: str
    key: bytes = field(repr=False)
    language: Language
    proxies: int = 0
    api_rate: int = 600
    clock: Callable[[], datetime] = utc_now
    recording: Recording = field(default_factory=Recording, repr=False)
    checked: CheckedSessions = field(default_factory=CheckedSessions, repr=False)
    printer: Printer = field(default_factory=Printer, repr=False)
    elsewhere: Elsewhere = in_place

    @cached_property
    def sessions(self) -> Together[str, Known]:
        """Who has come in with a token, asked of identity anew each time: in one call for all who ask meanwhile."""
        return Together(partial(known_by_token, self.rpc))

    @property
    def is_protected(self) -> bool:
        """Whether people come over TLS."""
        return self.site.startswith("https://")

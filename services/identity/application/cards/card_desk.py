"""What coming in by a card takes: nonces, somebody who judges tokens, and the site's own origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from shared.cards.reasons import Reason, TokenRefused

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.cards.nonces import CardNonces
    from shared.cards.profiles import CardCertificate

_USUAL = {"http": 80, "https": 443}


class TokenJudge(Protocol):
    """As `shared.cards.verifier.CardVerifier`."""

    def verify(self, token_text: str | None, origin: str, nonce: str, now: datetime) -> CardCertificate:
        """Whose card has signed this nonce for this origin; raises `TokenRefused`."""


class _Nobody:
    """Judges where no issuer is trusted: no token is accepted."""

    def verify(self, token_text: str | None, origin: str, nonce: str, now: datetime) -> CardCertificate:  # noqa: ARG002 - a judge
        """Refuses."""
        raise TokenRefused(Reason.ISSUER_UNTRUSTED)


NO_CARDS: TokenJudge = _Nobody()
"""For an installation without anchors."""


@dataclass(frozen=True)
class CardDesk:
    """One of each. A token is judged in the thread of who asks, which has the connections: it takes milliseconds."""

    nonces: CardNonces
    judge: TokenJudge
    origin: str

    def certificate_of(self, token: str, nonce: str, now: datetime) -> CardCertificate:
        """Whose card has signed; raises `TokenRefused`."""
        return self.judge.verify(token, self.origin, nonce, now)


def origin_of_site(site: str) -> str:
    """The origin of an address as browsers name it (RFC 6454): no path, and no port where it is the usual one."""
    parts = urlsplit(site)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = "" if parts.port in {None, _USUAL.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"

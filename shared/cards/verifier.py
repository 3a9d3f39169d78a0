"""憑證卡驗證: from the text of a token to what the card's certificate says, in the order of IDENTITY §2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shared.cards.paths import Rejected, trace, weigh
from shared.cards.policy import STRICT
from shared.cards.profiles import read_profile
from shared.cards.reasons import Reason, TokenRefused
from shared.cards.token import read_token, signature_holds

if TYPE_CHECKING:
    from datetime import datetime

    from shared.cards.anchors import Anchor, Anchors
    from shared.cards.evidence import Evidence, Link
    from shared.cards.policy import CardPolicy
    from shared.cards.profiles import CardCertificate


class Revocation(Protocol):
    """Where the news about revocation comes from."""

    def evidence(self, link: Link, anchor: Anchor, at: datetime) -> Evidence:
        """What is known about a certificate that an anchor issued, or why nothing is."""


class CardVerifier:
    """Judges tokens for one installation."""

    def __init__(self, anchors: Anchors, revocation: Revocation, policy: CardPolicy = STRICT) -> None:
        self._anchors = anchors
        self._revocation = revocation
        self._policy = policy

    def verify(self, token_text: str | None, origin: str, nonce: str, now: datetime) -> CardCertificate:
        """Whose card has signed this nonce for this origin; raises `TokenRefused` with the first thing that is wrong.

        `origin` is as browsers name it (`https://host[:port]`), `nonce` the text that was given out. Whether that nonce
        was this caller's to use is for who calls: it has to be deleted before.
        """
        token = read_token(token_text)
        found = trace((token.certificate,), self._anchors, now, self._policy)
        if not isinstance(found, Rejected):
            evidence = self._revocation.evidence(found.links[0], found.anchor, now)
            found = weigh(found, now, evidence, self._policy)
        if isinstance(found, Rejected):
            raise TokenRefused(found.reason, found.detail)
        key = token.certificate.public_key()
        if not signature_holds(key, token.algorithm, token.signature, origin, nonce):
            with_slash = signature_holds(key, token.algorithm, token.signature, f"{origin}/", nonce)
            raise TokenRefused(Reason.ORIGIN_WITH_SLASH if with_slash else Reason.SIGNATURE_WRONG)
        return read_profile(token.certificate)

"""By what a card is known: its kind, its issuer and the holder's number there, in one spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509

from services.identity.domain.cards import refusals
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from shared.cards.profiles import CardKind


def card_identifier(kind: CardKind, issuer: str, serial: str) -> Identifier:
    """How the vault knows a card; refuses with `IssuerMalformed`."""
    return Identifier(f"card_{kind}", f"{canonical_issuer(issuer)}#{serial}")


def canonical_issuer(name: str) -> str:
    """A distinguished name (RFC 4514) in one order, whichever end it was written from; refuses as `card_identifier`."""
    try:
        parts = x509.Name.from_rfc4514_string(name).rdns
    except ValueError:
        raise refusals.IssuerMalformed("issuer") from None
    return ",".join(sorted(part.rfc4514_string() for part in parts))

"""What an installation asks of a card's certificate and of the news about its revocation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.cards.profiles import POLICY_ARC


@dataclass(frozen=True)
class CardPolicy:
    """The figures of docs/adr/0026; none of them makes up for revocation news that cannot be had."""

    arc: str = POLICY_ARC
    """Under which one of the certificate's policies has to lie."""
    skew: timedelta = timedelta(minutes=1)
    """How far the clocks of those who sign lists and answers may be off ours."""
    unspoken: timedelta = timedelta(minutes=30)
    """For how long an answer counts that does not say when the next is due."""
    answer_kept: timedelta = timedelta(hours=1)
    """The longest that an OCSP answer is kept, however long it says that it counts."""
    list_kept: timedelta = timedelta(days=1)
    """The longest that a fetched list is kept before the next is fetched."""


STRICT = CardPolicy()

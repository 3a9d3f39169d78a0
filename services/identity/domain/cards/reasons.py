"""Why somebody with a card did not come in, beside what was wrong with the token itself (`shared.cards.reasons`).

Whoever has proved a card is refused by a code of `refusals`, and that stands in the log.
"""

from __future__ import annotations

from enum import StrEnum


class CardReason(StrEnum):
    """What stands in `LoginRefused.reason`; people are told less."""

    NONCE_UNKNOWN = "card-nonce-unknown"
    """Nobody here was given it: another browser's, or so old that it is not known any more."""
    NONCE_USED = "card-nonce-used"
    NONCE_EXPIRED = "card-nonce-expired"
    NONCE_OF_ANOTHER_SESSION = "card-nonce-of-another-session"
    SERIAL_MISSING = "card-subject-serial-missing"
    """The certificate does not say by which number its issuer knows the holder."""
    PERSON_UNKNOWN = "card-person-unknown"
    """Nobody has named the person of this national ID."""
    IDENTIFIER_MISMATCH = "card-identifier-mismatch"
    """The last four of the national ID are not those of the certificate."""
    NAME_MISMATCH = "card-name-mismatch"

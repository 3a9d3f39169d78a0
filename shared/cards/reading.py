"""Reading certificates, lists and answers that may not be well made, whichever way their reader puts that."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning

UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    CryptographyDeprecationWarning,  # where warnings are errors
)
"""Found by changing bytes of good ones (tests/unit/cards): not all of them are the `ValueError` that one expects."""


def is_pem(held: bytes) -> bool:
    """Whether a file is in PEM, and not in DER."""
    return b"-----BEGIN" in held


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the certificate names the issuer as its own, and the issuer's key has signed it."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *UNREADABLE):
        return False
    return True

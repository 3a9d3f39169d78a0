"""What the key on a card is for: how it signs, and how a text is encrypted for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.card.refusals import CardUnknown
from shared.cards.token import Algorithm, key_fits

if TYPE_CHECKING:
    from collections.abc import Callable

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

PKCS1 = padding.PKCS1v15()

_SIGNED_BY = (Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.RS256)
"""By a key of its own curve, or by RSA as every card knows it."""
_ONLY_ONCE = bytes(12)
"""The nonce of a cipher whose key is never used again."""


def public_key(certificate: bytes) -> PublicKey:
    """The key in a certificate (DER) that a log-in can be signed with; raises `CardUnknown`."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CardUnknown from None
    if isinstance(key, PublicKey) and any(key_fits(key, algorithm) for algorithm in _SIGNED_BY):
        return key
    raise CardUnknown


def algorithm_of(key: PublicKey) -> Algorithm:
    """How a key that `public_key` has given signs: ES256 to ES512 by the curve, RS256 for RSA."""
    return next(algorithm for algorithm in _SIGNED_BY if key_fits(key, algorithm))


class Encrypted:
    """A text that only the card can read again: `for_card` goes to it, and `read` tells the text from its answer.

    An RSA key decrypts the text itself. With a key on a curve the card gives the secret that it shares with a key made
    for this once, and the text is under that.
    """

    def __init__(self, key: PublicKey, text: bytes, rsa_padding: padding.AsymmetricPadding) -> None:
        if isinstance(key, rsa.RSAPublicKey):
            self.for_card = key.encrypt(text, rsa_padding)
            self.read: Callable[[bytes], bytes] = bytes
            return
        once = ec.generate_private_key(key.curve)
        sealed = _cipher(once.exchange(ec.ECDH(), key)).encrypt(_ONLY_ONCE, text, None)
        self.for_card = once.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.read = lambda secret: _opened(secret, sealed)


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, None, b"caretrail-card check").derive(secret))


def _opened(secret: bytes, sealed: bytes) -> bytes:
    try:
        return _cipher(secret).decrypt(_ONLY_ONCE, sealed, None)
    except InvalidTag:
        return b""

"""驗證權杖: what a card agent hands to the server, in the shape of Web eID's (IDENTITY §2)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from shared.cards.reading import UNREADABLE
from shared.cards.reasons import Reason, TokenRefused
from shared.decoding import json_decoder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

FORMAT = "caretrail-card:1.0"
SHORTEST = 100
LONGEST = 10_000
"""Characters that a token may have."""
_LONGEST_AGENT = 100
_SMALLEST_RSA_KEY = 2048


class Algorithm(StrEnum):
    """How a card signs, by the names of JSON Web Signatures (RFC 7518)."""

    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"

    @property
    def hash(self) -> hashes.HashAlgorithm:
        """The hash that the algorithm is named by."""
        return _HASHES[self[2:]]


_HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES: dict[Algorithm, type[ec.EllipticCurve]] = {
    Algorithm.ES256: ec.SECP256R1,
    Algorithm.ES384: ec.SECP384R1,
    Algorithm.ES512: ec.SECP521R1,
}


@dataclass(frozen=True)
class CardToken:
    """A token of the right form; nothing in it has been believed yet."""

    certificate: x509.Certificate = field(repr=False)
    algorithm: Algorithm
    signature: bytes = field(repr=False)
    agent: str


class _Written(msgspec.Struct):
    """A token as its JSON has it, with whatever stands in each place."""

    format: object = None
    certificate: object = None
    algorithm: object = None
    signature: object = None
    agent: object = None


_written = json_decoder(_Written).decode


def read_token(text: str | None) -> CardToken:
    """The token in a JSON text of 100 to 10,000 characters; raises `TokenRefused` with what is wrong first."""
    if not text:
        raise TokenRefused(Reason.TOKEN_MISSING)
    if len(text) < SHORTEST:
        raise TokenRefused(Reason.TOKEN_TOO_SHORT, str(len(text)))
    if len(text) > LONGEST:
        raise TokenRefused(Reason.TOKEN_TOO_LONG, str(len(text)))
    try:
        written = _written(text.encode())
    except msgspec.ValidationError:
        raise TokenRefused(Reason.TOKEN_NOT_AN_OBJECT) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise TokenRefused(Reason.TOKEN_NOT_JSON) from None
    if written.format != FORMAT:
        raise TokenRefused(Reason.FORMAT_UNKNOWN)
    algorithm = _algorithm(written.algorithm)
    signature = _base64(written.signature, Reason.SIGNATURE_MALFORMED, Reason.SIGNATURE_MALFORMED)
    if not signature:
        raise TokenRefused(Reason.SIGNATURE_MALFORMED)
    certificate = _certificate(written.certificate)
    return CardToken(certificate, algorithm, signature, _agent(written.agent))


def write_token(certificate: bytes, algorithm: Algorithm, signature: bytes, agent: str) -> str:
    """The text of a token, from a certificate in DER and a signature as `signature_holds` wants it."""
    written = _Written(FORMAT, b64encode(certificate).decode(), algorithm, b64encode(signature).decode(), agent)
    return msgspec.json.encode(written).decode()


def _algorithm(name: object) -> Algorithm:
    if not isinstance(name, str) or not name:
        raise TokenRefused(Reason.ALGORITHM_EMPTY)
    if name.upper() == "NONE":
        raise TokenRefused(Reason.ALGORITHM_NONE)
    if not name.isprintable():
        raise TokenRefused(Reason.ALGORITHM_CONTROL_CHARACTERS)
    try:
        return Algorithm(name)
    except ValueError:
        raise TokenRefused(Reason.ALGORITHM_UNKNOWN) from None


def _certificate(text: object) -> x509.Certificate:
    if text is None or text == "":
        raise TokenRefused(Reason.CERTIFICATE_MISSING)
    der = _base64(text, Reason.CERTIFICATE_NOT_TEXT, Reason.CERTIFICATE_NOT_BASE64)
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except UNREADABLE:
        raise TokenRefused(Reason.CERTIFICATE_MALFORMED) from None
    if certificate.serial_number <= 0:
        raise TokenRefused(Reason.CERTIFICATE_MALFORMED, "serial number")
    return certificate


def _base64(text: object, not_text: Reason, not_base64: Reason) -> bytes:
    if not isinstance(text, str):
        raise TokenRefused(not_text)
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise TokenRefused(not_base64) from None


def _agent(name: object) -> str:
    """What the agent calls itself, for the log only: nothing hangs on it."""
    return name if isinstance(name, str) and len(name) <= _LONGEST_AGENT and name.isprintable() else ""


def signed_bytes(algorithm: Algorithm, origin: str, nonce: str) -> bytes:
    """What the card signs: `H(origin) ‖ H(nonce)`, 64 to 128 bytes."""
    return digest(algorithm, origin.encode()) + digest(algorithm, nonce.encode())


def digest(algorithm: Algorithm, signed: bytes) -> bytes:
    """The hash that an algorithm signs."""
    made = hashes.Hash(algorithm.hash)
    made.update(signed)
    return made.finalize()


def key_fits(key: PublicKeyTypes, algorithm: Algorithm) -> bool:
    """Whether the algorithm is one for this key: its own curve, or RSA of at least 2048 bits."""
    if algorithm in _CURVES:
        return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES[algorithm])
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= _SMALLEST_RSA_KEY


def signature_holds(key: PublicKeyTypes, algorithm: Algorithm, signature: bytes, origin: str, nonce: str) -> bool:
    """Whether this key has signed this nonce for this origin, as the browser names it, without a slash behind it.

    Signatures of ES256 to ES512 are `r ‖ s`, as in JWS. Raises `TokenRefused` where the key is not the algorithm's.
    """
    if not key_fits(key, algorithm):
        raise TokenRefused(Reason.KEY_OF_ANOTHER_ALGORITHM, algorithm)
    signed = signed_bytes(algorithm, origin, nonce)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_dss(signature, key.key_size), signed, ec.ECDSA(algorithm.hash))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, signed, rsa_padding(algorithm), algorithm.hash)
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _dss(signature: bytes, key_bits: int) -> bytes:
    size = (key_bits + 7) // 8
    if len(signature) != 2 * size:
        raise InvalidSignature
    return encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))


def rsa_padding(algorithm: Algorithm) -> padding.AsymmetricPadding:
    """How PS256 to PS512 and RS256 to RS512 pad (RFC 7518)."""
    if algorithm.startswith("PS"):
        return padding.PSS(padding.MGF1(algorithm.hash), algorithm.hash.digest_size)
    return padding.PKCS1v15()

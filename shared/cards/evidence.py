"""廢止資訊: OCSP answers and revocation lists, looked into before a path is judged by them or they are kept.

`pyhanko-certvalidator` decides with them what is revoked, and says of everything else just that it is not enough: which
of them is wrong, and why, is found here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from shared.cards.reading import UNREADABLE, is_issued_by
from shared.cards.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime

    from shared.cards.policy import CardPolicy


@dataclass(frozen=True)
class Evidence:
    """What is known about the revocation of a chain, in DER. `trouble` is why no responder has been heard."""

    answers: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    trouble: Reason | None = None
    proved: tuple[bytes, ...] = ()
    """Answers whose signature was judged when they came in, and which were kept where nobody else writes."""


@dataclass(frozen=True)
class Link:
    """A certificate and the one that it was issued by."""

    certificate: x509.Certificate
    issuer: x509.Certificate


def responders_of(certificate: x509.Certificate) -> list[str]:
    """The OCSP addresses that the certificate itself names: whoever made it has chosen them."""
    try:
        named = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return []
    return [
        one.access_location.value
        for one in named
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]


def answer_objection(der: bytes, link: Link, at: datetime, policy: CardPolicy) -> Reason | None:
    """Why an OCSP answer does not count for a certificate, whoever has signed it."""
    try:
        answer = ocsp.load_der_ocsp_response(der)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return Reason.OCSP_STATUS
        if len(list(answer.responses)) != 1:
            return Reason.OCSP_TWO_RESPONSES
        if not _is_about(answer, link):
            return Reason.OCSP_WRONG_CERTIFICATE
        return _said_objection(answer, at, policy)
    except UNREADABLE:
        return Reason.OCSP_FAILED


def _said_objection(answer: ocsp.OCSPResponse, at: datetime, policy: CardPolicy) -> Reason | None:
    if answer.this_update_utc > at + policy.skew:
        return Reason.OCSP_CLOCK_SKEW
    if counts_until(answer, policy) < at - policy.skew:
        return Reason.OCSP_STALE
    return Reason.OCSP_UNKNOWN if answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN else None


def counts_until(answer: ocsp.OCSPResponse, policy: CardPolicy) -> datetime:
    """When the answer ends to count, by what it says itself."""
    return answer.next_update_utc or answer.this_update_utc + policy.unspoken


def says_revoked(der: bytes) -> bool:
    """Whether an answer that counts calls its certificate revoked."""
    return ocsp.load_der_ocsp_response(der).certificate_status is ocsp.OCSPCertStatus.REVOKED


def unsigned_objection(der: bytes, link: Link, at: datetime) -> Reason | None:
    """Why nobody who may has signed an OCSP answer: the issuer, or whom the issuer lets answer for it (RFC 6960)."""
    try:
        answer = ocsp.load_der_ocsp_response(der)
        signers = [link.issuer, *(one for one in answer.certificates if _may_answer(one, link.issuer, at))]
        signed = any(_has_signed(one, answer) for one in signers)
    except UNREADABLE:
        signed = False
    return None if signed else Reason.OCSP_SIGNATURE


def nonce_objection(der: bytes, nonce: bytes) -> Reason | None:
    """Why it may be an older answer, sent again: it does not repeat the nonce of the question, where one was asked."""
    if not nonce:
        return None
    try:
        repeated = ocsp.load_der_ocsp_response(der).extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except (x509.ExtensionNotFound, *UNREADABLE):
        return Reason.OCSP_NONCE
    return None if repeated == nonce else Reason.OCSP_NONCE


def list_objection(der: bytes, issuer: x509.Certificate, at: datetime, policy: CardPolicy) -> Reason | None:
    """Why a revocation list does not count for what the issuer has issued."""
    read = _read_list(der, issuer)
    if isinstance(read, Reason):
        return read
    if read.since > at + policy.skew:
        return Reason.CRL_CLOCK_SKEW
    return Reason.CRL_STALE if read.until < at - policy.skew else None


def list_counts_until(der: bytes, issuer: x509.Certificate) -> datetime | None:
    """When a list of the issuer's ends to count, by what it says itself; None where it is no such list."""
    read = _read_list(der, issuer)
    return None if isinstance(read, Reason) else read.until


def is_listed(der: bytes, link: Link) -> bool:
    """Whether a list of the certificate's issuer names it, for good or for a while."""
    read = _read_list(der, link.issuer)
    return not isinstance(read, Reason) and read.names(link.certificate.serial_number)


@dataclass(frozen=True)
class _ReadList:
    since: datetime
    until: datetime
    found: x509.CertificateRevocationList

    def names(self, serial: int) -> bool:
        return self.found.get_revoked_certificate_by_serial_number(serial) is not None


@lru_cache(maxsize=8)
def _read_list(der: bytes, issuer: x509.Certificate) -> _ReadList | Reason:
    """For how long a list counts; a large one is hashed once, and not at every log-in."""
    try:
        found = x509.load_der_x509_crl(der)
        if found.issuer != issuer.subject:
            return Reason.CRL_WRONG_ISSUER
        key = issuer.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) or not found.is_signature_valid(key):
            return Reason.CRL_SIGNATURE
        # Without a next one named it never gets old, and so is never news.
        return _ReadList(found.last_update_utc, found.next_update_utc or found.last_update_utc, found)
    except UNREADABLE:
        return Reason.CRL_MALFORMED


def _is_about(answer: ocsp.OCSPResponse, link: Link) -> bool:
    """Whether its certID is the certificate's: a request for that one would ask by the same."""
    builder = ocsp.OCSPRequestBuilder().add_certificate(link.certificate, link.issuer, answer.hash_algorithm)
    asked = builder.build()
    return (asked.serial_number, asked.issuer_name_hash, asked.issuer_key_hash) == (
        answer.serial_number,
        answer.issuer_name_hash,
        answer.issuer_key_hash,
    )


def _may_answer(responder: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    if not responder.not_valid_before_utc <= at <= responder.not_valid_after_utc:
        return False
    try:
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in purposes and is_issued_by(responder, issuer)


def _has_signed(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> bool:
    key, hashed = signer.public_key(), answer.signature_hash_algorithm
    if hashed is None:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), hashed)
        else:
            return False
    except InvalidSignature:
        return False
    return True

"""演練用憑證機構: CAs, cards, revocation lists and answers with the names and profiles of Taiwan's government PKI.

All of it is simulated: every name says TEST, every key is made here, and nothing outside of a rehearsal trusts them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import asn1crypto.core
import asn1crypto.x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from shared.cards.anchors import ADDRESSES, Addresses, Anchor, Anchors
from shared.cards.profiles import (
    BUSINESS_NUMBER,
    LAST_FOUR,
    ORGANISATION_OID,
    POLICY_ARC,
    SUBJECT_DIRECTORY_ATTRIBUTES,
    SUBJECT_TYPE,
    CardKind,
    SubjectType,
)
from shared.cards.token import Algorithm, digest, rsa_padding, signed_bytes, write_token

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

AGENT = "caretrail-rehearsal/0.1.0"
YEAR = timedelta(days=365)
DAY = timedelta(days=1)
_UNITS = {
    CardKind.PERSONNEL: ("TEST 醫事憑證管理中心", "醫事憑證管理中心"),
    CardKind.CITIZEN: ("TEST 內政部憑證管理中心", "內政部憑證管理中心"),
    CardKind.GOVERNMENT: ("TEST 政府憑證管理中心", "政府憑證管理中心"),
}
_SERVED_BY = {
    CardKind.PERSONNEL: CardKind.PERSONNEL,
    CardKind.INSTITUTION: CardKind.PERSONNEL,
    CardKind.CITIZEN: CardKind.CITIZEN,
    CardKind.GOVERNMENT: CardKind.GOVERNMENT,
}
"""The HCA issues the cards of personnel and of institutions alike."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key, as newer cards have."""
    return ec.generate_private_key(ec.SECP256R1())


def new_rsa_key() -> rsa.RSAPrivateKey:
    """An RSA key of 2048 bits, as older cards have."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Profile:
    """What is written into a card's certificate; tests leave out or change what they want to see refused."""

    subject_type: str | None
    common_name: str
    subject_serial: str = ""
    organisation: str = ""
    organisation_oid: str = ""
    business_number: str = ""
    last_four: str = ""
    policies: tuple[str, ...] = (f"{POLICY_ARC}.1",)
    signs: bool | None = True
    """Whether its key usage allows signatures; None leaves key usage out."""
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,)
    responders: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


def personnel(common_name: str, subject_serial: str) -> Profile:
    """醫事人員憑證卡."""
    return Profile(SubjectType.PERSONNEL, common_name, subject_serial)


def institution(common_name: str, subject_serial: str, organisation_oid: str = "") -> Profile:
    """醫事機構憑證卡."""
    return Profile(SubjectType.INSTITUTION, common_name, subject_serial, common_name, organisation_oid)


def citizen(common_name: str, subject_serial: str, last_four: str) -> Profile:
    """自然人憑證; `last_four` of the national ID."""
    return Profile(SubjectType.NATURAL_PERSON, common_name, subject_serial, last_four=last_four)


def agency(common_name: str, subject_serial: str, organisation_oid: str = "") -> Profile:
    """政府機關憑證."""
    return Profile(SubjectType.AGENCY, common_name, subject_serial, common_name, organisation_oid)


@dataclass(frozen=True)
class IssuedCard:
    """A card's certificate and key. On a real card the key never leaves it."""

    certificate: x509.Certificate
    key: Key = field(repr=False)

    @property
    def der(self) -> bytes:
        """The certificate as a card holds it."""
        return self.certificate.public_bytes(Encoding.DER)

    def sign(self, origin: str, nonce: str, algorithm: Algorithm | None = None) -> bytes:
        """The signature over both, as a token carries it."""
        chosen = algorithm or usual_algorithm(self.key)
        return sign(self.key, chosen, signed_bytes(chosen, origin, nonce))

    def token(self, origin: str, nonce: str, algorithm: Algorithm | None = None) -> str:
        """What an agent would hand over for this card."""
        chosen = algorithm or usual_algorithm(self.key)
        return write_token(self.der, chosen, self.sign(origin, nonce, chosen), AGENT)


def usual_algorithm(key: Key) -> Algorithm:
    """ES256 to ES512 by the curve; RS256 for RSA."""
    if isinstance(key, rsa.RSAPrivateKey):
        return Algorithm.RS256
    return {256: Algorithm.ES256, 384: Algorithm.ES384, 521: Algorithm.ES512}[key.key_size]


def sign(key: Key, algorithm: Algorithm, signed: bytes) -> bytes:
    """A signature in the form of JWS."""
    return sign_hash(key, algorithm, digest(algorithm, signed))


def sign_hash(key: Key, algorithm: Algorithm, hashed: bytes) -> bytes:
    """The same over what has been hashed already, as cards are asked; raises `ValueError` for another length."""
    ready = Prehashed(algorithm.hash)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        halves = decode_dss_signature(key.sign(hashed, ec.ECDSA(ready)))
        return b"".join(half.to_bytes(size) for half in halves)
    return key.sign(hashed, rsa_padding(algorithm), ready)


class Issuer:
    """An issuing CA: it remembers what it issued and what it revoked."""

    def __init__(self, certificate: x509.Certificate, key: Key) -> None:
        self.certificate = certificate
        self._key = key
        self._issued: dict[int, x509.Certificate] = {}
        self._revoked: dict[int, datetime] = {}
        self._lists = 0

    def issue(self, profile: Profile, since: datetime, until: datetime, key: Key | None = None) -> IssuedCard:
        """A card with a certificate that counts from `since` to `until`; with a P-256 key unless one is given."""
        held = key or new_key()
        builder = _begun(self.certificate.subject, _subject(profile), held, since, until)
        for extension, critical in _extensions(profile, held, self.certificate):
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self._key, hashes.SHA256())
        self._issued[certificate.serial_number] = certificate
        return IssuedCard(certificate, held)

    def revoke(self, card: IssuedCard, at: datetime) -> None:
        """廢止 a card."""
        self._revoked[card.certificate.serial_number] = at

    def revocation_list(self, at: datetime, lasting: timedelta = DAY, key: Key | None = None) -> bytes:
        """廢止清冊 in DER, as it stood at a time; signed by another `key` it is a forgery."""
        self._lists += 1
        builder = x509.CertificateRevocationListBuilder(self.certificate.subject, at, at + lasting)
        builder = builder.add_extension(x509.CRLNumber(self._lists), critical=False)
        for serial, when in self._revoked.items():
            if when <= at:
                entry = x509.RevokedCertificateBuilder(serial, when).build()
                builder = builder.add_revoked_certificate(entry)
        return builder.sign(key or self._key, hashes.SHA256()).public_bytes(Encoding.DER)

    def responder(self, since: datetime, until: datetime) -> IssuedCard:
        """Whom this CA lets answer for it, as its OCSP responder."""
        key = new_key()
        name = _name(("C", "TW"), ("CN", "TEST OCSP responder"))
        certificate = (
            _begun(self.certificate.subject, name, key, since, until)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
            .add_extension(x509.OCSPNoCheck(), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return IssuedCard(certificate, key)

    def answer(self, question: Question, at: datetime, lasting: timedelta | None = timedelta(hours=1)) -> bytes:
        """What its responder says of a serial number at a time, in DER; `lasting` None does not say for how long."""
        revoked_at = self._revoked.get(question.serial)
        status = ocsp.OCSPCertStatus.GOOD if question.serial in self._issued else ocsp.OCSPCertStatus.UNKNOWN
        if revoked_at is not None and revoked_at <= at:
            status = ocsp.OCSPCertStatus.REVOKED
        name_hash, key_hash = self.hashes(question.hashed_by)
        signer = question.signed_by or IssuedCard(self.certificate, self._key)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            name_hash,
            key_hash,
            question.serial,
            question.hashed_by,
            status,
            at,
            None if lasting is None else at + lasting,
            revoked_at if status is ocsp.OCSPCertStatus.REVOKED else None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
        builder = builder.certificates([signer.certificate])
        if question.nonce:
            builder = builder.add_extension(x509.OCSPNonce(question.nonce), critical=False)
        return builder.sign(signer.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def hashes(self, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
        """By which name and key an OCSP request knows this CA."""
        asked = ocsp.OCSPRequestBuilder().add_certificate(self.certificate, self.certificate, algorithm).build()
        name = hashes.Hash(algorithm)
        name.update(self.certificate.subject.public_bytes())
        return name.finalize(), asked.issuer_key_hash


@dataclass(frozen=True)
class Question:
    """What a responder is asked; `signed_by` None is the CA itself."""

    serial: int
    nonce: bytes = b""
    hashed_by: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    signed_by: IssuedCard | None = None


class Pki:
    """A root, and the issuing CAs below it that card log-ins are pinned to."""

    def __init__(self, since: datetime, until: datetime | None = None) -> None:
        last = until or since + 10 * YEAR
        self._root_key = new_key()
        name = _name(("C", "TW"), ("O", "Government Root Certification Authority"), ("CN", "TEST GRCA"))
        self.root = Issuer(_authority(name, name, self._root_key, self._root_key, since, last), self._root_key)
        self._issuers = {kind: self.new_issuer(kind, since, last) for kind in _UNITS}

    def new_issuer(self, kind: CardKind, since: datetime, until: datetime) -> Issuer:
        """One more issuing CA by the name of the one that issues a kind of card, with a key of its own."""
        common_name, unit = _UNITS[_SERVED_BY[kind]]
        first = ("O", "行政院")
        name = _name(("C", "TW"), first, ("OU", unit), ("CN", common_name))
        key = new_key()
        return Issuer(_authority(self.root.certificate.subject, name, self._root_key, key, since, until), key)

    def issuer(self, kind: CardKind) -> Issuer:
        """The CA that issues a kind of card."""
        return self._issuers[_SERVED_BY[kind]]

    @property
    def issuers(self) -> Sequence[Issuer]:
        """All issuing CAs."""
        return tuple(self._issuers.values())

    def anchors(self, addresses: Addresses | None = None) -> Anchors:
        """What an installation would pin to accept these cards."""
        allowed = addresses or Addresses()
        return Anchors(Anchor(kind, self.issuer(kind).certificate, allowed) for kind in CardKind)


def write_anchors(anchors: Anchors, folder: Path) -> None:
    """Lay them out as `read_anchors` reads them, and as CARETRAIL_CARD_ANCHORS names a folder."""
    for place, anchor in enumerate(anchors):
        own = folder / anchor.kind
        own.mkdir(parents=True, exist_ok=True)
        (own / f"{place}.pem").write_bytes(anchor.certificate.public_bytes(Encoding.PEM))
        said = anchor.addresses
        lines = {"ocsp": list(said.ocsp), "crl": list(said.crl), "ocsp_nonces": said.ocsp_nonces}
        text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
        (own / ADDRESSES).write_text(text, encoding="utf-8")


def _name(*parts: tuple[str, str]) -> x509.Name:
    oids = {
        "C": NameOID.COUNTRY_NAME,
        "O": NameOID.ORGANIZATION_NAME,
        "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
        "CN": NameOID.COMMON_NAME,
        "serialNumber": NameOID.SERIAL_NUMBER,
    }
    return x509.Name([x509.NameAttribute(oids[kind], value) for kind, value in parts if value])


def _subject(profile: Profile) -> x509.Name:
    return _name(
        ("C", "TW"),
        ("O", profile.organisation),
        ("CN", profile.common_name),
        ("serialNumber", profile.subject_serial),
    )


def _begun(
    issuer: x509.Name, subject: x509.Name, key: Key, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def _authority(  # noqa: PLR0913, PLR0917 - a certificate of a CA is made of these
    issuer: x509.Name, subject: x509.Name, issuer_key: Key, key: Key, since: datetime, until: datetime
) -> x509.Certificate:
    return (
        _begun(issuer, subject, key, since, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(signs=False, certifies=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.5.29.32.0"), None)]),
            critical=False,
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _key_usage(*, signs: bool, certifies: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=not certifies,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def _extensions(profile: Profile, key: Key, issuer: x509.Certificate) -> list[tuple[x509.ExtensionType, bool]]:
    issued_by = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issued_by), False),
    ]
    if profile.signs is not None:
        found.append((_key_usage(signs=profile.signs), True))
    if profile.purposes:
        found.append((x509.ExtendedKeyUsage(profile.purposes), False))
    if profile.policies:
        policies = [x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in profile.policies]
        found.append((x509.CertificatePolicies(policies), False))
    attributes = _directory_attributes(profile)
    if attributes:
        found.append((x509.UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, attributes), False))
    if profile.responders:
        responders = [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(responder))
            for responder in profile.responders
        ]
        found.append((x509.AuthorityInformationAccess(responders), False))
    if profile.lists:
        points = [
            x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
            for address in profile.lists
        ]
        found.append((x509.CRLDistributionPoints(points), False))
    return found


def _directory_attributes(profile: Profile) -> bytes:
    """The subject directory attributes in DER; empty where there are none."""
    oid, text = asn1crypto.core.ObjectIdentifier, asn1crypto.core.UTF8String
    said = [
        (SUBJECT_TYPE, oid, profile.subject_type),
        (ORGANISATION_OID, oid, profile.organisation_oid),
        (BUSINESS_NUMBER, text, profile.business_number),
        (LAST_FOUR, text, profile.last_four),
    ]
    attributes = [{"type": name, "values": [kind(value)]} for name, kind, value in said if value]
    if not attributes:
        return b""
    der: bytes = asn1crypto.x509.Attributes(attributes).dump()
    return der

"""憑證格式剖繪: what a certificate of Taiwan's government PKI says about whose card it is (IDENTITY §3).

Everything here is read from the certificate alone, and is believed only once its path has been judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.cards.reading import UNREADABLE
from shared.cards.reasons import Reason, TokenRefused

if TYPE_CHECKING:
    from datetime import datetime

_ARC = "2.16.886.1.100"
SUBJECT_DIRECTORY_ATTRIBUTES = x509.ObjectIdentifier("2.5.29.9")
SUBJECT_TYPE = f"{_ARC}.2.1"
LAST_FOUR = f"{_ARC}.2.51"
"""The last four characters of the national ID, in citizens' certificates."""
BUSINESS_NUMBER = f"{_ARC}.2.101"
ORGANISATION_OID = f"{_ARC}.2.102"
POLICY_ARC = "2.16.886.101.0.3.3"
"""Under which the certificate policies lie that a card's certificate is issued by."""
_SHORT_LENGTH = 0x80


class CardKind(StrEnum):
    """Which card it is."""

    PERSONNEL = "personnel"
    """醫事人員憑證卡, of the HCA."""
    INSTITUTION = "institution"
    """醫事機構憑證卡, of the HCA."""
    CITIZEN = "citizen"
    """自然人憑證, of the MOICA."""
    GOVERNMENT = "government"
    """政府機關（單位）憑證, of the GCA."""


class SubjectType(StrEnum):
    """用戶類別: whom the certificate was issued to, by the OID in its subject directory attributes."""

    PERSONNEL = f"{_ARC}.3.1.7"
    INSTITUTION = f"{_ARC}.3.2.21"
    NATURAL_PERSON = f"{_ARC}.3.1.1"
    AGENCY = f"{_ARC}.3.2.1.1"
    UNIT = f"{_ARC}.3.2.1.2"

    @property
    def kind(self) -> CardKind:
        """The kind of card that such a certificate is on."""
        return _KINDS[self]


_KINDS = {
    SubjectType.PERSONNEL: CardKind.PERSONNEL,
    SubjectType.INSTITUTION: CardKind.INSTITUTION,
    SubjectType.NATURAL_PERSON: CardKind.CITIZEN,
    SubjectType.AGENCY: CardKind.GOVERNMENT,
    SubjectType.UNIT: CardKind.GOVERNMENT,
}


@dataclass(frozen=True)
class CardCertificate:
    """What a certificate says of its holder. Names and numbers of people never show in its repr.

    `issuer` is the issuer's distinguished name (RFC 4514), `serial` the certificate's own number in hex, and
    `subject_serial` the `serialNumber` in the subject: the holder's number with this issuer, the same on the next card.
    `organisation` are the subject's O and OUs, the largest first, with a slash between. What is not said is empty.
    """

    kind: CardKind
    subject_type: SubjectType
    issuer: str
    serial: str
    subject_serial: str = field(repr=False)
    common_name: str = field(repr=False)
    organisation: str
    organisation_oid: str
    business_number: str
    last_four: str = field(repr=False)
    valid_from: datetime
    valid_to: datetime
    fingerprint: str
    """The SHA-256 of the certificate in hex."""


@asn1.sequence
class _Attribute:
    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Enclosed:
    """What encloses the extension's own sequence, because only a class can be decoded."""

    attributes: list[_Attribute]


def usage_objection(certificate: x509.Certificate) -> Reason | None:
    """Why one may not log in by such a certificate: it is not for signatures, or not for clients."""
    try:
        extensions = certificate.extensions
    except UNREADABLE:
        return Reason.CERTIFICATE_MALFORMED
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
            return Reason.KEY_USAGE_MISSING
    except x509.ExtensionNotFound:
        return Reason.KEY_USAGE_MISSING
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    allowed = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return None if allowed.intersection(purposes) else Reason.PURPOSE_WRONG


def policy_objection(certificate: x509.Certificate, arc: str = POLICY_ARC) -> Reason | None:
    """Why its policies do not count: none lies at or under the arc."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return Reason.POLICY_NOT_ALLOWED
    named = (policy.policy_identifier.dotted_string for policy in policies)
    return None if any(f"{name}.".startswith(f"{arc}.") for name in named) else Reason.POLICY_NOT_ALLOWED


def subject_type(certificate: x509.Certificate) -> SubjectType:
    """Whom it was issued to; raises `TokenRefused` where it does not say so in one way that is known."""
    return _subject_type(_attributes(certificate))


def _subject_type(attributes: dict[str, list[str]]) -> SubjectType:
    found = attributes.get(SUBJECT_TYPE, [])
    try:
        (only,) = found
        return SubjectType(only)
    except ValueError:
        raise TokenRefused(Reason.SUBJECT_TYPE_MISSING, ", ".join(found)) from None


def read_profile(certificate: x509.Certificate) -> CardCertificate:
    """What the certificate says; raises `TokenRefused` and nothing else, whatever the certificate."""
    attributes = _attributes(certificate)
    whom = _subject_type(attributes)
    try:
        subject = certificate.subject
        units = [*_named(subject, NameOID.ORGANIZATION_NAME), *_named(subject, NameOID.ORGANIZATIONAL_UNIT_NAME)]
        return CardCertificate(
            kind=whom.kind,
            subject_type=whom,
            issuer=certificate.issuer.rfc4514_string(),
            serial=f"{certificate.serial_number:x}",
            subject_serial=_only(_named(subject, NameOID.SERIAL_NUMBER)),
            common_name=_only(_named(subject, NameOID.COMMON_NAME)),
            organisation="/".join(units),
            organisation_oid=_only(attributes.get(ORGANISATION_OID, [])),
            business_number=_only(attributes.get(BUSINESS_NUMBER, [])),
            last_four=_only(attributes.get(LAST_FOUR, [])),
            valid_from=certificate.not_valid_before_utc,
            valid_to=certificate.not_valid_after_utc,
            fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        )
    except UNREADABLE:
        raise TokenRefused(Reason.PROFILE_MALFORMED) from None


def _attributes(certificate: x509.Certificate) -> dict[str, list[str]]:
    """The subject directory attributes, by OID: text as text, OIDs with dots, everything else in hex."""
    try:
        extension = certificate.extensions.get_extension_for_oid(SUBJECT_DIRECTORY_ATTRIBUTES).value
    except x509.ExtensionNotFound:
        return {}
    except UNREADABLE:
        raise TokenRefused(Reason.PROFILE_MALFORMED) from None
    found: dict[str, list[str]] = {}
    try:
        for attribute in asn1.decode_der(_Enclosed, _enclosed(extension.public_bytes())).attributes:
            values = [_text(value) for value in attribute.values.as_list()]
            found.setdefault(attribute.type.dotted_string, []).extend(values)
    except UNREADABLE:
        raise TokenRefused(Reason.PROFILE_MALFORMED) from None
    return found


def _enclosed(der: bytes) -> bytes:
    """The same in one more DER sequence."""
    if len(der) < _SHORT_LENGTH:
        return bytes([0x30, len(der)]) + der
    length = len(der).to_bytes((len(der).bit_length() + 7) // 8)
    return bytes([0x30, _SHORT_LENGTH | len(length)]) + length + der


def _text(value: asn1.TLV) -> str:
    for kind in (x509.ObjectIdentifier, str, asn1.PrintableString, asn1.IA5String):
        try:
            parsed = value.parse(kind)
        except UNREADABLE:
            continue
        if isinstance(parsed, x509.ObjectIdentifier):
            return parsed.dotted_string
        return parsed if isinstance(parsed, str) else parsed.as_str()
    return bytes(value.data).hex()


def _named(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    """The values of one attribute of a name, in their order, as text."""
    values = (attribute.value for attribute in name.get_attributes_for_oid(oid))
    return [value if isinstance(value, str) else value.hex() for value in values]


def _only(values: list[str]) -> str:
    """The one value there is, or none; raises `ValueError` where there are more."""
    if len(values) > 1:
        raise ValueError(len(values))
    return "".join(values)

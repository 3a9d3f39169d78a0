"""Certificates of Taiwan's government PKI: whose card it is, and nothing but a refusal where they do not say so."""

from __future__ import annotations

import asn1crypto.core
import asn1crypto.x509
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from operate.rehearsal.pki import DAY, YEAR, new_key
from shared.cards.profiles import (
    BUSINESS_NUMBER,
    LAST_FOUR,
    SUBJECT_DIRECTORY_ATTRIBUTES,
    SUBJECT_TYPE,
    CardKind,
    SubjectType,
    policy_objection,
    read_profile,
    usage_objection,
)
from shared.cards.reading import UNREADABLE
from shared.cards.reasons import Reason, TokenRefused
from tests.controls.card_pki import NOW, a_card

KEY = new_key()


def profile_of(kind, **changes):
    return read_profile(a_card(kind, **changes).certificate)


def with_attributes(der, subject=()):
    """A certificate whose subject directory attributes are these bytes."""
    return (
        x509.CertificateBuilder()
        .issuer_name(x509.Name([]))
        .subject_name(x509.Name(subject))
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.UnrecognizedExtension(SUBJECT_DIRECTORY_ATTRIBUTES, der), critical=False)
        .sign(KEY, hashes.SHA256())
    )


def attributes(*said):
    """Subject directory attributes in DER."""
    return asn1crypto.x509.Attributes([{"type": name, "values": list(values)} for name, values in said]).dump()


def refused(certificate):
    with pytest.raises(TokenRefused) as caught:
        read_profile(certificate)
    return caught.value.reason


OID = asn1crypto.core.ObjectIdentifier
WHOM = (SUBJECT_TYPE, [OID(SubjectType.NATURAL_PERSON)])


def test_a_personnel_card_says_whose_number_with_the_hca_it_is():
    card = a_card(CardKind.PERSONNEL)
    found = read_profile(card.certificate)
    assert (found.kind, found.subject_type) == (CardKind.PERSONNEL, SubjectType.PERSONNEL)
    assert (found.common_name, found.subject_serial) == ("王小明", "0000000112345678")
    assert found.issuer == "CN=TEST 醫事憑證管理中心,OU=醫事憑證管理中心,O=行政院,C=TW"
    assert found.serial == f"{card.certificate.serial_number:x}"
    assert (found.valid_from, found.valid_to) == (NOW - YEAR + DAY, NOW + YEAR)
    assert found.fingerprint == card.certificate.fingerprint(hashes.SHA256()).hex()
    assert found.last_four == found.business_number == ""


def test_an_institution_card_says_which_organisation_it_is():
    found = profile_of(CardKind.INSTITUTION, business_number="12345675")
    assert (found.kind, found.organisation) == (CardKind.INSTITUTION, "示範診所")
    assert found.organisation_oid == "2.16.886.101.90001.1"
    assert found.business_number == "12345675"


def test_a_citizens_certificate_says_the_last_four_of_the_national_id():
    found = profile_of(CardKind.CITIZEN)
    assert (found.kind, found.last_four, found.common_name) == (CardKind.CITIZEN, "6789", "林美玲")
    assert found.subject_serial == "1234567890123456"


@pytest.mark.parametrize("whom", [SubjectType.AGENCY, SubjectType.UNIT])
def test_a_government_certificate_is_an_agencys_or_a_units(whom):
    found = profile_of(CardKind.GOVERNMENT, subject_type=whom)
    assert (found.kind, found.subject_type) == (CardKind.GOVERNMENT, whom)


def test_a_profile_shows_no_names_and_numbers_of_people():
    shown = repr(profile_of(CardKind.CITIZEN))
    assert not {text for text in ("林美玲", "1234567890123456", "6789") if f"'{text}'" in shown}


@pytest.mark.parametrize(
    "said",
    [
        [],
        [(SUBJECT_TYPE, [OID("2.16.886.1.100.3.9")])],
        [(SUBJECT_TYPE, [asn1crypto.core.UTF8String("personnel")])],
        [(SUBJECT_TYPE, [OID(SubjectType.PERSONNEL), OID(SubjectType.NATURAL_PERSON)])],
        [WHOM, (SUBJECT_TYPE, [OID(SubjectType.AGENCY)])],
        [WHOM, WHOM],
        [(LAST_FOUR, [asn1crypto.core.UTF8String("6789")])],
    ],
)
def test_a_certificate_that_does_not_say_in_one_way_whom_it_is_for_is_no_card(said):
    assert refused(with_attributes(attributes(*said))) is Reason.SUBJECT_TYPE_MISSING


def test_without_subject_directory_attributes_it_is_no_card():
    assert refused(a_card(subject_type=None).certificate) is Reason.SUBJECT_TYPE_MISSING


@pytest.mark.parametrize(
    "text", [asn1crypto.core.UTF8String, asn1crypto.core.PrintableString, asn1crypto.core.IA5String]
)
def test_the_last_four_are_read_from_any_kind_of_text(text):
    found = read_profile(with_attributes(attributes(WHOM, (LAST_FOUR, [text("6789")]))))
    assert found.last_four == "6789"


def test_what_is_no_text_is_kept_in_hex():
    number = asn1crypto.core.OctetString(b"\x12\x34")
    assert read_profile(with_attributes(attributes(WHOM, (BUSINESS_NUMBER, [number])))).business_number == "1234"


def test_long_attributes_are_read_as_short_ones():
    for length in (*range(60, 100), *range(180, 230), 5000):  # on both sides of where DER counts its bytes otherwise
        number = asn1crypto.core.UTF8String("7" * length)
        found = read_profile(with_attributes(attributes(WHOM, (BUSINESS_NUMBER, [number]))))
        assert len(found.business_number) == length


def test_two_numbers_of_one_kind_are_refused():
    two = [asn1crypto.core.UTF8String("6789"), asn1crypto.core.UTF8String("1234")]
    assert refused(with_attributes(attributes(WHOM, (LAST_FOUR, two)))) is Reason.PROFILE_MALFORMED
    twice = [x509.NameAttribute(NameOID.SERIAL_NUMBER, number) for number in ("1", "2")]
    assert refused(with_attributes(attributes(WHOM), twice)) is Reason.PROFILE_MALFORMED


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x31\x00", b"\x30\x80\x00\x00", b"\x30\x02\x05\x00", b"\x04\x02ab"])
def test_attributes_that_are_none_are_refused(der):
    assert refused(with_attributes(der)) in {Reason.PROFILE_MALFORMED, Reason.SUBJECT_TYPE_MISSING}


@given(st.binary(max_size=200))
def test_whatever_the_attributes_are_nothing_but_a_refusal_comes_of_them(der):
    assert refused(with_attributes(der)) in {Reason.PROFILE_MALFORMED, Reason.SUBJECT_TYPE_MISSING}


GOOD = a_card(CardKind.INSTITUTION).der


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_whatever_bytes_of_a_certificate_are_changed_nothing_but_a_refusal_comes_of_it(changes):
    der = bytearray(GOOD)
    for place, value in changes:
        der[place] = value
    try:
        certificate = x509.load_der_x509_certificate(bytes(der))
    except UNREADABLE:
        return
    try:
        usage_objection(certificate) or policy_objection(certificate)
        assert read_profile(certificate).kind in CardKind
    except TokenRefused:
        pass


@pytest.mark.parametrize("signs", [False, None])
def test_a_certificate_that_is_not_for_signatures_does_not_log_in(signs):
    assert usage_objection(a_card(signs=signs).certificate) is Reason.KEY_USAGE_MISSING


@pytest.mark.parametrize(
    ("purposes", "objection"),
    [
        ((), None),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), None),
        ((ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH), None),
        ((ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,), None),
        ((ExtendedKeyUsageOID.SERVER_AUTH,), Reason.PURPOSE_WRONG),
        ((ExtendedKeyUsageOID.OCSP_SIGNING, ExtendedKeyUsageOID.TIME_STAMPING), Reason.PURPOSE_WRONG),
    ],
)
def test_an_extended_purpose_has_to_be_that_of_clients_where_there_is_one(purposes, objection):
    assert usage_objection(a_card(purposes=purposes).certificate) is objection


@pytest.mark.parametrize(
    ("policies", "objection"),
    [
        (("2.16.886.101.0.3.3",), None),
        (("2.16.886.101.0.3.3.1.2",), None),
        (("1.2.3", "2.16.886.101.0.3.3.1"), None),
        ((), Reason.POLICY_NOT_ALLOWED),
        (("2.16.886.101.0.3.30",), Reason.POLICY_NOT_ALLOWED),
        (("2.16.886.101.0.3",), Reason.POLICY_NOT_ALLOWED),
        (("2.5.29.32.0",), Reason.POLICY_NOT_ALLOWED),
    ],
)
def test_a_policy_has_to_lie_under_the_arc(policies, objection):
    assert policy_objection(a_card(policies=policies).certificate) is objection

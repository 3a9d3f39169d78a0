"""A card's token: read in one form only, and believed only by its signature."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from operate.rehearsal.pki import new_rsa_key, sign
from shared.cards.reasons import Reason, TokenRefused
from shared.cards.token import Algorithm, read_token, signature_holds, signed_bytes, write_token
from tests.controls.card_pki import NONCE, NOW, ORIGIN, a_card

CARD = a_card()
TOKEN = CARD.token(ORIGIN, NONCE)
RSA_KEY = new_rsa_key()
KEYS = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
    "ES512": ec.generate_private_key(ec.SECP521R1()),
} | {f"{scheme}{bits}": RSA_KEY for scheme in ("PS", "RS") for bits in ("256", "384", "512")}


def changed(**parts):
    """The good token with parts changed; those that are `...` are left out."""
    written = {**json.loads(TOKEN), **parts}
    return json.dumps({name: value for name, value in written.items() if value is not ...})


def reason_for(text):
    with pytest.raises(TokenRefused) as refused:
        read_token(text)
    return refused.value.reason


def test_a_good_token_is_read_as_it_was_written():
    token = read_token(TOKEN)
    assert token.certificate == CARD.certificate
    assert token.algorithm is Algorithm.ES256
    assert token.agent == "caretrail-rehearsal/0.1.0"


@pytest.mark.parametrize("text", [None, ""])
def test_a_token_that_is_not_there_is_refused(text):
    assert reason_for(text) is Reason.TOKEN_MISSING


def test_a_token_has_a_hundred_characters_at_least_and_ten_thousand_at_most():
    assert reason_for("{" + " " * 97 + "}") is Reason.TOKEN_TOO_SHORT
    assert reason_for("{" + " " * 98 + "}") is Reason.FORMAT_UNKNOWN
    padded = TOKEN[:-1] + " " * (10_000 - len(TOKEN)) + "}"
    assert len(padded) == 10_000
    assert read_token(padded).certificate == CARD.certificate
    assert reason_for(f" {padded}") is Reason.TOKEN_TOO_LONG


@pytest.mark.parametrize(
    "text",
    ["x" * 200, '{"format":' + "[" * 5000, TOKEN[:-1], TOKEN + "x", "{" + " " * 120, '{"format":"\ud800"}' + " " * 100],
)
def test_what_is_not_json_is_refused(text):
    assert reason_for(text) is Reason.TOKEN_NOT_JSON


@pytest.mark.parametrize(
    "written", ["[" + "1," * 60 + "1]", '"' + "x" * 120 + '"', " " * 100 + "null", " " * 100 + "7"]
)
def test_json_that_is_no_object_is_refused(written):
    assert reason_for(written) is Reason.TOKEN_NOT_AN_OBJECT


@pytest.mark.parametrize("version", [..., None, "", "caretrail-card:1.1", "caretrail-card:2.0", "web-eid:1.0", 1])
def test_a_version_that_is_not_known_is_refused(version):
    assert reason_for(changed(format=version)) is Reason.FORMAT_UNKNOWN


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("NONE", Reason.ALGORITHM_NONE),
        ("none", Reason.ALGORITHM_NONE),
        ("", Reason.ALGORITHM_EMPTY),
        (..., Reason.ALGORITHM_EMPTY),
        (None, Reason.ALGORITHM_EMPTY),
        (256, Reason.ALGORITHM_EMPTY),
        ("ES256\x00", Reason.ALGORITHM_CONTROL_CHARACTERS),
        ("\x1f\x7f", Reason.ALGORITHM_CONTROL_CHARACTERS),
        ("ES256\n", Reason.ALGORITHM_CONTROL_CHARACTERS),
        ("HS256", Reason.ALGORITHM_UNKNOWN),
        ("es256", Reason.ALGORITHM_UNKNOWN),
        ("ES256K", Reason.ALGORITHM_UNKNOWN),
        ("RS1", Reason.ALGORITHM_UNKNOWN),
    ],
)
def test_an_algorithm_that_is_not_one_of_nine_is_refused(name, reason):
    assert reason_for(changed(algorithm=name)) is reason


@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        (..., Reason.CERTIFICATE_MISSING),
        (None, Reason.CERTIFICATE_MISSING),
        ("", Reason.CERTIFICATE_MISSING),
        (["MII="], Reason.CERTIFICATE_NOT_TEXT),
        (1234, Reason.CERTIFICATE_NOT_TEXT),
        ({}, Reason.CERTIFICATE_NOT_TEXT),
        ("這不是 base64", Reason.CERTIFICATE_NOT_BASE64),
        ("MII", Reason.CERTIFICATE_NOT_BASE64),
        ("MII=\n", Reason.CERTIFICATE_NOT_BASE64),
        (b64encode(b"not a certificate").decode(), Reason.CERTIFICATE_MALFORMED),
        (b64encode(CARD.der + b"\x00").decode(), Reason.CERTIFICATE_MALFORMED),
        (b64encode(CARD.der[:-1]).decode(), Reason.CERTIFICATE_MALFORMED),
    ],
)
def test_what_is_no_certificate_is_refused(certificate, reason):
    assert reason_for(changed(certificate=certificate)) is reason


@pytest.mark.filterwarnings("ignore:Parsed a serial number")  # as where warnings are no errors
@pytest.mark.parametrize("serial", [b"\x00", b"\xff"])
def test_a_certificate_without_a_number_above_zero_is_refused(serial):
    builder = x509.CertificateBuilder(CARD.certificate.issuer, CARD.certificate.subject, CARD.key.public_key(), 7)
    dated = builder.not_valid_before(NOW).not_valid_after(NOW)
    der = dated.sign(CARD.key, hashes.SHA256()).public_bytes(Encoding.DER)
    assert der.count(b"\x02\x01\x07") == 1
    numbered = b64encode(der.replace(b"\x02\x01\x07", b"\x02\x01" + serial)).decode()
    assert reason_for(changed(certificate=numbered)) is Reason.CERTIFICATE_MALFORMED


@pytest.mark.parametrize("signature", [..., None, "", 7, "!", ["AAAA"]])
def test_a_signature_that_is_no_base64_is_refused(signature):
    assert reason_for(changed(signature=signature)) is Reason.SIGNATURE_MALFORMED


@pytest.mark.parametrize("agent", [..., None, 7, "x" * 101, "a\nb"])
def test_what_an_agent_calls_itself_stops_nobody(agent):
    assert read_token(changed(agent=agent)).agent == ""


@given(st.text(min_size=90, max_size=400))
def test_any_text_is_refused_for_a_reason(text):
    reason_for(text)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.text(max_size=40)
                | st.binary(max_size=40).map(lambda found: b64encode(found).decode()),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                max_leaves=5,
            )
            for name in ("format", "certificate", "algorithm", "signature")
        },
    )
)
def test_any_change_of_any_part_is_refused_for_a_reason_or_changes_nothing_that_counts(parts):
    try:
        token = read_token(changed(**parts))
    except TokenRefused:
        return
    assert token.certificate == CARD.certificate


@given(st.integers(0, len(TOKEN) - 1), st.characters())
def test_a_token_with_one_character_changed_is_never_signed_for_by_another_key(place, character):
    try:
        token = read_token(TOKEN[:place] + character + TOKEN[place + 1 :])
        held = signature_holds(token.certificate.public_key(), token.algorithm, token.signature, ORIGIN, NONCE)
    except TokenRefused:
        return
    # Other words around the same key are for the path to refuse: the issuer has not signed them.
    assert not held or token.certificate.public_key() == CARD.certificate.public_key()


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_each_algorithm_signs_the_hash_of_the_origin_and_the_hash_of_the_nonce(algorithm):
    key = KEYS[algorithm]
    signed = signed_bytes(algorithm, ORIGIN, NONCE)
    assert len(signed) == int(algorithm[2:]) // 4
    signature = sign(key, algorithm, signed)
    assert signature_holds(key.public_key(), algorithm, signature, ORIGIN, NONCE)
    assert not signature_holds(key.public_key(), algorithm, signature, ORIGIN, NONCE + "=")
    assert not signature_holds(key.public_key(), algorithm, signature, ORIGIN + "/", NONCE)
    assert not signature_holds(key.public_key(), algorithm, signature[:-1], ORIGIN, NONCE)
    assert not signature_holds(key.public_key(), algorithm, b"", ORIGIN, NONCE)


def test_a_signature_has_one_length_only():
    key = KEYS["ES256"]
    signed = signed_bytes(Algorithm.ES256, ORIGIN, NONCE)
    signature = next(one for one in iter(lambda: sign(key, Algorithm.ES256, signed), None) if one[32] == 0)
    assert signature_holds(key.public_key(), Algorithm.ES256, signature, ORIGIN, NONCE)
    assert not signature_holds(key.public_key(), Algorithm.ES256, signature[:32] + signature[33:], ORIGIN, NONCE)


def test_a_nonce_does_not_slip_into_the_origin():
    key = KEYS["ES256"]
    signature = sign(key, Algorithm.ES256, signed_bytes(Algorithm.ES256, "https://a", "bc"))
    assert not signature_holds(key.public_key(), Algorithm.ES256, signature, "https://ab", "c")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (KEYS["ES256"], Algorithm.ES384),
        (KEYS["ES384"], Algorithm.ES256),
        (KEYS["ES256"], Algorithm.RS256),
        (RSA_KEY, Algorithm.ES256),
        (rsa.generate_private_key(65537, 1024), Algorithm.RS256),  # noqa: S505 - to see it refused
        (ed25519.Ed25519PrivateKey.generate(), Algorithm.ES256),
        (ec.generate_private_key(ec.SECP256K1()), Algorithm.ES256),
    ],
)
def test_a_key_signs_by_its_own_algorithm_only(key, algorithm):
    with pytest.raises(TokenRefused) as refused:
        signature_holds(key.public_key(), algorithm, b"\0" * 64, ORIGIN, NONCE)
    assert refused.value.reason is Reason.KEY_OF_ANOTHER_ALGORITHM


def test_the_text_of_a_token_is_the_documented_one():
    written = json.loads(write_token(b"der", Algorithm.PS256, b"signature", "agent/1"))
    assert written == {
        "format": "caretrail-card:1.0",
        "certificate": "ZGVy",
        "algorithm": "PS256",
        "signature": "c2lnbmF0dXJl",
        "agent": "agent/1",
    }


def test_neither_a_token_nor_its_refusal_shows_whose_card_it_is():
    shown = repr(read_token(TOKEN)) + repr(TokenRefused(Reason.REVOKED))
    key = CARD.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert "王小明" not in shown
    assert key not in shown

"""A principal between services: it arrives as it was signed, or not at all."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.principal import Assurance, Principal, Role, Service
from shared.principal_tokens import (
    CLOCK_SKEW,
    LIFETIME,
    PrincipalForged,
    PrincipalReader,
    PrincipalSigner,
    PrincipalStale,
)
from shared.relay.checkpoints import key_id_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
ANOTHER_KEY = Ed25519PrivateKey.generate()
READER = PrincipalReader({key_id_of(KEY.public_key()): KEY.public_key()})
DOCTOR = Principal(
    id="account/7d4cf1d2-77a0-4a8c-8d6e-5f0a3a8f0d11",
    role=Role.DOCTOR,
    assurances=frozenset({Assurance.PASSWORD, Assurance.CARD_PIN}),
    subject=UUID("0d6dd35c-6e10-4b4f-9d6c-0a1f5dd2f6b9"),
    institution="3501200000",
    acts_for=frozenset({"D00001", "D00002"}),
    jurisdiction="臺北市",
)


def signed(principal=DOCTOR, key=KEY):
    return PrincipalSigner(key).sign(principal, NOW)


def parts(token):
    header, payload, signature = token.split(".")
    return read_part(header), read_part(payload), signature


def read_part(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def write_part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


PRINCIPALS = st.builds(
    Principal,
    id=st.text(min_size=1, max_size=40),
    role=st.sampled_from(Role),
    assurances=st.frozensets(st.sampled_from(Assurance)),
    subject=st.none() | st.uuids(),
    institution=st.none() | st.from_regex(r"[0-9]{10}", fullmatch=True),
    acts_for=st.frozensets(st.text(max_size=8)),
    jurisdiction=st.none() | st.text(max_size=4),
    contacts=st.frozensets(st.text(max_size=8)),
    services=st.frozensets(st.sampled_from(Service)),
)


@given(PRINCIPALS)
def test_a_principal_arrives_as_it_was_signed(principal):
    assert READER.read(signed(principal), NOW) == principal


def test_a_principal_is_read_as_long_as_it_lives_and_clocks_may_differ():
    for moment in (NOW - CLOCK_SKEW, NOW, NOW + LIFETIME + CLOCK_SKEW - timedelta(microseconds=1)):
        assert READER.read(signed(), moment) == DOCTOR


def test_somebody_is_signed_for_once_in_ten_seconds_and_anew_when_anything_about_them_has_changed():
    signer = PrincipalSigner(KEY)
    token = signer.sign(DOCTOR, NOW)
    assert signer.sign(DOCTOR, NOW + timedelta(seconds=9)) == token
    assert signer.sign(DOCTOR, NOW + timedelta(seconds=10)) != token
    assert signer.sign(replace(DOCTOR, assurances=frozenset({Assurance.PASSWORD})), NOW) != token


@pytest.mark.parametrize("moment", [NOW + LIFETIME + CLOCK_SKEW, NOW - CLOCK_SKEW - timedelta(microseconds=1)])
def test_a_stale_principal_is_refused_as_stale(moment):
    with pytest.raises(PrincipalStale):
        READER.read(signed(), moment)


def test_a_principal_signed_by_another_key_is_forged_although_it_names_the_right_one():
    claims = jwt.decode(signed(), options={"verify_signature": False})
    headers = {"kid": key_id_of(KEY.public_key()), "typ": "caretrail-principal+jwt"}
    with pytest.raises(PrincipalForged):
        READER.read(jwt.encode(claims, ANOTHER_KEY, algorithm="EdDSA", headers=headers), NOW)


def test_a_key_that_the_reader_does_not_know_signs_nothing():
    with pytest.raises(PrincipalForged):
        READER.read(signed(key=ANOTHER_KEY), NOW)


def test_both_keys_are_believed_while_one_follows_the_other():
    both = PrincipalReader({key_id_of(key.public_key()): key.public_key() for key in (KEY, ANOTHER_KEY)})
    assert both.read(signed(), NOW) == both.read(signed(key=ANOTHER_KEY), NOW) == DOCTOR


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_a_token_that_asks_not_to_be_verified_is_forged(algorithm):
    header, claims, _ = parts(signed())
    with pytest.raises(PrincipalForged):
        READER.read(f"{write_part({**header, 'alg': algorithm})}.{write_part(claims)}.", NOW)


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_forged():
    claims = jwt.decode(signed(), options={"verify_signature": False})
    headers = {"kid": key_id_of(KEY.public_key()), "typ": "caretrail-principal+jwt"}
    confused = jwt.encode(claims, KEY.public_key().public_bytes_raw(), algorithm="HS256", headers=headers)
    with pytest.raises(PrincipalForged):
        READER.read(confused, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"role": "bureau_manager"},
        {"jurisdiction": "高雄市"},
        {"acts_for": ["D00003"]},
        {"assurances": ["internal"]},
        {"exp": 4_000_000_000},
    ],
)
def test_a_claim_changed_on_the_way_makes_the_token_forged(change):
    header, claims, signature = parts(signed())
    with pytest.raises(PrincipalForged):
        READER.read(f"{write_part(header)}.{write_part({**claims, **change})}.{signature}", NOW)


@pytest.mark.parametrize(
    ("claims", "headers"),
    [
        ({"aud": "somebody else"}, {}),
        ({"iss": "somebody else"}, {}),
        ({"role": "emperor"}, {}),
        ({"assurances": ["shouting"]}, {}),
        ({"subject": "not a pseudonym"}, {}),
        ({"iat": "yesterday"}, {}),
        ({"exp": 10**30}, {}),
        ({}, {"typ": "JWT"}),
    ],
)
def test_a_token_that_is_no_principal_is_forged_even_where_identity_signed_it(claims, headers):
    genuine, whole, _ = parts(signed())
    token = jwt.encode({**whole, **claims}, KEY, algorithm="EdDSA", headers={**genuine, **headers})
    with pytest.raises(PrincipalForged):
        READER.read(token, NOW)


@pytest.mark.parametrize("missing", ["aud", "iss", "iat", "exp", "sub", "role", "assurances", "acts_for"])
def test_a_token_without_one_of_its_claims_is_forged(missing):
    header, claims, _ = parts(signed())
    del claims[missing]
    with pytest.raises(PrincipalForged):
        READER.read(jwt.encode(claims, KEY, algorithm="EdDSA", headers=header), NOW)


@given(st.text(max_size=200))
def test_whatever_else_is_sent_is_forged(text):
    with pytest.raises(PrincipalForged):
        READER.read(text, NOW)


def test_the_refusal_does_not_quote_the_token():
    with pytest.raises(PrincipalForged) as refused:
        READER.read(signed(key=ANOTHER_KEY), NOW)
    assert refused.value.__cause__ is None
    assert signed(key=ANOTHER_KEY).split(".")[1] not in str(refused.value)

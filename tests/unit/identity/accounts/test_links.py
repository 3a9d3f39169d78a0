"""The secrets that are handed out: long, different, and kept as a hash."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.identity.application.accounts.tokens import Link, hash_of, new_token

ACCOUNT = UUID("5b7ec700-0006-4000-8000-000000000001")


def test_a_token_has_256_bits_and_no_two_are_the_same():
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(urlsafe_b64decode(f"{token}=")) for token in tokens} == {32}
    assert len({hash_of(token) for token in tokens}) == 1_000


def test_a_link_names_its_account_and_is_known_again():
    link = Link.new(ACCOUNT)
    assert Link.parse(f" {link.text}\n") == link
    assert link.account == ACCOUNT
    assert link.is_the_one(link.text)
    assert not link.is_the_one(Link.new(ACCOUNT).text)


@given(st.text(max_size=100))
def test_whatever_is_no_link_is_none(text):
    link = Link.parse(text)
    assert link is None or len(link.secret) == 32

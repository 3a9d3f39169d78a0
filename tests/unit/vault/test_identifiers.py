"""Blind indexes: equal identifiers give equal digests, and a digest gives nothing back without the key."""

import pytest

from shared.vault.blind_index import BlindIndex, Identifier

INDEX = BlindIndex(b"i" * 32)


@pytest.mark.parametrize(
    "written", ["A123456789", "a123456789", " A123 456 789 ", "Ａ１２３４５６７８９", "A123456789\n"]
)
def test_the_same_identifier_is_found_however_it_was_typed(written):
    assert INDEX.digest(Identifier("national_id", written)) == INDEX.digest(Identifier("national_id", "A123456789"))


def test_one_number_of_two_kinds_is_two_identifiers():
    assert INDEX.digest(Identifier("passport", "A123456789")) != INDEX.digest(Identifier("national_id", "A123456789"))


def test_another_index_key_gives_another_digest():
    identifier = Identifier("national_id", "A123456789")

    assert BlindIndex(b"j" * 32).digest(identifier) != INDEX.digest(identifier)


def test_a_digest_of_content_is_keyed_and_is_no_identifiers():
    digest = INDEX.digest_of_content("mobile", b"0912345678")

    assert digest == INDEX.digest_of_content("mobile", b"0912345678")
    others = [
        INDEX.digest_of_content("file", b"0912345678"),
        INDEX.digest(Identifier("mobile", "0912345678")),
        BlindIndex(b"j" * 32).digest_of_content("mobile", b"0912345678"),
    ]
    assert digest not in others


@pytest.mark.parametrize(("kind", "value"), [("", "A123456789"), ("a\0b", "c"), ("id", ""), ("id", " \u3000")])
def test_an_identifier_without_a_value_or_a_plain_kind_is_refused(kind, value):
    with pytest.raises(ValueError, match="needs a value, and a kind"):
        Identifier(kind, value)


def test_an_identifier_never_shows_its_value():
    assert "A123456789" not in repr(Identifier("national_id", "A123456789"))

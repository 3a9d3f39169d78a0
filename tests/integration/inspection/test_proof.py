"""Whether the events behind a row can be believed: altered, rewritten, signed by another, not signed yet."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.inspection.proof import Verdict, prove
from shared.relay.checkpoints import key_id_of, statement
from shared.relay.sequencer import SettledPages

pytestmark = pytest.mark.postgres

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KEYS = {key_id_of(KEY.public_key()): KEY.public_key()}


@pytest.fixture
def signed(audited):
    """Two pages of a log, each with a checkpoint at its end, and one that nobody has signed yet."""
    placed = audited.shop.placed()
    for _ in range(3):
        audited.ledger.record(*(audited.shop.placed() for _ in range(3)))
        if audited.ledger.log.head().position < 9:
            sign(audited, audited.ledger.log.head().position)
    return placed


def sign(audited, position, by=KEY, hash_=None):
    pages, key_id = SettledPages(audited.connection, "orders"), key_id_of(KEY.public_key())
    hash_ = hash_ or pages.end_of_page_before(position + 1).hash
    text = statement("orders", pages.incarnation, position, hash_, key_id)
    audited.connection.execute("delete from checkpoint where position = %s", (position,))
    audited.connection.execute(
        "insert into checkpoint (position, hash, key_id, signature) values (%s, %s, %s, %s)",
        (position, hash_, key_id, by.sign(text)),
    )


def verdict(audited, *positions, keys=KEYS):
    return prove(audited.connection, "orders", keys, positions)


@pytest.mark.usefixtures("signed")
def test_events_between_two_signatures_are_proved_by_their_stretch_alone(audited):
    proof = verdict(audited, 5)
    assert (proof.verdict, proof.first, proof.last, proof.signed) == (Verdict.SIGNED, 4, 6, 6)
    assert verdict(audited, 2, 5).first == 1


@pytest.mark.usefixtures("signed")
def test_events_behind_the_last_signature_are_told_to_be_unsigned(audited):
    proof = verdict(audited, 2, 8)
    assert (proof.verdict, proof.last, proof.signed) == (Verdict.UNSIGNED, 9, 6)


@pytest.mark.usefixtures("signed")
def test_an_altered_event_is_found_where_it_lies_and_nowhere_else(audited):
    audited.connection.execute(
        "update event set data = convert_to(replace(convert_from(data, 'utf8'), 'shop', 'web'), 'utf8')"
        " where id = (select id from event order by id offset 4 limit 1)"
    )
    assert verdict(audited, 6).verdict is Verdict.ALTERED
    assert verdict(audited, 2).verdict is Verdict.SIGNED


@pytest.mark.usefixtures("signed")
def test_a_log_that_is_not_the_one_that_was_signed_is_found_although_its_hashes_are_right(audited):
    sign(audited, 6, hash_=b"r" * 32)
    assert verdict(audited, 5).verdict is Verdict.REWRITTEN
    assert verdict(audited, 2).verdict is Verdict.SIGNED


@pytest.mark.usefixtures("signed")
def test_a_signature_by_another_key_is_found_and_one_of_an_unknown_key_is_told(audited):
    sign(audited, 6, by=OTHER)
    assert verdict(audited, 5).verdict is Verdict.FORGED
    assert verdict(audited, 2).verdict is Verdict.SIGNED
    assert verdict(audited, 2, keys={}).verdict is Verdict.KEY_UNKNOWN

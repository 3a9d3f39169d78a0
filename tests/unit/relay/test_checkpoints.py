"""A checkpoint vouches for one position of one log, and for nothing else."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.relay.checkpoints import (
    NotASigningKey,
    Signer,
    create_signing_key,
    is_signed,
    key_id_of,
    load_public_keys,
    load_signing_key,
    statement,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
CHECKPOINT = Signer(KEY, "matching", "life1").sign(1000, bytes.fromhex("ab" * 32))


def test_the_signed_text_is_this():
    assert statement("matching", "life1", 1000, bytes.fromhex("ab" * 32), "139e3940e64b5491") == (
        b"caretrail checkpoint 1\n"
        b"context matching\n"
        b"incarnation life1\n"
        b"position 1000\n"
        b"hash abababababababababababababababababababababababababababababababab\n"
        b"key 139e3940e64b5491\n"
    )


def test_the_key_that_signed_proves_it():
    assert CHECKPOINT.key_id == key_id_of(KEY.public_key()) == "139e3940e64b5491"
    assert is_signed(CHECKPOINT, "matching", "life1", KEY.public_key())


@pytest.mark.parametrize(
    "altered",
    [
        replace(CHECKPOINT, position=1001),
        replace(CHECKPOINT, hash=bytes(32)),
        replace(CHECKPOINT, key_id="0" * 16),
        replace(CHECKPOINT, signature=bytes(64)),
    ],
    ids=["position", "hash", "key id", "signature"],
)
def test_an_altered_checkpoint_is_not_signed(altered):
    assert not is_signed(altered, "matching", "life1", KEY.public_key())


def test_a_checkpoint_of_another_log_is_not_signed_for_this_one():
    assert not is_signed(CHECKPOINT, "matching", "life2", KEY.public_key())
    assert not is_signed(CHECKPOINT, "support", "life1", KEY.public_key())


def test_another_key_does_not_prove_it():
    assert not is_signed(CHECKPOINT, "matching", "life1", Ed25519PrivateKey.generate().public_key())


def test_a_created_key_is_private_and_found_again_with_its_public_half(tmp_path):
    path = tmp_path / "checkpoint.pem"
    created = create_signing_key(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_signing_key(path).private_bytes_raw() == created.private_bytes_raw()
    assert list(load_public_keys([path.with_suffix(".pub")])) == [key_id_of(created.public_key())]


def test_a_key_is_never_written_over(tmp_path):
    path = tmp_path / "checkpoint.pem"
    create_signing_key(path)
    with pytest.raises(FileExistsError):
        create_signing_key(path)


@pytest.mark.parametrize("load", [load_signing_key, lambda path: load_public_keys([path])])
def test_a_file_without_a_key_is_named(tmp_path, load):
    path = tmp_path / "checkpoint.pem"
    path.write_text("nothing")
    with pytest.raises(NotASigningKey, match=r"checkpoint\.pem"):
        load(path)

"""A checkpoint vouches for one position of one log, and for nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.archive import verifier
from shared.relay.checkpoints import Checkpoint, NotAPublicKey, Signer, key_id_of, load_public_keys, statement

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
CHECKPOINT = Signer(lambda: KEY, "matching", "life1").sign(1000, bytes.fromhex("ab" * 32))


def is_signed(checkpoint: Checkpoint, context: str, incarnation: str, key: Ed25519PublicKey) -> bool:
    """Whether a verifier, which knows nothing of the signer's code, counts the signature."""
    stored = (checkpoint.position, checkpoint.hash.hex(), checkpoint.key_id, checkpoint.signature.hex())
    return verifier.Checkpoint(*stored).is_signed(context, incarnation, key)


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


def test_public_keys_are_found_by_their_ids(tmp_path):
    path = tmp_path / "checkpoint.pub"
    path.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert load_public_keys([path]) == {"139e3940e64b5491": KEY.public_key()}


@pytest.mark.parametrize("content", [b"nothing", KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())])
def test_a_file_without_a_public_key_is_named(tmp_path, content):
    path = tmp_path / "checkpoint.pub"
    path.write_bytes(content)
    with pytest.raises(NotAPublicKey, match=r"checkpoint\.pub"):
        load_public_keys([path])

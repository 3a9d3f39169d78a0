"""The checkpoint key: made once, known by its public key, replaced only by someone who holds the former one."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_public_key

from shared.relay.checkpoints import key_id_of
from shared.vault.errors import KeysUnusable
from shared.vault.signing import load_or_create, public_keys

FOREIGN = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "checkpoint.key"


def key_id(key):
    return key_id_of(key.public_key())


def test_the_first_start_makes_a_key_and_the_next_finds_it(path):
    made = load_or_create(path, signed_by=())
    found = load_or_create(path, signed_by=[key_id(made)])

    made.public_key().verify(found.sign(b"checkpoint"), b"checkpoint")
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_public_key_lies_beside_for_those_who_verify(path):
    made = load_or_create(path, signed_by=())

    public = load_pem_public_key(path.with_name("checkpoint.pub").read_bytes())

    public.verify(made.sign(b"checkpoint"), b"checkpoint")


def test_all_keys_of_the_file_verify_also_former_ones(path, tmp_path):
    former = load_or_create(path, signed_by=())
    newer_path = tmp_path / "newer" / "checkpoint.key"
    newer = load_or_create(newer_path, signed_by=())
    path.write_text(newer_path.read_text() + path.read_text())

    assert list(public_keys(path)) == [key_id(newer), key_id(former)]


def test_no_key_is_made_beside_checkpoints_that_another_one_signed(path):
    with pytest.raises(KeysUnusable, match=r"checkpoint\.key is missing.*signed by abcd"):
        load_or_create(path, signed_by=["abcd"])

    assert not path.exists()


def test_a_file_with_a_key_that_signed_nothing_of_this_log_is_refused(path):
    load_or_create(path, signed_by=())

    with pytest.raises(KeysUnusable, match="Put the right file back"):
        load_or_create(path, signed_by=["abcd"])


def test_a_new_key_takes_over_above_the_former_one(path, tmp_path):
    former = load_or_create(path, signed_by=())
    new = load_or_create(tmp_path / "new.key", signed_by=())
    path.write_text((tmp_path / "new.key").read_text() + path.read_text())

    assert key_id(load_or_create(path, signed_by=[key_id(former)])) == key_id(new)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "holds no key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cannot be read"),
        (FOREIGN, "not an Ed25519 key"),
    ],
)
def test_a_file_without_a_usable_key_is_refused(path, text, complaint):
    load_or_create(path, signed_by=())
    path.write_text(text)

    with pytest.raises(KeysUnusable, match=complaint):
        load_or_create(path, signed_by=())


def test_a_key_that_others_can_read_is_refused(path):
    load_or_create(path, signed_by=())
    path.chmod(0o644)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        load_or_create(path, signed_by=())

"""The checkpoint key: made once, known by its public key, replaced only by someone who holds the former one."""

import hashlib

import pytest

from shared.vault.errors import KeysUnusable
from shared.vault.signing import load_or_create


@pytest.fixture
def path(tmp_path):
    return tmp_path / "keys" / "checkpoint.key"


def test_the_first_start_makes_a_key_and_the_next_finds_it(path):
    made = load_or_create(path, signed_by=())
    found = load_or_create(path, signed_by=[made.id])

    public = made.private_key.public_key()
    public.verify(found.private_key.sign(b"checkpoint"), b"checkpoint")
    assert found.id == made.id == hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_key_is_made_beside_checkpoints_that_another_one_signed(path):
    with pytest.raises(KeysUnusable, match=r"checkpoint\.key is missing.*signed by abcd"):
        load_or_create(path, signed_by=["abcd"])

    assert not path.exists()


def test_a_file_with_a_key_that_signed_nothing_of_this_log_is_refused(path):
    load_or_create(path, signed_by=())

    with pytest.raises(KeysUnusable, match="Put the right file back"):
        load_or_create(path, signed_by=["abcd"])


def test_a_new_key_takes_over_above_the_line_of_the_former_one(path, tmp_path):
    former = load_or_create(path, signed_by=())
    new = load_or_create(tmp_path / "new.key", signed_by=())
    path.write_text((tmp_path / "new.key").read_text() + path.read_text())

    assert load_or_create(path, signed_by=[former.id]).id == new.id


def test_a_line_whose_name_is_not_its_key_is_refused(path):
    key = load_or_create(path, signed_by=())
    path.write_text(path.read_text().replace(key.id, "0" * 16))

    with pytest.raises(KeysUnusable, match="its line was altered"):
        load_or_create(path, signed_by=())


def test_a_key_that_others_can_read_is_refused(path):
    load_or_create(path, signed_by=())
    path.chmod(0o644)

    with pytest.raises(KeysUnusable, match="chmod 600"):
        load_or_create(path, signed_by=())

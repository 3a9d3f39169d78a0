"""A log is proved whole, or it is said where it is not, or that it cannot be told: three exit statuses."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.relay.checkpoints import Signer, key_id_of

ALTER = """
update event set data = set_byte(data, 20, get_byte(data, 20) # 1)
where id = (select id from event order by epoch, xid, id offset 2 limit 1)
"""


def sign_with_another_key(installation):
    """Sign the log's end with a key that this installation does not have; answers its public half."""
    key = Ed25519PrivateKey.generate()
    [(incarnation,)] = installation.query("select incarnation from log")
    [(position, hash_)] = installation.query("select position_to, hash from page order by position_to desc limit 1")
    made = Signer(key, "matching", incarnation).sign(position, bytes(hash_))
    installation.query(
        "update checkpoint set key_id = %s, signature = %s where position = %s",
        *(made.key_id, made.signature, made.position),
    )
    return key.public_key()


def test_a_whole_log_is_proved(looked_at):
    [(stored,)] = looked_at.query("select count(*) from event")
    assert looked_at.answer("audit", "verify") == {
        "positions": stored,
        "signed": stored,
        "whole": True,
        "first_bad": None,
    }
    assert looked_at.caretrail("audit", "verify").stdout.splitlines() == [
        "The log is whole: no event was altered, removed or added.",
        f"Verified up to position {stored}, signed up to {stored}.",
    ]


def test_an_altered_event_is_found_where_it_is(lived_in):
    lived_in.query(ALTER)
    found = lived_in.answer("audit", "verify", status=1)
    assert found["whole"] is False
    assert found["positions"] == 2
    assert (found["first_bad"]["first"], found["first_bad"]["last"]) == (3, 3)
    said = lived_in.caretrail("audit", "verify", "--lang", "zh-Hant")
    assert said.returncode == 1
    assert said.stdout.splitlines()[0] == "位置 3：事件遭更動，或與其他事件對調。"
    shown = lived_in.caretrail("events", "tail")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "audit verify" in shown.stderr


def test_a_signature_of_an_unknown_key_leaves_it_open_until_the_key_is_shown(lived_in, tmp_path):
    public = sign_with_another_key(lived_in)
    found = lived_in.answer("audit", "verify", status=2)
    assert found["whole"] is None
    assert found["first_bad"]["key_id"] == key_id_of(public)
    shown = tmp_path / "shown.pub"
    shown.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    found = lived_in.answer("audit", "verify", "--key", str(shown))
    assert (found["whole"], found["signed"]) == (True, found["positions"])


def test_auditors_need_no_private_key(lived_in):
    for name in ("master.keys", "checkpoint.key"):
        (lived_in.var / "keys" / name).unlink()
    assert lived_in.answer("audit", "verify")["whole"] is True
    (lived_in.var / "keys" / "checkpoint.pub").unlink()
    assert lived_in.answer("audit", "verify", status=2)["whole"] is None  # nobody can tell whose signature it is


@pytest.mark.parametrize("content", [None, "not a key"])
def test_a_key_file_that_is_none_is_refused(looked_at, tmp_path, content):
    file = tmp_path / "given.pub"
    if content:
        file.write_text(content)
    ended = looked_at.caretrail("audit", "verify", "--key", str(file))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "given.pub" in ended.stderr
    assert "Traceback" not in ended.stderr

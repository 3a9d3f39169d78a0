"""A log is proved whole, or it is said where it is not, or that it cannot be told: three exit statuses."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from operate.contexts import compose, contexts
from shared.context import Duty
from shared.installation import installation as opened
from shared.relay.checkpoints import Signer, key_id_of
from tests.controls.logbook import eventually

ALTER = """
update event set data = set_byte(data, 20, get_byte(data, 20) # 1)
where id = (select id from event order by epoch, xid, id offset 2 limit 1)
"""


def sign_with_another_key(installation):
    """Sign the log's end with a key that this installation does not have; answers its public half."""
    key = Ed25519PrivateKey.generate()
    [(incarnation,)] = installation.query("select incarnation from log")
    [(position, hash_)] = installation.query("select position_to, hash from page order by position_to desc limit 1")
    made = Signer(lambda: key, "matching", incarnation).sign(position, bytes(hash_))
    installation.query(
        "update checkpoint set key_id = %s, signature = %s where position = %s",
        *(made.key_id, made.signature, made.position),
    )
    return key.public_key()


def relay_identity(lived_in):
    """Give every event of identity its position."""
    with opened(lived_in.settings) as place, compose("identity")(place) as identity, identity.workers([Duty.RELAY]):
        waiting = "select count(*) > (select published from identity.relay) from identity.event"
        eventually(lambda: lived_in.query(waiting) == [(False,)])


def test_a_whole_log_is_proved(looked_at):
    [(stored,)] = looked_at.query("select count(*) from event")
    found = looked_at.answer("audit", "verify", "--context", "matching")
    verdict = {"context": "matching", "first": 1, "positions": stored, "signed": stored, "whole": True}
    assert found["whole"] is True
    assert found["contexts"] == [verdict | {"first_bad": None}]
    assert not any(found[aside] for aside in ("carried_keys", "altered_files", "passed_by"))
    assert looked_at.caretrail("audit", "verify", "--context", "matching").stdout.splitlines() == [
        "matching: The log is whole: no event was altered, removed or added.",
        f"Verified from position 1 to {stored}, signed up to {stored}.",
    ]


def test_without_a_name_every_log_is_verified(looked_at):
    found = looked_at.answer("audit", "verify")
    assert found["whole"] is True
    assert [verdict["context"] for verdict in found["contexts"]] == contexts()


def test_damage_in_any_log_is_found_without_naming_it(lived_in):
    lived_in.answer("registry", "hospitals", "--county", "臺北市")
    relay_identity(lived_in)
    assert lived_in.answer("audit", "verify")["whole"] is True
    lived_in.query("update identity.event set data = set_byte(data, 20, get_byte(data, 20) # 1)")
    found = lived_in.answer("audit", "verify", status=1)
    assert found["whole"] is False
    verdicts = {verdict["context"]: verdict["whole"] for verdict in found["contexts"]}
    assert verdicts == {"gateway": True, "identity": False, "matching": True, "notifier": True, "support": True}
    assert lived_in.answer("audit", "verify", "--context", "matching")["whole"] is True


@pytest.mark.parametrize("command", [("audit", "verify"), ("log", "status"), ("events", "tail")])
def test_an_unknown_context_is_answered_with_those_there_are(looked_at, command):
    ended = looked_at.caretrail(*command, "--context", "billing")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"caretrail: There is no context billing. There are: {', '.join(contexts())}.\n"


def test_an_altered_event_is_found_where_it_is(lived_in):
    lived_in.query(ALTER)
    [found] = lived_in.answer("audit", "verify", "--context", "matching", status=1)["contexts"]
    assert found["whole"] is False
    assert found["positions"] == 2
    assert (found["first_bad"]["first"], found["first_bad"]["last"]) == (3, 3)
    said = lived_in.caretrail("audit", "verify", "--context", "matching", "--lang", "zh-Hant")
    assert said.returncode == 1
    assert said.stdout.splitlines()[0] == "matching：位置 3：事件遭更動，或與其他事件對調。"
    shown = lived_in.caretrail("events", "tail")
    assert (shown.returncode, shown.stdout) == (2, "")
    assert "audit verify" in shown.stderr


def test_a_signature_of_an_unknown_key_leaves_it_open_until_the_key_is_shown(lived_in, tmp_path):
    public = sign_with_another_key(lived_in)
    verdict = lived_in.answer("audit", "verify", status=2)
    assert verdict["whole"] is None
    [found] = [one for one in verdict["contexts"] if one["context"] == "matching"]
    assert found["first_bad"]["detail"] == key_id_of(public)
    shown = tmp_path / "shown.pub"
    shown.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    [found] = lived_in.answer("audit", "verify", "--context", "matching", "--key", str(shown))["contexts"]
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

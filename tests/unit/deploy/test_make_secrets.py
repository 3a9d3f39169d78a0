"""Secrets of a deployment: made once, kept, each process with its own, and none of them shown."""

from __future__ import annotations

import base64
import json
import stat
from hashlib import sha256

import pytest

from deploy import make_secrets
from deploy.topology import Role, workers

SERVERS = {"postgres/superuser", "postgres/logins.sql", "rabbitmq/definitions.json"}


def contents(directory):
    """Every file by its path."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_text() for path in files}


@pytest.fixture
def made(tmp_path):
    directory = tmp_path / "secrets"
    make_secrets.main([str(directory)])
    return directory


def test_a_second_time_changes_no_password_and_no_key(made):
    before = contents(made)
    make_secrets.main([str(made)])
    after = contents(made)

    assert after.keys() == before.keys()
    salted = {"postgres/logins.sql", "rabbitmq/definitions.json"}
    assert {path for path, text in after.items() if text != before[path]} == salted


def test_a_process_that_is_new_gets_its_secrets_and_the_others_keep_theirs(made):
    passwords = json.loads((made / "passwords.json").read_text())
    del passwords["matching-react"]
    make_secrets.Place(made, made.stat().st_uid, "postgres", "rabbitmq").put("passwords.json", json.dumps(passwords))
    before = contents(made)

    make_secrets.main([str(made)])

    changed = {path for path, text in contents(made).items() if text != before[path]}
    assert changed - SERVERS == {"passwords.json", "matching-react/broker"}


def test_the_servers_can_be_elsewhere(made):
    make_secrets.main([str(made), "--postgres", "db.example.tw:5433", "--rabbitmq", "mq.example.tw"])

    assert (made / "matching-serve" / "database_vault").read_text().endswith("@db.example.tw:5433/vault")
    assert (made / "matching-serve" / "broker").read_text().endswith("@mq.example.tw/caretrail")


def test_nobody_but_the_owner_reads_them_and_servers_only_theirs(made):
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    readable = {
        path.relative_to(made).as_posix()
        for path in made.rglob("*")
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    }
    assert {path for path in readable if not path.endswith(".pub") or not path.startswith("keys/")} == SERVERS


def test_each_process_has_its_own_password_at_the_broker(made):
    assert len({(made / worker.name / "broker").read_text() for worker in workers()}) == len(workers())


def test_whoever_makes_register_files_alone_can_sign_them(made):
    assert {path.parent.name for path in made.glob("*/register.key")} == {"keys", "support-react"}


def test_each_relay_alone_can_sign_checkpoints_with_a_key_of_its_context(made):
    keys = {path.parent.name: path.read_text() for path in made.glob("*/checkpoint.key")}

    assert keys.keys() == {worker.name for worker in workers() if worker.role is Role.RELAY}
    assert len(set(keys.values())) == len(keys)


def test_only_what_lets_people_in_can_sign_who_is_calling(made):
    assert {path.parent.name for path in made.glob("*/principal.key")} == {"keys", "identity-serve"}


def test_servers_are_given_what_proves_a_password_and_not_the_password(made):
    passwords = json.loads((made / "passwords.json").read_text())
    definitions = (made / "rabbitmq" / "definitions.json").read_text()
    for path, known in (("postgres/logins.sql", passwords), ("rabbitmq/definitions.json", passwords)):
        assert not [name for name, password in known.items() if password in (made / path).read_text()]

    [user] = [user for user in json.loads(definitions)["users"] if user["name"] == "operator"]
    proof = base64.b64decode(user["password_hash"])
    assert proof[4:] == sha256(proof[:4] + passwords["operator"].encode()).digest()


def test_nothing_is_printed(tmp_path, capsys):
    make_secrets.main([str(tmp_path / "secrets")])

    assert capsys.readouterr() == ("", "")

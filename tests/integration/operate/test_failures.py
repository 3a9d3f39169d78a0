"""What stops a command is one sentence on standard error that says what to do, never a traceback."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from tests.integration.operate.command_line import PROJECT

NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/{}?connect_timeout=1"


def refused(installation, *arguments, **settings):
    ended = installation.caretrail(*arguments, **settings)
    assert (ended.returncode, ended.stdout) == (2, "")
    [sentence] = ended.stderr.splitlines()
    assert sentence.startswith("caretrail: ")
    return sentence


@pytest.mark.parametrize("command", ["events tail", "audit verify", "models status", "log status"])
def test_a_setting_that_cannot_be_used_is_named(looked_at, command):
    assert "CARETRAIL_LOG_LEVEL" in refused(looked_at, *command.split(), CARETRAIL_LOG_LEVEL="loud")
    assert "did you mean CARETRAIL_BROKER" in refused(looked_at, *command.split(), CARETRAIL_BROKR="amqp://here")


def test_a_database_that_does_not_answer_is_said(looked_at):
    databases = {
        "CARETRAIL_DATABASE_MATCHING": NOBODY_THERE.format("matching"),
        "CARETRAIL_DATABASE_VAULT": NOBODY_THERE.format("vault"),
    }
    for command in ("events tail", "models status"):
        assert "CARETRAIL_DATABASE_" in refused(looked_at, *command.split(), **databases)


def test_a_missing_master_key_is_named_and_nothing_is_made(lived_in):
    keys = lived_in.var / "keys" / "master.keys"
    keys.unlink()
    assert str(keys) in refused(lived_in, "models", "status")
    assert not keys.exists()


def test_keys_that_are_no_text_are_named(lived_in):
    keys = lived_in.var / "keys" / "master.keys"
    keys.write_bytes(b"\x80\xff\0")
    assert f"{keys} is not text" in refused(lived_in, "models", "status")


def test_a_var_that_cannot_be_used_is_named(looked_at, tmp_path):
    (tmp_path / "file").write_text("")
    for var in (tmp_path / "file", tmp_path / "file" / "below", "/proc/nope"):
        for command in ("models status", "demo --families 1"):
            assert str(var) in refused(looked_at, *command.split(), CARETRAIL_VAR=str(var))


def test_an_answer_that_cannot_be_written_is_said(looked_at):
    command = f"{shlex.join(looked_at.command('log', 'status'))} "
    for output in (">/dev/full", ">&-"):
        ended = subprocess.run(
            ["/bin/sh", "-c", command + output],
            cwd=PROJECT,
            env=looked_at.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
        assert "standard output" in ended.stderr


def test_chinese_is_written_whatever_the_terminal_was_told_to_be(looked_at):
    ended = looked_at.caretrail("log", "status", "--lang", "zh-Hant", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_data_of_another_postgresql_are_not_touched(installation, tmp_path):
    (tmp_path / "postgres-16").mkdir()
    (tmp_path / "postgres-16" / "PG_VERSION").write_text("12\n")
    assert "PostgreSQL 12" in refused(installation, "log", "status", CARETRAIL_VAR=str(tmp_path))


def test_log_lines_go_beside_the_answer(looked_at):
    ended = looked_at.caretrail("models", "rebuild", "bureau_board", "--json", CARETRAIL_LOG_LEVEL="info")
    assert len(ended.stdout.splitlines()) == 1
    assert "read_model_rebuilt" in ended.stderr

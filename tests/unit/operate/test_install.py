"""`caretrail install` where there is nothing to do, or nothing that is known."""

import json

from operate.command_line import run

VAULT = {"CARETRAIL_DATABASE_VAULT": "postgresql://installer@nowhere.invalid/vault"}


def test_the_embedded_database_needs_no_installing(capsys):
    assert run(["install", "--json"], {}) == 0
    assert json.loads(capsys.readouterr().out) == {"databases": []}

    assert run(["install", "--lang", "en"], {}) == 0
    assert "Nothing to do" in capsys.readouterr().out


def test_a_database_of_a_context_that_there_is_not_is_refused_before_anything_is_made(capsys):
    strange = {"CARETRAIL_DATABASE_MATCHNIG": "postgresql://installer@nowhere.invalid/matching"}

    assert run(["install", "--lang", "en"], strange | VAULT) == 2
    assert "matchnig" in capsys.readouterr().err

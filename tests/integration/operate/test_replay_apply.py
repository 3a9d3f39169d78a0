"""Rows that differ are put right by the word of two operators, each of whom proves who it is."""

from __future__ import annotations

import json
import subprocess

import pytest

from operate.contexts import compose
from services.identity.application.accounts.people import mailbox
from services.identity.commands.accounts import ActivateAccount, Client
from services.identity.domain.accounts.account import Account
from services.identity.events import Secret
from shared.installation import installation as opened
from shared.principal import VISITOR, Assurance, Principal, Role
from tests.integration.operate.command_line import PROJECT

MODEL = "case_statistics"
PASSWORD = "my dog ate three sausages"
HOME = Client("203.0.113.7", "Firefox/140.0 Windows")
SHELL = Principal("shell/test", Role.OPERATOR, frozenset({Assurance.MACHINE}))
ANN, BEN, AUDITOR = "ann@example.tw", "ben@example.tw", "cat@example.tw"


@pytest.fixture
def staffed(lived_in):
    """With two operators and an auditor; a row of it is not as the log has it."""
    with opened(lived_in.settings) as place, compose("identity")(place) as identity:
        for name, mail, role in (("安", ANN, Role.OPERATOR), ("本", BEN, Role.OPERATOR), ("查", AUDITOR, Role.AUDITOR)):
            account = identity.invite(name, mail, role, "", SHELL).id
            link = identity.vault.open(identity.application.load(Account, account).invitation, Secret).token
            identity.front_desk.handle(ActivateAccount(link, PASSWORD, HOME), VISITOR, identity.clock())
            assert identity.vault.find(mailbox(mail)) is not None
    lived_in.query("update case_statistics set county = '?' where id in (select id from case_statistics limit 1)")
    return lived_in


def typed(installation, *arguments, password=PASSWORD, **settings):
    """Call the command line with a password on its standard input."""
    return subprocess.run(
        installation.command("replay", *arguments, "--json"),
        cwd=PROJECT,
        env=installation.environment(**settings),
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_operators_put_rows_right_and_nobody_does_it_alone(staffed):
    two = {"CARETRAIL_APPLY_NEEDS": "two"}
    asked = typed(staffed, MODEL, "--diff", "live", "--apply", "--by", ANN, **two)
    assert asked.returncode == 1, asked.stderr
    number = str(json.loads(asked.stdout)["proposal"]["number"])
    alone = typed(staffed, "--confirm", number, "--by", ANN, **two)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "have another one look at it" in alone.stderr
    wrong = typed(staffed, "--confirm", number, "--by", BEN, password="not it", **two)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert staffed.query("select count(*) from case_statistics where county = '?'") == [(1,)]
    agreed = typed(staffed, "--confirm", number, "--by", BEN, **two)
    assert agreed.returncode == 0, agreed.stderr
    done = json.loads(agreed.stdout)
    assert done["applied_to"] == done["position"]
    assert done["confirmed_by"].startswith("account/") != done["proposed_by"]
    assert staffed.answer("replay", "--list")["proposals"] == [done]
    assert staffed.answer("replay", MODEL, "--diff", "live")["difference"]["all_equal"]


def test_one_operator_is_enough_where_nobody_else_is_there_but_it_has_to_be_one(staffed):
    refused = typed(staffed, MODEL, "--diff", "live", "--apply", "--by", AUDITOR)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert staffed.answer("replay", "--list")["proposals"] == []
    done = typed(staffed, MODEL, "--diff", "live", "--apply", "--by", ANN)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["proposal"]["applied_at"]
    assert staffed.answer("replay", MODEL, "--diff", "live")["difference"]["all_equal"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((MODEL, "--apply", "--by", ANN), "give --apply with --diff live"),
        ((MODEL, "--diff", "live", "--apply"), "Say who you are"),
        (("--confirm", "1"), "Say who you are"),
        (("--confirm", "1", "--by", ANN), "there is no proposal 1"),
    ],
)
def test_what_cannot_be_applied_is_refused_before_a_password_is_asked_for(looked_at, arguments, said):
    ended = looked_at.caretrail("replay", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr

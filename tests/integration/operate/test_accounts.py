"""The first people of an installation are invited from the machine."""

import pytest

pytestmark = pytest.mark.postgres

INVITATION = ("accounts", "invite", "--name", "王小明", "--mail", "manager@example.tw")


def invited(installation):
    return installation.query("select originator_id from identity.event where type = 'identity.AccountInvited.v1'")


def test_a_countys_first_manager_is_invited(installation):
    found = installation.answer(*INVITATION, "--role", "bureau_manager", "--county", "臺北市")
    assert [(str(account),) for (account,) in invited(installation)] == [(found["account"],)]
    said = installation.caretrail(
        "accounts", "invite", "--role", "operator", "--name", "維運", "--mail", "ops@example.tw"
    )
    assert "ops@example.tw is invited" in said.stdout


@pytest.mark.parametrize(
    ("role", "options", "said"),
    [
        ("bureau_manager", (), "Fill in this field."),
        ("bureau_manager", ("--county", "亞特蘭提斯"), "No county has this name."),
        ("doctor", (), "Nobody is invited here as doctor."),
        ("operator", ("--mail", "nonsense"), "A mail address looks like name@example.tw."),
    ],
)
def test_what_is_wrong_is_told_and_nobody_invited(installation, role, options, said):
    ended = installation.caretrail(*INVITATION, "--role", role, *options)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    installation.answer("registry", "hospitals", "--county", "連江縣")  # so that there is a log to look at
    assert invited(installation) == []


def test_the_same_mailbox_cannot_be_invited_twice(installation):
    installation.answer(*INVITATION, "--role", "operator")
    ended = installation.caretrail(*INVITATION, "--role", "operator")
    assert ended.returncode == 2
    assert len(invited(installation)) == 1

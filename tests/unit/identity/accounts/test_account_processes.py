"""Processes of accounts: events and deadlines in, commands out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.identity import commands
from services.identity.processes.close_sessions_of_a_changed_account import CloseSessionsOfAChangedAccount
from services.identity.processes.expire_unused_invitation import ExpireUnusedInvitation
from services.identity.processes.have_accounts_follow_the_register import HaveAccountsFollowTheRegister
from services.identity.processes.remind_unused_invitation import RemindUnusedInvitation
from tests.controls import accounts, registry
from tests.controls.accounts import ACCOUNT, INVITED_AT
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC, taipei

RESENT_AT = taipei(2, 26, 9)


class Run:
    """A process that has seen some events of one account: the commands it gave, and the row it keeps."""

    def __init__(self, process_class, *events):
        self.process = process_class()
        self.row = None
        self.given = []
        for event in events:
            if isinstance(event, process_class.folds):
                [self.key] = self.process.keys(event)
                self.row = self.process.evolve(self.key, self.row, event)
                self.given.extend(self.process.react(self.row, event))

    @property
    def due(self):
        return getattr(self.row, self.process.deadline) if self.row else None

    def at_its_time(self):
        return list(self.process.expire(self.key, self.row, self.due))


@pytest.mark.parametrize(
    ("process", "days", "command"),
    [
        (RemindUnusedInvitation, 5, commands.RemindInvitation(ACCOUNT)),
        (ExpireUnusedInvitation, 7, commands.ExpireInvitation(ACCOUNT)),
    ],
)
def test_an_unused_invitation_is_recalled_on_day_five_and_ends_on_day_seven(process, days, command):
    run = Run(process, accounts.account_invited())
    assert run.due == INVITED_AT + timedelta(days=days)
    assert run.at_its_time() == [command]


@pytest.mark.parametrize(("process", "days"), [(RemindUnusedInvitation, 5), (ExpireUnusedInvitation, 7)])
def test_a_new_link_begins_both_times_anew(process, days):
    run = Run(
        process, accounts.account_invited(), accounts.invitation_expired(), accounts.invitation_resent(4, RESENT_AT)
    )
    assert run.due == RESENT_AT + timedelta(days=days)


@pytest.mark.parametrize("process", [RemindUnusedInvitation, ExpireUnusedInvitation])
@pytest.mark.parametrize(
    "end", [accounts.invitation_expired(), accounts.account_activated(), accounts.account_disabled()]
)
def test_nothing_is_due_of_an_invitation_that_is_over(process, end):
    assert Run(process, accounts.account_invited(), end).due is None


def test_an_invitation_is_recalled_once_and_still_ends():
    told = (accounts.account_invited(), accounts.invitation_reminded())
    assert Run(RemindUnusedInvitation, *told).due is None
    assert Run(ExpireUnusedInvitation, *told).due == INVITED_AT + timedelta(days=7)


@pytest.mark.parametrize(
    "change", [accounts.account_disabled(), accounts.account_rights_changed(), accounts.password_changed()]
)
def test_whatever_makes_sessions_void_has_them_closed(change):
    process = CloseSessionsOfAChangedAccount()
    assert isinstance(change, process.folds)
    assert list(process.keys(change)) == []
    assert list(process.react(None, change)) == [commands.CloseVoidSessions(ACCOUNT)]
    assert not isinstance(accounts.account_activated(), process.folds)


# The register ------------------------------------------------------------------------------------------------------


def reactions(event):
    process = HaveAccountsFollowTheRegister()
    return list(process.react(None, event))


@pytest.mark.parametrize(
    "event",
    [
        registry.institution_suspended(),
        registry.institution_resumed(),
        registry.institution_closed(),
        registry.practitioner_suspended(),
        registry.practitioner_resumed(),
        accounts.account_rights_changed(rights=accounts.CLINICS_RIGHTS),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_the_register_says_of_a_place_is_followed_by_its_accounts(event):
    assert reactions(event) == [commands.FollowRegister(BANQIAO_CLINIC)]


def test_a_move_concerns_the_place_that_was_left_and_the_place_that_was_joined():
    assert reactions(registry.practitioner_moved()) == [
        commands.FollowRegister(BANQIAO_CLINIC),
        commands.FollowRegister(DAAN_CLINIC),
    ]


def test_an_account_of_no_institution_has_no_register_to_follow():
    assert reactions(accounts.account_invited()) == []


def test_what_begins_later_is_followed_on_its_day_too():
    closed = registry.institution_closed(since=date(2025, 12, 31))
    run = Run(HaveAccountsFollowTheRegister, closed)
    assert run.due == taipei(12, 31, 0)
    assert run.at_its_time() == [commands.FollowRegister(BANQIAO_CLINIC)]


def test_what_has_begun_has_no_day_to_wait_for():
    process = HaveAccountsFollowTheRegister()
    begun = registry.institution_suspended()
    assert list(process.keys(begun)) == []

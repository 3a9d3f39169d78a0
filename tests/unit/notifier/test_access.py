"""Who may ask what of the notifier, one table, and what others can call at all."""

from __future__ import annotations

from dataclasses import is_dataclass

import pytest

from services.notifier import commands
from services.notifier.application.notifier import HANDLERS
from services.notifier.domain import refusals
from services.notifier.domain.access import WHO_MAY, to_message
from services.notifier.domain.message import Draft
from services.notifier.entrypoints import SERVICE
from shared.access import BUREAU, CLINIC, FAMILY, OPERATOR, PLATFORM
from shared.principal import Assurance, Principal, Role
from shared.rpc.service import rules_of
from tests.controls.every_service import LOOKING_AFTER, MENDING, OF_ANYBODY
from tests.controls.family import BANQIAO_CLINIC
from tests.controls.messages import message_queued

COMMANDS = {
    command
    for name, command in vars(commands).items()
    if is_dataclass(command) and command.__module__ == commands.__name__ and name != "News"
}


def draft(**changes):
    """A message to an institution, of the bureau of 新北市."""
    queued = message_queued(institution=BANQIAO_CLINIC, **changes)
    return Draft(**{name: getattr(queued, name) for name in Draft.__dataclass_fields__})


def caller(role, **holds):
    return Principal("somebody", role, frozenset({Assurance.PASSWORD}), **holds)


def test_every_command_has_a_rule_and_a_handler():
    assert COMMANDS == WHO_MAY.keys() == HANDLERS.keys()


def test_people_send_again_operators_check_and_everything_else_is_the_platforms():
    assert WHO_MAY[commands.SendAgain] == (FAMILY, CLINIC, BUREAU, OPERATOR)
    assert WHO_MAY[commands.CheckUncertain] == (OPERATOR,)
    others = COMMANDS - {commands.SendAgain, commands.CheckUncertain}
    assert {WHO_MAY[command] for command in others} == {(PLATFORM,)}


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (caller(Role.OPERATOR), True),
        (caller(Role.BUREAU_OFFICER, jurisdiction="新北市"), True),
        (caller(Role.BUREAU_OFFICER, jurisdiction="臺北市"), False),
        (caller(Role.BUREAU_MANAGER), False),
        (caller(Role.DOCTOR, institution=BANQIAO_CLINIC), True),
        (caller(Role.CASE_MANAGER, institution="3501180055"), False),
        (caller(Role.CASE_MANAGER), False),
    ],
)
def test_a_message_belongs_to_whom_it_was_told_and_to_the_bureau_that_answers_for_it(who, may):
    objection = to_message(who, draft())

    assert (objection is None) == may
    assert objection is None or isinstance(objection, refusals.MessageNotYours)


def test_a_message_to_nobody_in_particular_belongs_to_operators_alone():
    of_no_county = draft(county="")

    assert to_message(caller(Role.BUREAU_OFFICER), of_no_county) is not None
    assert to_message(caller(Role.OPERATOR), of_no_county) is None


def test_what_only_the_platform_asks_cannot_be_called_by_others():
    methods = {rule.method for rule in rules_of(SERVICE)}
    assert methods - LOOKING_AFTER - MENDING - OF_ANYBODY == {
        "send_again",
        "check_uncertain",
        "messages",
        "message",
        "unreached",
        "failure_report",
        "message_counts",
        "outbox",
    }

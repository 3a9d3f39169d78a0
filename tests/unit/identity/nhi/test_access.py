"""Who may do what about NHI cards, and which of it is answered how."""

from __future__ import annotations

import dataclasses

import pytest

from services.identity.application.front_desk import ANSWERS, CASES
from services.identity.application.nhi_cards.handlers import HANDLERS
from services.identity.commands import nhi_cards as commands
from services.identity.domain.nhi_cards.access import WHO_MAY
from shared.access import objection_to
from shared.principal import OF_CARDS, VISITOR, Assurance, Principal, Role, process
from shared.refusals import RoleNotAllowed

AT_THE_DESK = {command for command in WHO_MAY if command in CASES}


def declared():
    """Every command of the module; a client and an answer are accounts'."""
    found = (one for one in vars(commands).values() if dataclasses.is_dataclass(one))
    return {one for one in found if one.__module__ == commands.__name__}


def test_every_command_has_a_rule_and_one_who_answers_it():
    assert set(WHO_MAY) == declared() == AT_THE_DESK | set(HANDLERS)
    assert ANSWERS.keys() >= AT_THE_DESK


@pytest.mark.parametrize("command", sorted(AT_THE_DESK, key=lambda command: command.__name__))
def test_whoever_has_not_come_in_yet_may_ask_at_the_desk(command):
    assert objection_to(VISITOR, WHO_MAY[command]) is None


@pytest.mark.parametrize("command", [commands.LogInByNhiCard, commands.LogInByNhiNumber])
def test_nobody_comes_in_twice(command):
    doctor = Principal("person/1", Role.PRACTITIONER, frozenset({Assurance.CARD_PIN}))
    assert isinstance(objection_to(doctor, WHO_MAY[command]), RoleNotAllowed)


@pytest.mark.parametrize("role", sorted(Role))
def test_only_who_came_in_by_a_card_removes_their_own(role):
    caller = Principal("somebody/1", role, frozenset({Assurance.CARD_PASSWORD}))
    assert (objection_to(caller, WHO_MAY[commands.RemoveNhiCard]) is None) is (role in OF_CARDS)


def test_sessions_are_closed_by_caretrail_alone():
    assert objection_to(process("any"), WHO_MAY[commands.CloseVoidNhiSessions]) is None
    assert isinstance(objection_to(VISITOR, WHO_MAY[commands.CloseVoidNhiSessions]), RoleNotAllowed)


@pytest.mark.parametrize("command", sorted(declared(), key=lambda command: command.__name__))
def test_nothing_secret_or_personal_shows_in_what_is_printed_of_a_command(command):
    shown = {field.name for field in dataclasses.fields(command) if field.repr}
    assert shown <= {"purpose", "client", "question", "credential"}

"""健保卡 of whoever is in no register: an organisation's manager, known by what the organisation has entered (S002)."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.identity import commands
from services.identity.commands import NhiPurpose
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import LoginRefused
from shared.principal import Assurance, Principal, Role
from shared.refusals import ProofNotAccepted
from tests.controls.family import BANQIAO_CLINIC

CLINIC = f"institution/{BANQIAO_CLINIC}"
CARD = Principal(CLINIC, Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=BANQIAO_CLINIC)
IDENTIFIER, MOBILE = "P200000005", "0933444555"


@pytest.fixture
def manager(doctor):
    """Registers and comes in as the clinic's manager, who is no practitioner."""
    doctor.door.give(commands.NameManager(CLINIC, IDENTIFIER, "林護理", MOBILE), CARD)
    doctor.register(doctor.verify(doctor.ask_code(NhiPurpose.REGISTER, IDENTIFIER, MOBILE)), identifier=IDENTIFIER)
    return doctor


def test_a_manager_registers_a_card_by_the_phone_that_the_organisation_knows(manager):
    who = manager.door.who(manager.by_card(identifier=IDENTIFIER))
    assert (who.role, who.institution) == (Role.INSTITUTION_MANAGER, BANQIAO_CLINIC)
    assert who.assurances == {Assurance.CARD_PASSWORD}


def test_a_manager_in_by_an_nhi_card_is_asked_for_card_and_pin_before_anybody_is_added(manager):
    who = manager.door.who(manager.by_card(identifier=IDENTIFIER))
    with pytest.raises(ProofNotAccepted):
        manager.door.give(commands.AddUser(CLINIC, "B100000011", "張書記"), who)


def test_a_manager_who_was_removed_is_told_so_once_the_card_was_right(manager):
    manager.door.give(
        commands.RemoveManager(CLINIC, manager.door.who(manager.by_card(identifier=IDENTIFIER)).subject), CARD
    )
    with pytest.raises(refusals.NhiPersonUnknown):
        manager.by_card(identifier=IDENTIFIER)
    assert manager.door.last(LoginRefused).reason == "nhi-person-unknown"


def test_no_code_is_sent_to_the_phone_of_somebody_who_was_removed(doctor):
    named = doctor.door.give(commands.NameManager(CLINIC, IDENTIFIER, "林護理", MOBILE), CARD)
    doctor.door.give(commands.RemoveManager(CLINIC, UUID(named.number)), CARD)
    doctor.ask_code(NhiPurpose.REGISTER, IDENTIFIER, MOBILE)
    assert doctor.door.last(LoginRefused).reason == Trouble.PERSON_UNKNOWN


def test_a_doctor_who_manages_a_clinic_may_choose_as_what_to_go_on(doctor):
    doctor.door.give(commands.NameManager(CLINIC, "F100000015", "陳安康"), CARD)
    assert doctor.registered().by_card().may_choose

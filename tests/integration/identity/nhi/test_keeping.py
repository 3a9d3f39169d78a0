"""健保卡註冊註銷: a card that was removed or replaced lets nobody stay in, and of the forgotten nothing opens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.identity import commands
from services.identity.commands import NhiPurpose
from services.identity.domain.accounts import refusals as account_refusals
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import nhi_credential_id
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import NhiCardRemoved, SessionClosed, SessionEnd
from shared.application import Result
from shared.principal import process
from tests.integration.identity.nhi.doctor import NEW_CARD, NEW_PASSWORD

FOLLOWER = process("close_sessions_of_a_changed_nhi_card")


def close_void(doctor):
    return doctor.door.give(commands.CloseVoidNhiSessions(nhi_credential_id(doctor.subject)), FOLLOWER)


def end_of(doctor, signed_in):
    with pytest.raises(account_refusals.SessionEnded) as said:
        doctor.door.who(signed_in)
    return said.value.params["end"]


def test_a_card_is_removed_by_its_holder_and_whoever_is_in_by_it_is_out(doctor):
    by_card, by_number, by_pin = doctor.registered().by_card(), doctor.by_number(doctor.proof()), doctor.by_pin()
    doctor.door.give(commands.RemoveNhiCard(), doctor.door.who(by_card))
    assert doctor.door.last(NhiCardRemoved).subject == doctor.subject
    assert end_of(doctor, by_card) is end_of(doctor, by_number) is SessionEnd.NHI_CARD_REMOVED
    assert doctor.door.who(by_pin)
    doctor.refused(Trouble.CARD_UNREGISTERED, doctor.by_card)


def test_a_removed_card_is_removed_once_and_may_be_registered_again(doctor):
    who = doctor.door.who(doctor.registered().by_pin())
    doctor.door.give(commands.RemoveNhiCard(), who)
    with pytest.raises(refusals.NhiCardNotRegistered):
        doctor.door.give(commands.RemoveNhiCard(), who)
    doctor.register(doctor.proof(NhiPurpose.REGISTER), password=NEW_PASSWORD)
    assert doctor.by_card(NEW_PASSWORD)


def test_whoever_has_registered_nothing_has_nothing_to_remove(doctor):
    with pytest.raises(refusals.NhiCardNotRegistered):
        doctor.door.give(commands.RemoveNhiCard(), doctor.door.who(doctor.by_pin()))


def test_a_replaced_card_ends_what_the_former_had_opened_and_not_what_registered_it(doctor):
    by_card, by_number, by_pin = doctor.registered().by_card(), doctor.by_number(doctor.proof()), doctor.by_pin()
    doctor.door.wait(timedelta(minutes=1))
    doctor.register(session=by_pin.session, card_number=NEW_CARD, password=NEW_PASSWORD)
    assert end_of(doctor, by_card) is end_of(doctor, by_number) is SessionEnd.NHI_CARD_REMOVED
    assert doctor.door.who(by_pin)


def test_the_log_is_told_once_of_each_session_that_a_new_password_has_ended(doctor):
    doctor.registered().by_card()
    doctor.set_password(doctor.proof(NhiPurpose.NEW_PASSWORD))
    stays = doctor.by_card(NEW_PASSWORD)
    assert close_void(doctor).result is Result.DONE
    assert doctor.door.last(SessionClosed).end is SessionEnd.PASSWORD_CHANGED
    assert close_void(doctor).result is Result.UNCHANGED
    assert doctor.door.told().count("SessionClosed") == 1
    assert doctor.door.who(stays)


def test_a_forgotten_doctors_card_opens_nothing_and_another_person_begins_anew(doctor):
    signed_in = doctor.registered().by_card()
    forgotten = doctor.subject
    doctor.door.vault.forget(forgotten, "個人資料保護法第11條第3項")
    doctor.door.identity.record_forgotten(doctor.door.vault.forgotten(), doctor.door.now)
    assert end_of(doctor, signed_in) is SessionEnd.FORGOTTEN
    doctor.refused(Trouble.IDENTIFIER_UNKNOWN, doctor.by_card)
    with doctor.door.database.connect(name="test") as connection:
        assert connection.execute("select count(*) from password").fetchone() == (0,)

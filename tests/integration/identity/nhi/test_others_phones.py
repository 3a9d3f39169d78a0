"""健保卡 in other hands: what an institution cannot become through the phone that it enters for somebody."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from services.identity import commands
from services.identity.commands import NhiPurpose
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.refusals import Trouble
from services.identity.events import InstitutionKind, LoginRefused
from shared.principal import Assurance, Principal, Role
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.accounts.door import ELSEWHERE, OPERATOR
from tests.integration.identity.nhi.doctor import (
    BORN_ON,
    IDENTIFIER,
    MOBILE,
    NEW_CARD,
    NEW_PASSWORD,
    OTHER_MOBILE,
)

REGISTER = NhiPurpose.REGISTER
CLINIC, OTHERS = f"institution/{BANQIAO_CLINIC}", f"institution/{DAAN_CLINIC}"
USERS_ID, USERS_MOBILE, USERS_NAME = "P200000005", "0933444555", "林護理"


def card_of(organisation):
    code = organisation.removeprefix("institution/")
    return Principal(organisation, Role.INSTITUTION, frozenset({Assurance.CARD_PIN}), institution=code)


def name(doctor, organisation, identifier, mobile="", called=USERS_NAME, **days):
    """The organisation's card names somebody; the number of the member."""
    naming = commands.NameManager(organisation, identifier, called, mobile, **days)
    return UUID(doctor.door.give(naming, card_of(organisation)).number)


def asked(doctor, identifier, mobile):
    """Why no code goes to this phone, as the log has it; None where one goes."""
    doctor.door.wait(timedelta(hours=25))
    before = doctor.door.told().count("LoginRefused")
    doctor.ask_code(REGISTER, identifier, mobile, ELSEWHERE)
    told = doctor.door.told().count("LoginRefused")
    return doctor.door.last(LoginRefused).reason if told > before else None


def registered(doctor, identifier=USERS_ID, mobile=USERS_MOBILE, **changes):
    """A card is registered by a code to this phone."""
    doctor.register(doctor.verify(doctor.ask_code(REGISTER, identifier, mobile)), identifier=identifier, **changes)


@pytest.fixture
def others(doctor):
    """Another clinic, whose manager enters what they like."""
    doctor.door.give(
        commands.RecordInstitution(
            institution=DAAN_CLINIC,
            name="大安診所",
            kind=InstitutionKind.CLINIC,
            county="臺北市",
            district="大安區",
            street="復興南路1號",
            departments=("04",),
        ),
        OPERATOR,
    )
    return doctor


def test_no_code_for_a_practitioner_goes_to_a_phone_that_an_institution_has_entered(others):
    name(others, OTHERS, IDENTIFIER, OTHER_MOBILE, "任何名")
    assert asked(others, IDENTIFIER, OTHER_MOBILE) == Trouble.MOBILE_OTHER
    assert asked(others, IDENTIFIER, MOBILE) is None


def test_a_practitioner_without_a_phone_in_the_register_has_none_on_record(others):
    others.door.give(
        commands.RecordPractitioner(
            practitioner="D0000099", name=USERS_NAME, profession="A", identifier=USERS_ID, institution=BANQIAO_CLINIC
        ),
        OPERATOR,
    )
    name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    assert asked(others, USERS_ID, OTHER_MOBILE) == Trouble.MOBILE_OTHER


def test_a_practitioner_keeps_the_registration_whatever_an_institution_enters(others):
    others.registered()
    name(others, OTHERS, IDENTIFIER, OTHER_MOBILE, "任何名")
    assert others.door.who(others.by_card()).acts_for == {BANQIAO_DOCTOR}


@pytest.mark.parametrize("entered", [OTHER_MOBILE, ""])
def test_no_code_goes_to_a_user_of_organisations_that_disagree_about_the_phone(others, entered):
    name(others, CLINIC, USERS_ID, USERS_MOBILE)
    assert asked(others, USERS_ID, USERS_MOBILE) is None
    name(others, OTHERS, USERS_ID, entered)
    assert {asked(others, USERS_ID, mobile) for mobile in (USERS_MOBILE, OTHER_MOBILE)} == {Trouble.MOBILE_OTHER}


def test_an_organisation_that_has_named_a_user_from_tomorrow_on_is_asked_already(others):
    name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    name(others, CLINIC, USERS_ID, USERS_MOBILE, since=others.door.now.date() + timedelta(days=2))
    assert asked(others, USERS_ID, OTHER_MOBILE) == Trouble.MOBILE_OTHER


def test_a_user_of_organisations_that_agree_about_the_phone_registers_by_it(others):
    name(others, CLINIC, USERS_ID, USERS_MOBILE)
    name(others, OTHERS, USERS_ID, USERS_MOBILE)
    registered(others)
    assert others.by_card(identifier=USERS_ID).may_choose


def test_whoever_registered_by_one_organisations_phone_is_nobody_at_another_that_names_the_person_later(others):
    """A manager names somebody before their own clinic does, with a phone in the manager's own pocket."""
    name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    registered(others, mobile=OTHER_MOBILE)
    inside = others.by_card(identifier=USERS_ID)
    member = others.door.who(inside).subject
    name(others, CLINIC, USERS_ID, USERS_MOBILE)
    others.refused(Trouble.RECORDS_DISAGREE, lambda: others.by_card(identifier=USERS_ID))
    taking = commands.TakeCapacity(inside.session, f"member/{CLINIC}", ELSEWHERE)
    with pytest.raises(refusals.Refusal) as caught:
        others.door.ask(taking, others.door.who(inside))
    assert caught.value.code == "capacity-unknown"
    others.door.give(commands.RemoveManager(OTHERS, member), card_of(OTHERS))
    others.refused(Trouble.RECORDS_DISAGREE, lambda: others.by_card(identifier=USERS_ID))


def test_whoever_has_a_former_registration_that_counts_no_more_registers_by_the_phone_on_record(others):
    squatter = name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    registered(others, mobile=OTHER_MOBILE, born_on=date(1999, 1, 1))
    name(others, CLINIC, USERS_ID, USERS_MOBILE)
    others.door.give(commands.RemoveManager(OTHERS, squatter), card_of(OTHERS))
    others.door.wait(timedelta(minutes=2))
    registered(others, card_number=NEW_CARD, password=NEW_PASSWORD)
    who = others.door.who(others.by_card(NEW_PASSWORD, NEW_CARD, USERS_ID))
    assert (who.role, who.institution) == (Role.INSTITUTION_MANAGER, BANQIAO_CLINIC)


def test_whoever_registered_by_an_organisations_phone_is_not_the_practitioner_of_the_register(others):
    name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    registered(others, mobile=OTHER_MOBILE)
    others.enter(practitioner="D0000099", name=USERS_NAME, identifier=USERS_ID, mobile=USERS_MOBILE)
    others.refused(Trouble.RECORDS_DISAGREE, lambda: others.by_card(identifier=USERS_ID))


def test_the_phone_to_which_the_code_went_counts_whatever_is_entered_before_the_registration(others):
    name(others, OTHERS, USERS_ID, OTHER_MOBILE)
    proof = others.verify(others.ask_code(REGISTER, USERS_ID, OTHER_MOBILE))
    name(others, OTHERS, USERS_ID, USERS_MOBILE)
    others.refused(Trouble.RECORDS_DISAGREE, lambda: others.register(proof, identifier=USERS_ID))


def test_a_registration_that_counts_is_not_replaced_by_a_phone_entered_since(doctor):
    doctor.registered()
    doctor.enter(mobile=OTHER_MOBILE)
    assert asked(doctor, IDENTIFIER, OTHER_MOBILE) == Trouble.FORMER_COUNTS
    assert doctor.by_card()


def test_a_code_that_was_asked_for_before_a_registration_does_not_replace_it(doctor):
    doctor.enter(mobile=OTHER_MOBILE)
    proof = doctor.verify(doctor.ask_code(REGISTER, mobile=OTHER_MOBILE))
    doctor.register(session=doctor.by_pin().session)
    doctor.refused(Trouble.FORMER_COUNTS, lambda: doctor.register(proof, card_number=NEW_CARD, password=NEW_PASSWORD))


def test_a_registration_is_replaced_by_card_and_pin_with_whatever_phone_is_on_record(doctor):
    doctor.registered()
    doctor.enter(mobile=OTHER_MOBILE)
    session = doctor.by_pin().session
    doctor.register(session=session, card_number=NEW_CARD, password=NEW_PASSWORD, born_on=BORN_ON)
    assert doctor.by_card(NEW_PASSWORD, NEW_CARD)

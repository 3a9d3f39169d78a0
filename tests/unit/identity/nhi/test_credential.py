"""健保卡註冊: given what happened, when something is asked, then what follows, or why not."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity import commands, events
from services.identity.application.nhi_cards.lookups import card_number
from services.identity.domain.accounts.session import Session
from services.identity.domain.nhi_cards import refusals
from services.identity.domain.nhi_cards.credential import NhiCredential, nhi_credential_id
from services.identity.events import Proof, Rights, SessionEnd
from services.identity.processes.close_sessions_of_a_changed_nhi_card import CloseSessionsOfAChangedNhiCard
from shared.principal import Assurance, Role
from tests.controls import nhi_cards
from tests.controls.accounts import WHERE
from tests.controls.family import sealed
from tests.controls.nhi_cards import (
    CARD,
    CREDENTIAL,
    DOCTOR,
    NEW_CARD,
    NEW_PASSWORD,
    PASSWORD,
    REGISTERED_AT,
    REMOVED_AT,
    REPLACED_AT,
)

MINUTE = timedelta(minutes=1)


def given(*facts):
    """The registration after these events."""
    credential = None
    for fact in (nhi_cards.nhi_card_registered(), *facts):
        own = next(cls for cls in NhiCredential.event_classes() if cls.TOPIC == fact.TOPIC)
        credential = own(**vars(fact)).mutate(credential)
    return credential


def session(*proofs, at=REGISTERED_AT + MINUTE):
    where = sealed(DOCTOR, WHERE)
    rights = Rights(Role.PRACTITIONER)
    return Session.open(DOCTOR, None, rights, proofs, where=where, ends_at=at + 60 * MINUTE, now=at)


def by_password(password=PASSWORD):
    return Proof(Assurance.CARD_PASSWORD, f"password/{password}")


BY_NUMBER = Proof(Assurance.OTP_CARD_NUMBER, f"code/{uuid4()}")
BY_PIN = Proof(Assurance.CARD_PIN, "card/1")


def test_a_person_has_one_registration():
    credential = NhiCredential.register(sealed(DOCTOR, CARD), PASSWORD, REGISTERED_AT)
    assert credential.id == CREDENTIAL == nhi_credential_id(DOCTOR)
    [told] = credential.collect_events()
    assert isinstance(told, events.NhiCardRegistered)
    assert (told.subject, told.password) == (DOCTOR, PASSWORD)


def test_the_last_password_counts_until_the_card_is_removed():
    assert given().password == PASSWORD
    assert given(nhi_cards.nhi_password_changed()).password == NEW_PASSWORD
    assert given(nhi_cards.nhi_card_removed(2)).password is None


def test_a_removed_card_is_neither_removed_again_nor_given_a_password():
    removed = given(nhi_cards.nhi_card_removed(2))
    for ask in (lambda: removed.remove(REMOVED_AT), lambda: removed.change_password(NEW_PASSWORD, REMOVED_AT)):
        with pytest.raises(refusals.NhiCardNotRegistered):
            ask()


def test_a_removed_card_may_be_registered_again():
    removed = given(nhi_cards.nhi_card_removed(2))
    removed.register_again(sealed(DOCTOR, NEW_CARD), NEW_PASSWORD, REMOVED_AT)
    assert (removed.is_registered, removed.password) == (True, NEW_PASSWORD)
    [told] = removed.collect_events()
    assert isinstance(told, events.NhiCardReplaced)


@pytest.mark.parametrize(
    ("facts", "proofs", "end"),
    [
        ((), (by_password(),), None),
        ((), (BY_NUMBER,), None),
        ((nhi_cards.nhi_password_changed(),), (by_password(),), SessionEnd.PASSWORD_CHANGED),
        ((nhi_cards.nhi_password_changed(),), (by_password(NEW_PASSWORD),), None),
        ((nhi_cards.nhi_password_changed(),), (BY_NUMBER,), None),
        ((nhi_cards.nhi_card_removed(2),), (by_password(),), SessionEnd.NHI_CARD_REMOVED),
        ((nhi_cards.nhi_card_removed(2),), (BY_NUMBER,), SessionEnd.NHI_CARD_REMOVED),
        ((nhi_cards.nhi_card_removed(2),), (BY_PIN,), None),
        ((nhi_cards.nhi_card_removed(2),), (BY_PIN, BY_NUMBER), SessionEnd.NHI_CARD_REMOVED),
        ((nhi_cards.nhi_card_replaced(2),), (BY_NUMBER,), SessionEnd.NHI_CARD_REMOVED),
        ((nhi_cards.nhi_card_replaced(2),), (BY_PIN,), None),
    ],
)
def test_a_session_ends_with_what_opened_it(facts, proofs, end):
    assert given(*facts).end_of(session(*proofs)) is end


def test_a_session_by_the_new_card_goes_on():
    replaced = given(nhi_cards.nhi_card_replaced(2))
    assert replaced.end_of(session(BY_NUMBER, at=REPLACED_AT + MINUTE)) is None


@pytest.mark.parametrize("typed", ["000012345678", " 0000 1234 5678 ", "0000-1234-5678", "００００１２３４５６７８"])
def test_a_card_number_is_typed_as_people_do(typed):
    assert card_number(typed) == "000012345678"


@pytest.mark.parametrize("typed", ["", "12345678901", "1234567890123", "00001234567A", "٠٠٠٠١٢٣٤٥٦٧٨"])
def test_a_card_number_has_twelve_digits(typed):
    with pytest.raises(refusals.NhiCardNumberMalformed):
        card_number(typed)


@pytest.mark.parametrize(
    "event", [nhi_cards.nhi_card_replaced(), nhi_cards.nhi_password_changed(), nhi_cards.nhi_card_removed()]
)
def test_whatever_changes_a_card_has_its_sessions_looked_through(event):
    process = CloseSessionsOfAChangedNhiCard()
    assert isinstance(event, process.folds)
    assert list(process.keys(event)) == []
    assert list(process.react(None, event)) == [commands.CloseVoidNhiSessions(CREDENTIAL)]


def test_a_first_registration_has_no_sessions_to_look_through():
    assert events.NhiCardRegistered not in CloseSessionsOfAChangedNhiCard.folds

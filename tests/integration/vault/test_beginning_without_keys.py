"""Beside imported logs an empty vault takes whom it does not know for forgotten; one that knows people does not."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.sealing import PersonForgotten, SubjectId, UnknownSubject
from shared.vault.blind_index import Identifier
from shared.vault.boxes import PersonKey, new_key
from tests.controls.family import BORN_CHILD

pytestmark = pytest.mark.postgres


def left_behind():
    """Something sealed with a key that did not come along."""
    return PersonKey(SubjectId(uuid4()), new_key()).seal(BORN_CHILD)


def test_whoever_is_unknown_counts_as_forgotten_in_every_process(open_vault, clock):
    sealed, elsewhere = left_behind(), open_vault(clock=clock)
    with pytest.raises(UnknownSubject):
        elsewhere.open(sealed, type(BORN_CHILD))
    assert open_vault().begin_without_keys()
    clock.seconds += 60
    assert elsewhere.open(sealed, type(BORN_CHILD)) is None
    with pytest.raises(PersonForgotten):
        elsewhere.seal(sealed.subject, BORN_CHILD)


def test_people_who_come_later_are_known(vault):
    vault.begin_without_keys()
    subject = vault.subject_for([Identifier("mobile", "0912345678")])
    assert vault.open(vault.seal(subject, BORN_CHILD), type(BORN_CHILD)) == BORN_CHILD


def test_a_vault_with_people_in_it_goes_on_asking_for_its_backup(vault):
    vault.subject_for([Identifier("mobile", "0912345678")])
    assert not vault.begin_without_keys()
    with pytest.raises(UnknownSubject):
        vault.open(left_behind(), type(BORN_CHILD))

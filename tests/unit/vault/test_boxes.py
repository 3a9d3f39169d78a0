"""Boxes: what one person's key seals opens again as it was, and in no other way."""

import base64
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sealing import SealBroken, Sealed, SubjectId
from shared.vault.boxes import PersonKey, new_key
from tests.controls import family

MEI = SubjectId(UUID(int=1))
HUA = SubjectId(UUID(int=2))


class Contact(msgspec.Struct, frozen=True):
    name: str
    mobile: str


class Mother(msgspec.Struct, frozen=True):
    name: str
    mobile: str


@given(name=st.text(), mobile=st.text())
def test_what_was_sealed_opens_as_it_was(name, mobile):
    key = PersonKey(MEI, new_key())
    contact = Contact(name, mobile)

    assert key.open(key.seal(contact), Contact) == contact


def test_a_box_shows_nothing_of_what_is_in_it_and_is_another_each_time():
    key = PersonKey(MEI, new_key())
    contact = Contact("陳小美", "0912345678")

    boxes = {key.seal(contact).box for _ in range(100)}

    assert len(boxes) == 100
    assert all(b"0912345678" not in base64.b64decode(box) for box in boxes)


def test_a_flipped_bit_anywhere_breaks_the_seal():
    key = PersonKey(MEI, new_key())
    raw = base64.b64decode(key.seal(Contact("陳小美", "0912345678")).box)

    for position in range(len(raw)):
        altered = bytearray(raw)
        altered[position] ^= 1
        box = base64.b64encode(bytes(altered)).decode()
        with pytest.raises(SealBroken):
            key.open(Sealed(MEI, box), Contact)


@pytest.mark.parametrize("box", ["", "AAAA", "not base64!", "陳小美", "A" * 40])
def test_what_is_no_box_at_all_breaks_the_seal(box):
    with pytest.raises(SealBroken):
        PersonKey(MEI, new_key()).open(Sealed(MEI, box), Contact)


def test_a_box_moved_to_another_kind_of_the_same_shape_does_not_open():
    key = PersonKey(MEI, new_key())
    contact = key.seal(Contact("陳小美", "0912345678"))

    with pytest.raises(SealBroken, match="Mother"):
        key.open(Sealed(MEI, contact.box), Mother)


def test_a_box_moved_to_another_person_does_not_open_even_under_the_same_key():
    key = new_key()
    box = PersonKey(MEI, key).seal(Contact("陳小美", "0912345678")).box

    with pytest.raises(SealBroken):
        PersonKey(HUA, key).open(Sealed(HUA, box), Contact)


def test_a_kind_that_changed_its_shape_is_told_without_quoting_what_is_in_the_box():
    class Contact(msgspec.Struct):
        name: int

    key = PersonKey(MEI, new_key())
    box = key.seal(globals()["Contact"]("陳小美", "0912345678"))

    with pytest.raises(SealBroken, match="earlier shape") as broken:
        key.open(box, Contact)

    assert "陳小美" not in str(broken.value)
    assert broken.value.__cause__ is None


def test_the_boxes_in_the_published_examples_of_events_open():
    box = family.sealed(family.CONTACT, family.FATHER)

    assert PersonKey(family.CONTACT, family.person_key(family.CONTACT)).open(box, type(family.FATHER)) == family.FATHER

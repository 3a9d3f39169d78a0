"""The basic block of the NHI card: its public layout, its names in Big5, its ROC dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operate.rehearsal.virtual_card import VirtualNhiCard
from shared.cards.apdu import parse_answer
from shared.cards.nhi_card import BasicBlock, NotAnNhiCard, parse_basic_block, read_basic_block, write_basic_block
from shared.taiwan.identifiers import Sex

HOLDER = BasicBlock("000012345678", "王小明", "A123456789", date(1977, 2, 3), Sex.MALE, date(2023, 6, 28))
BLOCK = b"000012345678" + "王小明".encode("big5").ljust(20, b"\0") + b"A123456789" + b"0660203" + b"M" + b"1120628"

names = st.text("王李陳小明美麗功許蓋", min_size=1, max_size=10)
days = st.dates(date(1912, 1, 1), date(2100, 1, 1))
blocks = st.builds(
    BasicBlock,
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    names,
    st.just("A123456789"),
    days,
    st.sampled_from(Sex),
    days,
)


def test_the_block_is_cut_where_the_card_has_its_fields():
    assert parse_basic_block(BLOCK) == HOLDER


def test_a_name_may_be_padded_with_blanks_instead():
    padded = BLOCK.replace(b"\0", b" ")
    assert parse_basic_block(padded).name == "王小明"


def test_a_name_may_end_in_a_character_whose_second_byte_looks_like_punctuation():
    assert "功".encode("big5")[1:] == b"\\"
    block = BLOCK.replace("王小明".encode("big5"), "許蓋功".encode("big5"))
    assert parse_basic_block(block).name == "許蓋功"


@given(blocks)
def test_what_a_virtual_card_holds_is_what_is_read(block):
    assert parse_basic_block(write_basic_block(block)) == block
    card = VirtualNhiCard(block)
    assert read_basic_block(card.answer) == block


@given(st.binary(max_size=80) | st.binary(min_size=57, max_size=57))
def test_whatever_bytes_come_they_are_a_block_or_no_nhi_card(given):
    try:
        block = parse_basic_block(given)
    except NotAnNhiCard:
        return
    assert parse_basic_block(write_basic_block(block)) == block


@given(st.integers(0, 56), st.integers(0, 255))
def test_one_wrong_byte_breaks_nothing(place, byte):
    spoilt = BLOCK[:place] + bytes([byte]) + BLOCK[place + 1 :]
    try:
        block = parse_basic_block(spoilt)
    except NotAnNhiCard:
        return
    assert len(block.card_number) == 12


def test_why_a_block_is_refused_is_told_without_what_is_in_it():
    with pytest.raises(NotAnNhiCard) as refused:
        parse_basic_block(BLOCK.replace(b"A123456789", b"A123456780"))
    assert "A12345678" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "spoilt",
    [
        BLOCK[:-1],
        BLOCK + b"0",
        BLOCK.replace(b"A123456789", b"A123456780"),
        BLOCK.replace(b"0660203", b"0661303"),
        BLOCK.replace(b"M1120628", b"X1120628"),
        BLOCK.replace("王小明".encode("big5"), b"\0" * 6),
        BLOCK.replace(b"000012345678", b"00001234567X"),
    ],
)
def test_a_block_that_is_not_right_is_refused(spoilt):
    with pytest.raises(NotAnNhiCard):
        parse_basic_block(spoilt)


def test_the_card_says_that_its_answer_waits_and_hands_it_out_when_asked():
    card = VirtualNhiCard(HOLDER)
    assert parse_answer(card.answer(bytes.fromhex("00A4040010D158000001000000000000000000 1100"))).status == 0x9000
    assert card.answer(bytes.fromhex("00CA1100020000")).hex() == "6139"
    assert card.answer(bytes.fromhex("00C0000039")) == BLOCK + b"\x90\x00"
    assert card.answer(bytes.fromhex("00CA000002000000")) == BLOCK[:12] + b"\x90\x00"


def test_a_card_without_the_application_is_no_nhi_card():
    with pytest.raises(NotAnNhiCard):
        read_basic_block(lambda _: bytes.fromhex("6A82"))


def test_nothing_of_the_holder_shows_in_the_repr():
    assert "A123456789" not in repr(HOLDER)
    assert "王小明" not in repr(HOLDER)

"""Commands and answers of cards: what is no command is refused, what comes in parts is put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards.apdu import Answer, AnswerMalformed, Command, CommandMalformed, exchange, parse_answer, parse_command

bytes_of_header = st.integers(0, 255)
commands = st.builds(
    Command,
    bytes_of_header,
    bytes_of_header,
    bytes_of_header,
    bytes_of_header,
    st.binary(max_size=255),
    st.none() | st.integers(1, 256),
)


class Telling:
    """A card that gives these answers one after another, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = [bytes.fromhex(answer) for answer in answers]
        self.asked = []

    def __call__(self, command):
        self.asked.append(command.hex())
        return self.answers.pop(0)


@given(commands)
def test_every_command_is_read_as_it_was_written(command):
    assert parse_command(command.encoded()) == command


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_a_command_or_refused(given):
    try:
        command = parse_command(given)
    except CommandMalformed:
        return
    assert command.encoded() == given


@given(st.binary(max_size=300))
def test_whatever_a_card_answers_is_an_answer_or_refused(given):
    try:
        answer = parse_answer(given)
    except AnswerMalformed:
        assert len(given) < 2
    else:
        assert answer.encoded() == given


@pytest.mark.parametrize("wrong", ["", "00A404", "00A4040000AA", "00A40400020102030405", "00A4040003AABB"])
def test_data_of_another_length_than_is_said_is_no_command(wrong):
    with pytest.raises(CommandMalformed):
        parse_command(bytes.fromhex(wrong))


def test_an_answer_that_waits_is_fetched_part_by_part():
    card = Telling("6103", "AABB6101", "CC9000")
    assert exchange(card, Command(0x00, 0xCA, 0x11, 0x00, b"\0\0")) == Answer(b"\xaa\xbb\xcc", 0x9000)
    assert card.asked == ["00ca1100020000", "00c0000003", "00c0000001"]


def test_a_card_that_knows_the_length_better_is_asked_again():
    card = Telling("6C05", "01020304059000")
    assert exchange(card, Command(0x00, 0xCA, 0x01, 0x01, expected=256)).data == bytes(range(1, 6))
    assert card.asked == ["00ca010100", "00ca010105"]


def test_a_command_with_data_such_as_a_pin_is_never_given_twice():
    card = Telling("6C05")
    assert exchange(card, Command(0x00, 0x20, 0x00, 0x01, b"123456")).status == 0x6C05
    assert len(card.asked) == 1


def test_an_answer_without_end_is_given_up():
    with pytest.raises(AnswerMalformed):
        exchange(lambda _: bytes.fromhex("AA6101"), Command(0x00, 0xCA, 0x01, 0x01, expected=256))


def test_a_card_just_taken_out_answers_nothing():
    with pytest.raises(AnswerMalformed):
        exchange(lambda _: b"", Command(0x00, 0xCA, 0x01, 0x01, expected=256))

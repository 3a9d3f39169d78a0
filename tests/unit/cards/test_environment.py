"""環境檢測 at a card: each line fails by what it asks of the card itself, in its own words, and by nothing else."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from operate.card.cards import AppletCard
from operate.card.environment import Outcome, examine
from operate.card.refusals import ReaderGone
from operate.rehearsal.pki import Pki, personnel
from operate.rehearsal.virtual_card import Chip, VirtualPkiCard
from shared.cards import applet
from shared.cards.agent import CheckLine
from shared.cards.apdu import DATA_UNKNOWN, Answer, parse_command
from shared.cards.applet import Applet, Entry, Holder
from shared.cards.profiles import CardKind

PIN = "246810"
FIRST = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LAST = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
WITHIN = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
TOLD_BY = {
    CheckLine.CARD_VERSION: Entry.VERSION,
    CheckLine.CARD_TYPE: Entry.KIND,
    CheckLine.HOLDER: Entry.HOLDER,
    CheckLine.SERIAL: Entry.SERIAL,
    CheckLine.VALIDITY: Entry.VALIDITY,
}


def chip():
    issued = Pki(FIRST - timedelta(days=30)).issuer(CardKind.PERSONNEL).issue(personnel("王大明", "A1"), FIRST, LAST)
    return Chip(issued, CardKind.PERSONNEL, Holder("王大明"), "HC00012345", PIN)


class In:
    """The one reader with this card in it; `leaving` is what happens when it is left."""

    def __init__(self, card, leaving=lambda: None):
        self._card = card
        self._leaving = leaving

    @contextmanager
    def opened(self, _):
        found = Applet(self._card.answer)
        assert found.select()
        yield AppletCard(found)
        self._leaving()


class Without(VirtualPkiCard):
    """A card that does not know one entry."""

    def __init__(self, chip, entry):
        super().__init__(chip)
        self._entry = entry

    def answer(self, given):
        command = parse_command(given)
        if (command.ins, command.p2) == (applet.GET_DATA, self._entry):
            return Answer(b"", DATA_UNKNOWN).encoded()
        return super().answer(given)


def checked(cards, now=WITHIN):
    return {line.line: line for line in examine(cards.opened(None), PIN, now)}


def failed(lines):
    return {name: line.code for name, line in lines.items() if line.outcome is Outcome.FAILED}


def test_a_good_card_passes_every_line_in_its_order():
    lines = checked(In(VirtualPkiCard(chip())))
    assert failed(lines) == {}
    assert list(lines) == list(CheckLine)


@pytest.mark.parametrize(
    ("now", "code", "on"),
    [
        (LAST + timedelta(days=1), "card-expired", "2026-09-01"),
        (datetime(2026, 9, 1, 16, 0, tzinfo=UTC), "card-expired", "2026-09-01"),
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), "card-not-yet-valid", "2026-03-02"),
    ],
)
def test_a_card_outside_of_its_days_fails_the_line_of_its_validity(now, code, on):
    lines = checked(In(VirtualPkiCard(chip())), now)
    assert failed(lines) == {"validity": code}
    assert lines["validity"].params == {"on": on}


@pytest.mark.parametrize("now", [datetime(2026, 9, 1, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)])
def test_the_first_and_the_last_day_in_taiwan_count_whole(now):
    lines = checked(In(VirtualPkiCard(chip())), now)
    assert failed(lines) == {}
    assert lines["validity"].found == "2026-03-02 – 2026-09-01"


@pytest.mark.parametrize("line", TOLD_BY)
def test_what_a_card_does_not_tell_fails_its_own_line_and_no_other(line):
    lines = checked(In(Without(chip(), TOLD_BY[line])))
    assert failed(lines) == {line: "card-unknown"}
    assert lines[line].tried == f"GET DATA 01 {TOLD_BY[line]:02X}"


def test_a_card_that_signs_with_another_key_than_its_certificates_is_told_so():
    class Meddled(VirtualPkiCard):
        def answer(self, given):
            command = parse_command(given)
            if (command.p1, command.p2) != applet.SIGN:
                return super().answer(given)
            right, self.chip.issued = self.chip.issued, chip().issued
            try:
                return super().answer(given)
            finally:
                self.chip.issued = right

    assert failed(checked(In(Meddled(chip())))) == {"verify": "signature-wrong"}


def test_a_card_that_decrypts_to_something_else_is_told_so():
    class Meddled(VirtualPkiCard):
        def answer(self, given):
            answered = super().answer(given)
            command = parse_command(given)
            return bytes(32) + answered[-2:] if (command.p1, command.p2) == applet.DECIPHER else answered

    assert failed(checked(In(Meddled(chip())))) == {"decrypt": "decryption-wrong"}


def test_a_reader_that_cannot_be_left_fails_the_last_line():
    def gone():
        raise ReaderGone

    lines = checked(In(VirtualPkiCard(chip()), gone))
    assert failed(lines) == {"close-module": "reader-gone"}
    assert lines["close-module"].tried

"""Readers that are plugged in, pulled out or die in the middle, and a computer without any: each told apart."""

from pathlib import Path

import pytest

from operate.rehearsal.pcsc import PrivatePcsc
from operate.rehearsal.virtual_card import VirtualPkiCard
from shared.cards import applet
from shared.cards.apdu import parse_command
from tests.integration.cards.people import NONCE, PIN, RunningAgent, pki_card

READERS = ("First Reader", "Second Reader")
TO_SIGN = {"nonce": NONCE, "pin": PIN}


@pytest.fixture
def pcsc():
    with PrivatePcsc(READERS) as private:
        yield private


@pytest.fixture
def agent(pcsc, tmp_path):
    with RunningAgent(pcsc.environment, tmp_path / "log") as running:
        yield running


def names(agent):
    return [reader["name"] for reader in agent.ask("/v1/about")[1]["readers"]]


class ReaderDies(VirtualPkiCard):
    """A card whose reader goes when it is told to sign."""

    def __init__(self, chip, pcsc):
        super().__init__(chip)
        self._pcsc = pcsc

    def answer(self, given):
        if parse_command(given).ins == applet.PERFORM:
            self._pcsc.stop()
        return super().answer(given)


def test_readers_of_several_devices_are_all_there_and_each_has_its_own_card(agent, pcsc):
    assert names(agent) == [slot.name for slot in pcsc.slots]
    assert len(pcsc.slots) == 4
    for number, slot in enumerate(pcsc.slots):
        slot.insert(pki_card(serial=f"HC{number}"))
    told = [agent.ask("/v1/card", {"reader": slot.name})[1]["serial"] for slot in pcsc.slots]
    assert told == ["HC0", "HC1", "HC2", "HC3"]


def test_a_reader_pulled_out_between_two_questions_is_told_as_gone_and_found_again(agent, pcsc):
    slot = pcsc.slots[2]
    slot.insert(pki_card())
    assert agent.ask("/v1/card", {"reader": slot.name})[0] == 200
    pcsc.unplug(READERS[1])
    assert names(agent) == [one.name for one in pcsc.slots[:2]]
    assert agent.ask("/v1/sign", TO_SIGN | {"reader": slot.name}) == (409, {"code": "reader-gone", "params": {}})
    pcsc.stop()
    pcsc.start()
    slot.insert(pki_card())
    assert agent.ask("/v1/sign", TO_SIGN | {"reader": slot.name})[0] == 200


def test_a_reader_that_dies_while_the_card_signs_is_told_as_gone(agent, pcsc):
    card = ReaderDies(pki_card().chip, pcsc)
    pcsc.slots[0].insert(card)
    assert agent.ask("/v1/sign", TO_SIGN) == (409, {"code": "reader-gone", "params": {}})
    pcsc.start()
    pcsc.slots[0].insert(pki_card())
    assert agent.ask("/v1/sign", TO_SIGN)[0] == 200


class ReaderDiesAtTheEnd(VirtualPkiCard):
    """A card whose reader goes when the applet is selected anew, to take back what a PIN has opened."""

    def __init__(self, chip, pcsc):
        super().__init__(chip)
        self._pcsc = pcsc
        self._selected_before = False

    def answer(self, given):
        if parse_command(given) == applet.SELECT:
            if self._selected_before:
                self._pcsc.stop()
            self._selected_before = True
        return super().answer(given)


def test_a_reader_that_dies_before_it_is_left_fails_the_last_line_of_the_check(agent, pcsc):
    pcsc.slots[0].insert(ReaderDiesAtTheEnd(pki_card().chip, pcsc))
    lines = agent.ask("/v1/check", {})[1]["lines"]
    assert [(line["line"], line["code"]) for line in lines if line["outcome"] == "failed"] == [
        ("close-module", "reader-gone")
    ]


def test_a_computer_without_a_reader_is_told_apart_from_one_without_the_service(agent, pcsc, tmp_path):
    pcsc.stop()
    pcsc.start(())
    assert agent.ask("/v1/about")[1] | {"agent": "", "version": ""} == {
        "agent": "",
        "version": "",
        "pcsc": True,
        "readers": [],
        "modules": [],
    }
    assert agent.ask("/v1/card", {})[1]["code"] == "no-reader"
    with RunningAgent({"PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")}, tmp_path / "second") as alone:
        assert alone.ask("/v1/about")[1]["pcsc"] is False
        assert alone.ask("/v1/card", {}) == (503, {"code": "no-pcsc", "params": {}})
        assert alone.ask("/v1/nhi-card", {})[1]["code"] == "no-pcsc"


def test_a_private_pcscd_takes_connections_from_this_machine_alone_and_leaves_nothing_behind():
    with PrivatePcsc() as private:
        directory = private.environment["PCSCLITE_CSOCK_NAME"].rpartition("/")[0]
        ports = {f"{private.slots[0]._port + number:04X}" for number in range(2)}
        lines = [line.split() for line in open_connections()]
        at = {address for _, address, _, state, *_ in lines if state == "0A" and address[-4:] in ports}
        assert at == {f"0100007F:{port}" for port in ports}
    left = {address[-4:] for _, address, _, state, *_ in map(str.split, open_connections()) if state == "0A"}
    assert not ports & left
    assert not Path(directory).exists()


def open_connections():
    return Path("/proc/net/tcp").read_text().splitlines()[1:]

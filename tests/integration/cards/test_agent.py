"""The card agent with real PC/SC, virtual cards and HTTP: what a page of an allowed site gets, and what nobody gets."""

import json
import socket
import threading
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from operate.card.refusals import CardRefusal
from operate.rehearsal.virtual_card import VirtualPkiCard
from shared.cards import applet
from shared.cards.agent import VERSION
from shared.cards.apdu import parse_command
from shared.cards.profiles import CardKind
from shared.cards.token import read_token, signature_holds
from tests.integration.cards.people import NONCE, PIN, SITE, ClinicsOwnSystem, nhi_card, pki_card, rsa_card

TO_SIGN = {"nonce": NONCE, "pin": PIN}


def has_card(agent, slot):
    """Whether a card is in this reader, as the agent sees it."""
    return {one["name"]: one["card"] for one in agent.ask("/v1/about")[1]["readers"]}[slot.name]


class Meddled(VirtualPkiCard):
    """A card to which something happens when it gets a command."""

    def __init__(self, chip, instruction, happens):
        super().__init__(chip)
        self.commands = []
        self._instruction = instruction
        self._happens = happens

    def answer(self, given):
        command = parse_command(given)
        self.commands.append(command)
        if command.ins == self._instruction:
            self._happens()
        return super().answer(given)


class Mute(VirtualPkiCard):
    """A card that stays where it is, and gives no status."""

    def answer(self, given):
        return super().answer(given)[:1] if parse_command(given).ins == applet.GET_DATA else super().answer(given)


class Dawdling(VirtualPkiCard):
    """A card that, once it has power, does not say which it is before `has_been_asked`, or for a second."""

    def __init__(self, chip):
        super().__init__(chip)
        self.has_been_asked = threading.Event()
        self._resets = 0

    def reset(self):
        super().reset()
        self._resets += 1

    @property
    def atr(self):
        if self._resets > 1:  # the first is of a card without power
            self.has_been_asked.wait(1)
        return super().atr


# What is there -------------------------------------------------------------------------------------------------------


def test_a_page_learns_who_answers_and_what_is_plugged_in(agent, pcsc, slot):
    slot.insert(pki_card())
    status, told = agent.ask("/v1/about")
    assert status == 200
    assert (told["agent"], told["version"], told["pcsc"]) == ("caretrail-card-agent", VERSION, True)
    assert told["readers"] == [
        {"name": pcsc.slots[0].name, "card": True},
        {"name": pcsc.slots[1].name, "card": False},
    ]


def test_an_nhi_card_tells_its_basic_block(agent, slot):
    slot.insert(nhi_card())
    assert agent.ask("/v1/nhi-card", {}) == (
        200,
        {
            "card_number": "000012345678",
            "name": "王小明",
            "identifier": "A123456789",
            "born_on": "1977-02-03",
            "sex": "male",
            "issued_on": "2023-06-28",
        },
    )


@pytest.mark.parametrize("kind", CardKind)
def test_a_card_shows_what_it_is_and_the_tries_left_before_any_pin(agent, slot, kind):
    card = pki_card(kind)
    slot.insert(card)
    status, told = agent.ask("/v1/card", {"reader": slot.name})
    assert status == 200
    assert (told["kind"], told["serial"], told["tries_left"]) == (kind, "HC00012345", 3)
    assert b64decode(told["certificate"]) == card.chip.issued.der
    assert told["holder"]["name"] == card.chip.holder.name
    assert told["valid_to"] > told["valid_from"]


def test_the_right_card_is_found_among_several(agent, pcsc, slot):
    slot.insert(nhi_card())
    pcsc.slots[1].insert(pki_card())
    assert agent.ask("/v1/card", {})[1]["kind"] == "personnel"
    assert agent.ask("/v1/nhi-card", {})[1]["card_number"] == "000012345678"
    assert agent.ask("/v1/card", {"reader": slot.name})[1]["code"] == "card-unknown"
    assert agent.ask("/v1/nhi-card", {"reader": pcsc.slots[1].name})[1]["code"] == "card-unknown"


# Signing -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pki_card, rsa_card])
def test_a_token_is_signed_for_the_site_of_the_page_and_no_other(agent, slot, make):
    card = make()
    slot.insert(card)
    status, told = agent.ask("/v1/sign", TO_SIGN)
    assert status == 200
    token = read_token(told["token"])
    assert token.agent == f"caretrail-card-agent/{VERSION}"
    key = card.chip.issued.certificate.public_key()
    assert signature_holds(key, token.algorithm, token.signature, SITE, NONCE)
    assert not signature_holds(key, token.algorithm, token.signature, "https://other.example.tw", NONCE)


def test_a_wrong_pin_is_shown_once_and_tells_how_many_tries_are_left(agent, slot):
    card = Meddled(pki_card().chip, applet.VERIFY, lambda: None)
    slot.insert(card)
    wrong = TO_SIGN | {"pin": "000000"}
    assert agent.ask("/v1/sign", wrong) == (409, {"code": "pin-wrong", "params": {"left": 2}})
    shown = [command for command in card.commands if command.ins == applet.VERIFY and command.data]
    assert len(shown) == 1
    assert agent.ask("/v1/sign", wrong) == (409, {"code": "pin-wrong", "params": {"left": 1}})
    assert agent.ask("/v1/card", {})[1]["tries_left"] == 1
    assert agent.ask("/v1/sign", wrong)[1]["code"] == "pin-blocked"
    assert agent.ask("/v1/sign", TO_SIGN)[1]["code"] == "pin-blocked"
    assert agent.ask("/v1/card", {})[1]["tries_left"] == 0


def test_what_is_no_pin_costs_no_try(agent, slot):
    card = pki_card()
    slot.insert(card)
    for pin in ("", "123", "123456789", "12345a", "１２３４５６", " 246810", "246810\n"):
        assert agent.ask("/v1/sign", TO_SIGN | {"pin": pin}) == (400, {"code": "pin-malformed", "params": {}})
    assert card.chip.tries_left == 3


def test_only_the_random_number_of_a_log_in_is_signed(agent, slot):
    card = pki_card()
    slot.insert(card)
    for nonce in ("", "short", "not base64!", NONCE + "AA==", "AAAA"):
        assert agent.ask("/v1/sign", {"nonce": nonce, "pin": "000000"})[1]["code"] == "nonce-malformed"
    assert card.chip.tries_left == 3


def test_what_the_pin_has_opened_is_closed_when_the_agent_is_done(agent, slot):
    card = pki_card()
    slot.insert(card)
    assert agent.ask("/v1/sign", TO_SIGN)[0] == 200
    refused = card.answer(bytes([0, applet.PERFORM, *applet.SIGN, 33, 1]) + bytes(32) + b"\0")
    assert refused.hex() == "6982"


def test_the_card_is_shared_with_other_programs_and_left_without_a_reset(agent, pcsc, slot):
    resets = []

    class Watched(VirtualPkiCard):
        def reset(self):
            resets.append(True)
            super().reset()

    slot.insert(Watched(pki_card().chip))
    with ClinicsOwnSystem(pcsc.environment, slot.name) as clinic:
        assert clinic.still_has_its_session()
        before = len(resets)
        for _ in range(3):
            assert agent.ask("/v1/card", {})[0] == 200
            assert agent.ask("/v1/sign", TO_SIGN)[0] == 200
            assert clinic.still_has_its_session()
        assert len(resets) == before


# What is missing -----------------------------------------------------------------------------------------------------


def test_an_empty_reader_an_unknown_card_and_a_reader_that_is_not_there_are_told_apart(agent, slot):
    assert agent.ask("/v1/card", {})[1]["code"] == "no-card"
    assert agent.ask("/v1/card", {"reader": slot.name})[1]["code"] == "no-card"
    assert agent.ask("/v1/card", {"reader": "Reader of another desk"})[1]["code"] == "reader-gone"
    slot.insert(nhi_card())
    assert agent.ask("/v1/card", {})[1]["code"] == "card-unknown"
    assert agent.ask("/v1/sign", TO_SIGN)[1]["code"] == "card-unknown"


def test_a_card_that_comes_and_goes_is_seen_to(agent, slot):
    assert not has_card(agent, slot)
    slot.insert(pki_card())
    assert has_card(agent, slot)
    slot.remove()
    assert not has_card(agent, slot)


def test_a_card_that_has_been_put_in_is_there_for_whoever_asks_next(agent, slot):
    card = Dawdling(pki_card().chip)
    slot.insert(card)
    status, _ = agent.ask("/v1/card", {})
    card.has_been_asked.set()
    assert status == 200


@pytest.mark.parametrize("instruction", [applet.GET_DATA, applet.READ_BINARY, applet.VERIFY, applet.PERFORM])
def test_a_card_pulled_out_midway_is_told_as_changed_and_its_pin_is_not_shown_again(agent, slot, instruction):
    card = Meddled(pki_card().chip, instruction, slot.pull)
    slot.insert(card)
    body = TO_SIGN | {"serial": "HC00012345"}
    assert agent.ask("/v1/sign", body) == (409, {"code": "card-changed", "params": {}})
    shown = [command for command in card.commands if command.ins == applet.VERIFY and command.data]
    assert len(shown) <= 1
    slot.remove()
    assert not has_card(agent, slot)
    slot.insert(pki_card())
    assert agent.ask("/v1/sign", body)[0] == 200


def test_a_pin_is_never_tried_on_another_card_than_the_one_it_was_asked_for(agent, slot):
    other = pki_card(serial="HC00099999")
    slot.insert(other)
    assert agent.ask("/v1/sign", TO_SIGN | {"pin": "000000", "serial": "HC00012345"})[1]["code"] == "card-changed"
    assert other.chip.tries_left == 3


def test_a_card_that_does_not_answer_is_told_as_silent(agent, slot):
    slot.insert(Mute(pki_card().chip))
    assert agent.ask("/v1/card", {"reader": slot.name}) == (409, {"code": "card-silent", "params": {}})


def test_what_is_asked_at_the_same_time_waits_for_its_turn_and_then_is_told_so(agent, slot):
    asked, go_on = threading.Event(), threading.Event()

    def hold():
        asked.set()
        go_on.wait(30)

    slot.insert(Meddled(pki_card().chip, applet.PERFORM, hold))
    answers = []
    first = threading.Thread(target=lambda: answers.append(agent.ask("/v1/sign", TO_SIGN)))
    first.start()
    try:
        assert asked.wait(30)
        assert agent.ask("/v1/sign", TO_SIGN) == (503, {"code": "busy", "params": {}})
        assert agent.ask("/v1/about")[1]["code"] == "busy"
    finally:
        go_on.set()
        first.join()
    assert answers[0][0] == 200


# The environment check -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [pki_card, rsa_card])
def test_every_line_of_the_check_passes_with_the_pin(agent, slot, make):
    slot.insert(make())
    status, told = agent.ask("/v1/check", {"pin": PIN})
    assert status == 200
    assert [(line["line"], line["outcome"]) for line in told["lines"]] == [
        (name, "passed")
        for name in (
            "open-module",
            "open-session",
            "card-version",
            "card-type",
            "holder",
            "serial",
            "validity",
            "sign",
            "verify",
            "encrypt",
            "decrypt",
            "close-session",
            "close-module",
        )
    ]
    assert all(line["tried"] for line in told["lines"])


def test_without_a_pin_what_needs_it_is_left_out_and_no_try_is_used(agent, slot):
    card = pki_card()
    slot.insert(card)
    outcomes = {line["line"]: line["outcome"] for line in agent.ask("/v1/check", {})[1]["lines"]}
    skipped = {name for name, outcome in outcomes.items() if outcome == "skipped"}
    assert skipped == {"open-session", "sign", "verify", "encrypt", "decrypt", "close-session"}
    assert card.chip.tries_left == 3


def test_a_wrong_pin_fails_its_line_alone_and_is_shown_once(agent, slot):
    card = pki_card()
    slot.insert(card)
    lines = {line["line"]: line for line in agent.ask("/v1/check", {"pin": "000000"})[1]["lines"]}
    assert lines["open-session"]["outcome"] == "failed"
    assert (lines["open-session"]["code"], lines["open-session"]["params"]) == ("pin-wrong", {"left": 2})
    assert lines["validity"]["outcome"] == "passed"
    assert lines["sign"]["outcome"] == "skipped"
    assert card.chip.tries_left == 2


def test_the_check_shows_its_pin_to_the_card_that_was_shown_alone(agent, pcsc, slot):
    other, shown = pki_card(serial="HC00099999"), pki_card()
    slot.insert(other)
    pcsc.slots[1].insert(shown)
    asked = {"pin": "000000", "serial": "HC00012345"}
    lines = agent.ask("/v1/check", asked)[1]["lines"]
    assert [line["code"] for line in lines if line["outcome"] == "failed"] == ["card-changed"]
    assert {line["outcome"] for line in lines[1:]} == {"skipped"}
    assert (other.chip.tries_left, shown.chip.tries_left) == (3, 3)
    lines = agent.ask("/v1/check", asked | {"reader": pcsc.slots[1].name})[1]["lines"]
    assert [line["code"] for line in lines if line["outcome"] == "failed"] == ["pin-wrong"]
    assert (other.chip.tries_left, shown.chip.tries_left) == (3, 2)


def test_a_card_that_has_expired_fails_the_line_of_its_validity(agent, slot):
    slot.insert(pki_card(ended_ago=timedelta(days=2)))
    lines = agent.ask("/v1/check", {"pin": PIN})[1]["lines"]
    assert [(line["line"], line["code"]) for line in lines if line["outcome"] == "failed"] == [
        ("validity", "card-expired")
    ]


def test_a_card_pulled_out_during_the_check_fails_where_it_was_pulled(agent, slot):
    slot.insert(Meddled(pki_card().chip, applet.PERFORM, slot.pull))
    lines = {line["line"]: line for line in agent.ask("/v1/check", {"pin": PIN})[1]["lines"]}
    assert lines["open-session"]["outcome"] == "passed"
    assert (lines["sign"]["outcome"], lines["sign"]["code"]) == ("failed", "card-changed")


def test_two_checks_sign_two_different_numbers(agent, slot):
    signed = []

    class Keeping(VirtualPkiCard):
        def answer(self, given):
            command = parse_command(given)
            if (command.p1, command.p2) == applet.SIGN:
                signed.append(command.data)
            return super().answer(given)

    slot.insert(Keeping(pki_card().chip))
    for _ in range(2):
        agent.ask("/v1/check", {"pin": PIN})
    assert len(set(signed)) == 2


# Who may ask ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://other.example.tw",
        f"{SITE}/",
        f"{SITE}:443",
        "http://care.example.tw",
        "https://care.example.tw.evil.tw",
    ],
)
def test_a_page_of_any_other_site_gets_nothing_and_is_not_let_read_why(agent, origin):
    for path in ("/v1/about", "/v1/card", "/v1/nhi-card", "/v1/sign", "/v1/check", "/v1/nothing"):
        body = None if path == "/v1/about" else TO_SIGN | {"pin": "000000"}
        status, headers, answer = agent.talk(path, body, Origin=origin)
        assert (status, json.loads(answer)["code"]) == (403, "origin-not-allowed")
        assert "Access-Control-Allow-Origin" not in headers


def test_no_try_is_used_for_a_page_of_another_site(agent, slot):
    card = pki_card()
    slot.insert(card)
    agent.ask("/v1/sign", TO_SIGN | {"pin": "000000"}, Origin="https://other.example.tw")
    agent.ask("/v1/check", {"pin": "000000"}, Origin="https://other.example.tw")
    assert card.chip.tries_left == 3


@pytest.mark.parametrize("host", ["care.example.tw", "evil.tw:56445", "", "127.0.0.1.evil.tw", "[::2]", "[bad"])
def test_a_name_that_was_made_to_lead_here_is_no_way_in(agent, host):
    assert agent.ask("/v1/about", Host=host or " ")[1]["code"] == "origin-not-allowed"


def test_a_browser_that_asks_first_is_told_what_the_site_may(agent):
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Private_Network": "true"}
    status, headers, _ = agent.talk("/v1/sign", method="OPTIONS", **asked)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == SITE
    assert headers["Access-Control-Allow-Headers"] == "content-type"
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert headers["Access-Control-Allow-Private-Network"] == "true"
    assert headers["Vary"] == "Origin"


def test_a_browser_that_asks_first_for_another_site_is_told_nothing(agent):
    status, headers, _ = agent.talk("/v1/sign", method="OPTIONS", Origin="https://other.example.tw")
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_an_answer_can_be_read_by_the_site_that_asked_also_when_it_is_no(agent, slot):
    slot.remove()
    for path, body in (("/v1/about", None), ("/v1/card", {})):
        _, headers, _ = agent.talk(path, body)
        assert headers["Access-Control-Allow-Origin"] == SITE
        assert headers["Vary"] == "Origin"
        assert headers["Cache-Control"] == "no-store"


def test_a_form_that_a_browser_would_send_without_asking_is_refused(agent, slot):
    card = pki_card()
    slot.insert(card)
    sent = json.dumps(TO_SIGN | {"pin": "000000"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"):
        assert agent.ask("/v1/sign", sent, Content_Type=kind)[1]["code"] == "body-malformed"
    assert card.chip.tries_left == 3


@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b'"x"', b'{"nonce":1,"pin":"1"}', b'{"pin":"1"}', b"\xff", b"[" * 9000, b" " * 20_000]
)
def test_what_is_not_the_json_that_belongs_there_is_refused(agent, sent):
    assert agent.ask("/v1/sign", sent) == (400, {"code": "body-malformed", "params": {}})


@pytest.mark.parametrize("length", ["10001", "9" * 4_300, "9" * 5_000])
def test_what_is_announced_as_longer_than_anything_that_is_asked_is_refused_unread(agent, length):
    answer = spoken(agent, "/v1/sign", f"Origin: {SITE}", "Content-Type: application/json", f"Content-Length: {length}")
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert answer.endswith(b'{"code":"body-malformed","params":{}}')


def test_a_page_of_another_site_is_answered_before_anything_that_it_sends_is_read(agent):
    answer = spoken(agent, "/v1/sign", "Origin: https://other.example.tw", "Content-Length: 500")
    assert answer.startswith(b"HTTP/1.0 403 ")


def spoken(agent, path, *headers):
    """The whole answer to a request that announces a body of which nothing comes."""
    place = urlsplit(agent.address)
    with socket.create_connection((place.hostname, place.port), 5) as line:
        line.sendall("\r\n".join((f"POST {path} HTTP/1.1", f"Host: {place.netloc}", *headers, "", "")).encode())
        answer = line.recv(2_000)
        while not answer.endswith(b"}"):
            answer += line.recv(2_000)
        return answer


def test_other_paths_and_methods_are_told_apart(agent):
    assert agent.ask("/v1/nothing") == (404, {"code": "not-found", "params": {}})
    assert agent.ask("/v1/sign") == (405, {"code": "method-not-allowed", "params": {}})
    assert agent.ask("/v1/about", {}) == (405, {"code": "method-not-allowed", "params": {}})
    assert agent.ask("/v1/sign", {}, method="PUT") == (405, {"code": "method-not-allowed", "params": {}})


def test_only_this_machine_reaches_the_agent(agent):
    port = int(agent.address.rpartition(":")[2])
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    at = {address for _, address, _, state, *_ in listening if state == "0A" and address.endswith(f":{port:04X}")}
    assert at == {f"0100007F:{port:04X}"}


def test_neither_a_pin_nor_anything_of_a_person_is_in_the_log(agent, slot):
    slot.insert(pki_card())
    agent.ask("/v1/card", {})
    agent.ask("/v1/sign", TO_SIGN)
    agent.ask("/v1/sign", TO_SIGN | {"pin": "13579135"})
    agent.ask("/v1/check", {"pin": PIN})
    slot.insert(nhi_card())
    agent.ask("/v1/nhi-card", {})
    log = agent.log.read_text()
    assert "card_agent_answered" in log
    for secret in (PIN, "13579135", "王大明", "王小明", "A123456789", "HC00012345", "000012345678", NONCE):
        assert secret not in log


def test_every_refusal_of_the_agent_has_a_code_of_its_own():
    codes = [kind.code for kind in CardRefusal.__subclasses__()]
    assert len(codes) == len(set(codes)) == 20

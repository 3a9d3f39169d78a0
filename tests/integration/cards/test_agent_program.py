"""`caretrail card agent` and `caretrail card check` as a person starts them: what they need, tell and refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from operate.card.ports import PortOfAnother
from operate.card.serving import Door, serving
from shared.cards.profiles import CardKind
from tests.integration.cards.people import PIN, PROJECT, SITE, RunningAgent, pki_card


def caretrail(environment, home, *arguments, given=""):
    """One command with nothing on the terminal but what is given."""
    return subprocess.run(
        [sys.executable, "-m", "operate", "--lang", "en", *arguments],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": str(home)} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def outcomes(answered):
    return {line["line"]: line["outcome"] for line in json.loads(answered.stdout)["lines"]}


def test_sites_are_named_in_the_settings_file_as_well(pcsc, tmp_path):
    settings = tmp_path / ".config" / "caretrail"
    settings.mkdir(parents=True)
    (settings / "card-agent.toml").write_text(f'origins = ["{SITE}"]\n')
    with RunningAgent(pcsc.environment, tmp_path / "log", "--origin", "http://localhost:8000") as agent:
        assert agent.told["origins"] == ["http://localhost:8000", SITE]
        assert agent.ask("/v1/about")[0] == 200
        assert agent.ask("/v1/about", Origin="http://localhost:8000")[0] == 200
        assert agent.ask("/v1/about", Origin="http://localhost:8001")[0] == 403


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say whose pages"),
        (("--origin", "https://care.example.tw/"), "is not the address of a site"),
        (("--origin", "http://care.example.tw"), "is not the address of a site"),
        (("--origin", "https://Care.example.tw"), "is not the address of a site"),
        (("--origin", "*"), "is not the address of a site"),
        (("--origin", "null"), "is not the address of a site"),
        (("--origin", SITE, "--module", "/usr/lib/none.so"), "cannot be used as a PKCS #11 module"),
        (("--settings", "/nowhere/agent.toml"), "/nowhere/agent.toml"),
    ],
)
def test_an_agent_that_cannot_be_what_was_asked_for_does_not_start(pcsc, tmp_path, arguments, said):
    answered = caretrail(pcsc.environment, tmp_path, "card", "agent", *arguments)
    assert answered.returncode == 2
    assert said in answered.stderr


@pytest.mark.parametrize("text", ["origins = 1", "origin = ['x']", "origins = ["])
def test_a_settings_file_that_is_not_right_is_told_so(pcsc, tmp_path, text):
    (tmp_path / "agent.toml").write_text(text)
    answered = caretrail(pcsc.environment, tmp_path, "card", "agent", "--settings", str(tmp_path / "agent.toml"))
    assert answered.returncode == 2
    assert "lists of texts, origins and modules" in answered.stderr


def test_a_port_that_is_taken_is_told_and_the_next_is_tried_where_none_was_asked_for(pcsc, tmp_path, agent):
    port = agent.address.rpartition(":")[2]
    answered = caretrail(pcsc.environment, tmp_path, "card", "agent", "--origin", SITE, "--port", port)
    assert answered.returncode == 2
    assert f"Port {port} cannot be opened" in answered.stderr


_LISTENS = """
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as listening:
    print(listening.getsockname()[1], flush=True)
    sys.stdin.read()
"""
_NOBODY = "65534"


@contextmanager
def listening_as(user):
    """A program of this user listens at a port of this machine; the port."""
    command = ["/usr/bin/setpriv", "--reuid", user, "--clear-groups", "--", "/usr/bin/python3", "-c", _LISTENS]
    with subprocess.Popen(command, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as begun:
        yield int(begun.stdout.readline())
        begun.stdin.close()


@pytest.mark.skipif(os.getuid() != 0, reason="a port of another user's takes another user")
def test_an_agent_does_not_start_where_pages_would_ask_another_users_program_for_the_pin(pcsc, tmp_path):
    with listening_as(_NOBODY) as port, ExitStack() as served:
        with pytest.raises(PortOfAnother) as other:
            served.enter_context(serving(Door(None, frozenset()), (port, 0)))
        assert (other.value.port, other.value.user) == (port, "nobody")
    with listening_as(_NOBODY) as port:
        answered = caretrail(pcsc.environment, tmp_path, "card", "agent", "--origin", SITE, "--port", str(port))
    assert answered.returncode == 2
    assert f"A program of nobody listens at port {port}" in answered.stderr


def test_an_own_program_at_a_port_leaves_the_next(agent):
    port = int(agent.address.rpartition(":")[2])
    with serving(Door(None, frozenset()), (port, 0)) as taken:
        assert taken not in {0, port}


def test_a_line_without_an_end_is_no_pin_and_costs_no_try(pcsc, slot, tmp_path):
    card = pki_card()
    slot.insert(card)
    begun = subprocess.Popen(
        [sys.executable, "-m", "operate", "--json", "card", "check", "--pin-stdin"],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | pcsc.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with begun:
        begun.stdin.write(b"1" * 200)
        begun.stdin.flush()
        lines = {line["line"]: line for line in json.loads(begun.stdout.readline())["lines"]}
    assert lines["open-session"]["code"] == "pin-malformed"
    assert card.chip.tries_left == 3


def test_the_check_goes_through_every_line_on_the_terminal(pcsc, slot, tmp_path):
    slot.insert(pki_card())
    answered = caretrail(pcsc.environment, tmp_path, "--json", "card", "check", "--pin-stdin", given=f"{PIN}\n")
    assert answered.returncode == 0, answered.stderr
    assert set(outcomes(answered).values()) == {"passed"}
    assert list(outcomes(answered))[:5] == ["system", "version", "pcsc", "reader", "card"]
    assert json.loads(answered.stdout)["tries_left"] == 3
    assert PIN not in answered.stdout + answered.stderr


def test_the_tries_left_are_told_before_the_pin_is_asked(pcsc, slot, tmp_path):
    card = pki_card(CardKind.INSTITUTION)
    card.chip.tries_left = 1
    slot.insert(card)
    answered = caretrail(pcsc.environment, tmp_path, "card", "check")  # and no PIN is there
    assert answered.returncode == 0
    assert "may be entered 1 more times" in answered.stderr
    assert "Kind of card" in answered.stdout
    assert card.chip.tries_left == 1


def test_a_wrong_pin_fails_with_what_to_do_next_and_uses_one_try(pcsc, slot, tmp_path):
    card = pki_card()
    slot.insert(card)
    answered = caretrail(pcsc.environment, tmp_path, "card", "check", "--pin-stdin", given="000000\n")
    assert answered.returncode == 1
    assert "It may be entered 2" in " ".join(answered.stdout.split())
    assert card.chip.tries_left == 2


def test_a_locked_card_is_not_shown_a_pin(pcsc, slot, tmp_path):
    card = pki_card()
    card.chip.tries_left = 0
    slot.insert(card)
    answered = caretrail(pcsc.environment, tmp_path, "--json", "card", "check", "--pin-stdin", given=f"{PIN}\n")
    assert json.loads(answered.stdout)["tries_left"] == 0
    assert outcomes(answered)["open-session"] == "failed"
    assert answered.returncode == 1


def test_what_is_missing_is_told_where_it_is_missing(pcsc, slot, tmp_path):
    slot.remove()
    empty = caretrail(pcsc.environment, tmp_path, "--json", "card", "check")
    assert (empty.returncode, outcomes(empty)["card"], outcomes(empty)["sign"]) == (1, "failed", "skipped")
    nobody = {"PCSCLITE_CSOCK_NAME": str(tmp_path / "nobody")}
    alone = caretrail(nobody, tmp_path, "--json", "card", "check")
    assert (alone.returncode, outcomes(alone)["pcsc"]) == (1, "failed")
    assert "reader" not in outcomes(alone)


def test_without_what_speaks_to_cards_one_is_told_what_to_install(tmp_path):
    (tmp_path / "smartcard.py").write_text("raise ImportError(name='smartcard')\n")
    answered = caretrail({"PYTHONPATH": str(tmp_path)}, tmp_path, "card", "check")
    assert answered.returncode == 2
    assert "requirements-card.in" in answered.stderr
    assert caretrail({"PYTHONPATH": str(tmp_path)}, tmp_path, "--help").returncode == 0

"""`caretrail card verify-chain --fetch` asks the responder and fetches the list that the folder of issuers allows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from operate.command_line import run
from operate.rehearsal.pki import DAY, YEAR, Pki, personnel, write_anchors
from operate.rehearsal.responder import Responder
from shared.cards.profiles import CardKind

NOW = datetime.now(UTC).replace(microsecond=0)  # as the command's own clock
KIND = CardKind.PERSONNEL


@pytest.fixture(scope="module")
def pki():
    return Pki(NOW - YEAR)


@pytest.fixture
def responder(pki):
    with Responder(pki) as responder:
        yield responder


@pytest.fixture
def verdict(responder, tmp_path, capsys):
    """What is said of a card; with 0 or 1."""
    write_anchors(responder.anchors(), tmp_path / "anchors")

    def judge(card, *options):
        (tmp_path / "card.pem").write_bytes(card.certificate.public_bytes(Encoding.PEM))
        typed = ["card", "verify-chain", str(tmp_path / "card.pem"), "--anchors", str(tmp_path / "anchors"), "--json"]
        status = run([*typed, *options], {"CARETRAIL_VAR": str(tmp_path / "var")})
        return status, json.loads(capsys.readouterr().out)["reason"]

    return judge


def card_of(pki, responder, **changes):
    profile = replace(responder.named_in(personnel("王小明", "1"), KIND), **changes)
    return pki.issuer(KIND).issue(profile, NOW - DAY, NOW + YEAR)


def test_nobody_is_asked_unless_told_to(verdict, pki, responder):
    card = card_of(pki, responder)
    assert verdict(card) == (1, "card-crl-missing")
    assert verdict(card, "--fetch") == (0, "")


def test_a_card_is_revoked_by_its_responder_and_by_its_list(verdict, pki, responder):
    online, offline = card_of(pki, responder), card_of(pki, responder, responders=())
    assert verdict(offline, "--fetch") == (0, "")
    for card in (online, offline):
        pki.issuer(KIND).revoke(card, NOW - DAY)
        assert verdict(card, "--fetch") == (1, "card-revoked")


def test_a_responder_that_the_folder_does_not_allow_is_not_asked(verdict, pki, responder):
    card = card_of(pki, responder, responders=("http://127.0.0.1:9/",))
    assert verdict(card, "--fetch") == (0, "")  # by the list
    pki.issuer(KIND).revoke(card, NOW - DAY)
    assert verdict(card, "--fetch") == (1, "card-revoked")


def test_where_neither_can_be_had_the_reason_says_so(verdict, pki, tmp_path):
    with Responder(pki) as gone:
        write_anchors(gone.anchors(), tmp_path / "anchors")
        card = card_of(pki, gone)
        assert verdict(card, "--fetch") == (0, "")
    assert verdict(card, "--fetch") == (1, "card-ocsp-failed")

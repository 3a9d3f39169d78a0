"""Judging a card's token once its revocation is known: format, certificate, path, revocation, signature, holder."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from bench.figures import RUNS, Limit
from operate.rehearsal.pki import DAY, YEAR, Pki, Question, new_rsa_key, personnel
from shared.cards.evidence import Evidence
from shared.cards.paths import Rejected, trace, weigh
from shared.cards.policy import STRICT
from shared.cards.profiles import CardKind, read_profile
from shared.cards.token import read_token, signature_holds
from shared.cards.verifier import CardVerifier

if TYPE_CHECKING:
    from collections.abc import Callable

    from operate.rehearsal.pki import IssuedCard
    from shared.cards.anchors import Anchor
    from shared.cards.evidence import Link
    from tests.servers import PostgresServer, RabbitMQServer

CARDS = 200
"""Each its own, so that nothing that is remembered of one card helps the next."""
LEAST = 300
"""Tokens that one core is to judge a second."""
ON_A_LIST = 10_000
ORIGIN, NONCE = "https://kids.example.tw", "q1Vd1bT0mZ3xW6nq0b9y6h2Jm5s8f1c4d7e0a3k6l9o="
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class _Known:
    """What has been heard about each card, as it is kept."""

    def __init__(self, known: dict[int, Evidence]) -> None:
        self._known = known

    def evidence(self, link: Link, _anchor: Anchor, _at: datetime) -> Evidence:
        return self._known[link.certificate.serial_number]


def measure(postgres: PostgresServer, rabbitmq: RabbitMQServer) -> list[Limit]:  # noqa: ARG001 - every measurement gets both
    """Answers of a responder that the CA has named, as real ones are; a list; and what the parts of the former take."""
    pki = Pki(NOW - YEAR)
    hca = pki.issuer(CardKind.PERSONNEL)
    profile = replace(personnel("王小明", "0000000112345678"), responders=("http://ocsp.example.tw/",))
    until = NOW + YEAR
    curve = [hca.issue(profile, NOW - DAY, until) for _ in range(CARDS)]
    key = new_rsa_key()
    rsa = [hca.issue(profile, NOW - DAY, until, key) for _ in range(CARDS)]
    signer = hca.responder(NOW - DAY, until)
    answers = {
        serial: Evidence(proved=(hca.answer(Question(serial, signed_by=signer), NOW),))
        for serial in (card.certificate.serial_number for card in (*curve, *rsa))
    }
    for _ in range(ON_A_LIST):
        hca.revoke(hca.issue(profile, NOW - DAY, until, key), NOW - DAY)
    listed = Evidence(lists=(hca.revocation_list(NOW),))
    lists = dict.fromkeys((card.certificate.serial_number for card in curve), listed)
    verify = {name: CardVerifier(pki.anchors(), _Known(known)) for name, known in (("o", answers), ("l", lists))}
    note = f"{CARDS} cards, by processor seconds"
    return [
        Limit(name, _speed(cards, verifier), least=least, unit="tokens/s", note=f"{note}{more}")
        for name, cards, verifier, least, more in (
            ("card_tokens: P-256, answer kept", curve, verify["o"], LEAST, ""),
            ("card_tokens: RSA-2048, answer kept", rsa, verify["o"], LEAST, ""),
            ("card_tokens: P-256, list kept", curve, verify["l"], None, f"; {ON_A_LIST:,} on it"),
        )
    ] + _parts(pki, curve, answers)


def _speed(cards: list[IssuedCard], verifier: CardVerifier) -> float:
    tokens = [card.token(ORIGIN, NONCE) for card in cards]
    speeds = []
    for _ in range(RUNS):
        began = time.process_time()
        for token in tokens:
            assert verifier.verify(token, ORIGIN, NONCE, NOW).kind is CardKind.PERSONNEL
        speeds.append(CARDS / (time.process_time() - began))
    return median(speeds)


def _parts(pki: Pki, cards: list[IssuedCard], known: dict[int, Evidence]) -> list[Limit]:
    """Where the time goes, in microseconds a token."""
    texts = [card.token(ORIGIN, NONCE) for card in cards]
    tokens = [read_token(text) for text in texts]
    anchors = pki.anchors()
    traced = [trace((token.certificate,), anchors, NOW, STRICT) for token in tokens]
    ways = [way for way in traced if not isinstance(way, Rejected)]
    assert len(ways) == CARDS

    def evidence(place: int) -> Evidence:
        return known[tokens[place].certificate.serial_number]

    def holds(place: int) -> bool:
        token = tokens[place]
        return signature_holds(token.certificate.public_key(), token.algorithm, token.signature, ORIGIN, NONCE)

    parts: dict[str, Callable[[int], object]] = {
        "its form and its certificate": lambda place: read_token(texts[place]),
        "its usage, policies, issuer and dates": lambda place: trace(
            (tokens[place].certificate,), anchors, NOW, STRICT
        ),
        "its path and its revocation": lambda place: weigh(ways[place], NOW, evidence(place), STRICT),
        "its signature": holds,
        "its holder": lambda place: read_profile(tokens[place].certificate),
    }
    return [Limit(f"card_tokens: {name}", _microseconds(part), unit="µs") for name, part in parts.items()]


def _microseconds(part: Callable[[int], object]) -> float:
    found = []
    for _ in range(RUNS):
        began = time.process_time()
        for place in range(CARDS):
            part(place)
        found.append((time.process_time() - began) / CARDS * 1e6)
    return median(found)

"""Judging a card's token once its revocation is known: format, certificate, path, revocation, signature, holder."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING

from bench.figures import RUNS, Limit
from operate.rehearsal.pki import DAY, YEAR, Pki, new_rsa_key, personnel
from operate.rehearsal.responder import Responder
from shared.cards.kept import KeptInTable, install
from shared.cards.paths import Rejected, trace, weigh
from shared.cards.policy import STRICT
from shared.cards.profiles import CardKind, read_profile
from shared.cards.revocation import RevocationNews
from shared.cards.token import read_token, signature_holds
from shared.cards.verifier import CardVerifier
from shared.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.figures import Figure
    from operate.rehearsal.pki import IssuedCard, Issuer, Key, Profile
    from shared.cards.anchors import Anchors
    from shared.cards.evidence import Evidence
    from tests.servers import PostgresServer, RabbitMQServer

KIND = CardKind.PERSONNEL
CARDS = 200
"""Each its own, so that nothing that is remembered of one card helps the next."""
LEAST = 300
"""Tokens that one core is to judge a second."""
ON_A_LIST = 10_000
ORIGIN, NONCE = "https://kids.example.tw", "q1Vd1bT0mZ3xW6nq0b9y6h2Jm5s8f1c4d7e0a3k6l9o="
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def measure(postgres: PostgresServer, _: RabbitMQServer) -> list[Figure | Limit]:
    """Cards whose responder has answered before, in a table; cards on a list; and what the parts of the former take."""
    database = schema.install(postgres.new_database(), "cards")
    install(database)
    pki = Pki(NOW - YEAR)
    with Responder(pki, lambda: NOW) as responder, closing(KeptInTable(database)) as kept:
        profile = responder.named_in(personnel("王小明", "0000000112345678"), KIND)
        hca, key = pki.issuer(KIND), new_rsa_key()
        for _revoked in range(ON_A_LIST):
            hca.revoke(hca.issue(profile, NOW - DAY, NOW + YEAR, key), NOW - DAY)
        curve = _cards(hca, profile)
        anchors, news = responder.anchors(), RevocationNews(kept)
        verifier = CardVerifier(anchors, news)
        note = f"{CARDS} cards, by processor seconds"
        found: list[Figure | Limit] = [
            Limit(f"card_tokens: {name}", _speed(cards, verifier), least=least, unit="tokens/s", note=f"{note}{more}")
            for name, cards, least, more in (
                ("P-256, answer kept", curve, LEAST, ""),
                ("RSA-2048, answer kept", _cards(hca, profile, key), LEAST, ""),
                ("P-256, list kept", _cards(hca, replace(profile, responders=())), None, f"; {ON_A_LIST:,} on it"),
            )
        ]
        return found + _parts(curve, anchors, news)


def _cards(issuer: Issuer, profile: Profile, key: Key | None = None) -> list[IssuedCard]:
    return [issuer.issue(profile, NOW - DAY, NOW + YEAR, key) for _ in range(CARDS)]


def _speed(cards: list[IssuedCard], verifier: CardVerifier) -> float:
    tokens = [card.token(ORIGIN, NONCE) for card in cards]
    for token in tokens:
        assert verifier.verify(token, ORIGIN, NONCE, NOW).kind is KIND
    speeds = []
    for _ in range(RUNS):
        began = time.process_time()
        for token in tokens:
            verifier.verify(token, ORIGIN, NONCE, NOW)
        speeds.append(CARDS / (time.process_time() - began))
    return median(speeds)


def _parts(cards: list[IssuedCard], anchors: Anchors, news: RevocationNews) -> list[Limit]:
    """Where the time goes, in microseconds a token."""
    texts = [card.token(ORIGIN, NONCE) for card in cards]
    tokens = [read_token(text) for text in texts]
    traced = [trace((token.certificate,), anchors, NOW, STRICT) for token in tokens]
    ways = [way for way in traced if not isinstance(way, Rejected)]
    assert len(ways) == CARDS

    def evidence(place: int) -> Evidence:
        return news.evidence(ways[place].links[0], ways[place].anchor, NOW)

    known = [evidence(place) for place in range(CARDS)]

    def holds(place: int) -> bool:
        token = tokens[place]
        return signature_holds(token.certificate.public_key(), token.algorithm, token.signature, ORIGIN, NONCE)

    parts: dict[str, Callable[[int], object]] = {
        "its form and its certificate": lambda place: read_token(texts[place]),
        "its usage, policies, issuer and dates": lambda place: trace(
            (tokens[place].certificate,), anchors, NOW, STRICT
        ),
        "its answer, from the table": evidence,
        "its path and its revocation": lambda place: weigh(ways[place], NOW, known[place], STRICT),
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

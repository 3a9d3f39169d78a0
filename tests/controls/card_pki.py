"""A simulated PKI at a frozen clock, and a card of each kind from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from operate.rehearsal.pki import DAY, YEAR, Pki, Question, agency, citizen, institution, personnel
from shared.cards.evidence import Evidence
from shared.cards.profiles import CardKind

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ORIGIN = "https://kids.example.tw"
NONCE = "q1Vd1bT0mZ3xW6nq0b9y6h2Jm5s8f1c4d7e0a3k6l9o="
RESPONDER = "http://ocsp.example.tw/"

PKI = Pki(NOW - YEAR)
HCA = PKI.issuer(CardKind.PERSONNEL)

PROFILES = {
    CardKind.PERSONNEL: personnel("王小明", "0000000112345678"),
    CardKind.INSTITUTION: institution("示範診所", "0000000298765432", "2.16.886.101.90001.1"),
    CardKind.CITIZEN: citizen("林美玲", "1234567890123456", "6789"),
    CardKind.GOVERNMENT: agency("臺北市政府衛生局", "0000000300000001", "2.16.886.101.20003.20001"),
}


def a_card(kind=CardKind.PERSONNEL, since=NOW - YEAR + DAY, until=NOW + YEAR, *, key=None, issuer=None, **changes):
    """A card of a kind; `changes` go into its profile."""
    return (issuer or PKI.issuer(kind)).issue(replace(PROFILES[kind], **changes), since, until, key)


def good_list(issuer=HCA, at=NOW - MINUTE):
    """What shows by a list that none of its cards is revoked."""
    return Evidence(lists=(issuer.revocation_list(at),))


def good_answer(card, issuer=HCA, at=NOW - MINUTE, **question):
    """What shows by a responder that a card is not revoked."""
    return Evidence((issuer.answer(Question(card.certificate.serial_number, **question), at),))

"""A token from its text to whose card it is: each check in its turn, the first that fails is the one that is named."""

from __future__ import annotations

import pytest

from operate.rehearsal.pki import DAY, YEAR, Pki, new_key, new_rsa_key
from shared.cards.evidence import Evidence
from shared.cards.profiles import CardKind
from shared.cards.reasons import Reason, TokenRefused
from shared.cards.token import Algorithm, write_token
from shared.cards.verifier import CardVerifier
from tests.controls.card_pki import HOUR, NONCE, NOW, ORIGIN, PKI, a_card


class Lists:
    """The issuers' lists as of now; it counts how often it was asked."""

    def __init__(self, pki=PKI):
        self._pki = pki
        self.asked = 0

    def evidence(self, _link, anchor, at):
        self.asked += 1
        return Evidence(lists=(self._pki.issuer(anchor.kind).revocation_list(at),))


VERIFIER = CardVerifier(PKI.anchors(), Lists())


def reason(token, *, verifier=VERIFIER, origin=ORIGIN, nonce=NONCE, now=NOW):
    with pytest.raises(TokenRefused) as refused:
        verifier.verify(token, origin, nonce, now)
    return refused.value.reason


def with_signature(card, signature, algorithm=Algorithm.ES256):
    return write_token(card.der, algorithm, signature, "agent/1")


@pytest.mark.parametrize("kind", list(CardKind))
@pytest.mark.parametrize("key", [new_key(), new_rsa_key()])
def test_a_good_token_says_whose_card_it_is(kind, key):
    found = VERIFIER.verify(a_card(kind, key=key).token(ORIGIN, NONCE), ORIGIN, NONCE, NOW)
    assert found.kind is kind
    assert found.common_name


@pytest.mark.parametrize("algorithm", [one for one in Algorithm if one.startswith(("PS", "RS"))])
def test_a_card_with_an_rsa_key_signs_in_six_ways(algorithm):
    card = a_card(key=KEY)
    assert VERIFIER.verify(card.token(ORIGIN, NONCE, algorithm), ORIGIN, NONCE, NOW).kind is CardKind.PERSONNEL


KEY = new_rsa_key()


def test_another_nonce_was_signed():
    assert reason(a_card().token(ORIGIN, NONCE[::-1])) is Reason.SIGNATURE_WRONG


@pytest.mark.parametrize("origin", ["https://evil.example.tw", "http://kids.example.tw", f"{ORIGIN}:8443", "", "null"])
def test_another_origin_was_signed(origin):
    assert reason(a_card().token(origin, NONCE)) is Reason.SIGNATURE_WRONG


def test_an_origin_with_a_slash_behind_it_was_signed():
    assert reason(a_card().token(f"{ORIGIN}/", NONCE)) is Reason.ORIGIN_WITH_SLASH


def test_another_certificate_is_in_the_token_than_was_signed_with():
    signer, shown = a_card(), a_card()
    assert reason(with_signature(shown, signer.sign(ORIGIN, NONCE))) is Reason.SIGNATURE_WRONG


def test_a_signature_of_another_algorithm_than_the_keys():
    card = a_card()
    assert reason(with_signature(card, card.sign(ORIGIN, NONCE), Algorithm.ES384)) is Reason.KEY_OF_ANOTHER_ALGORITHM
    assert reason(with_signature(card, card.sign(ORIGIN, NONCE), Algorithm.RS256)) is Reason.KEY_OF_ANOTHER_ALGORITHM


def test_a_certificate_that_says_of_nobody_whom_it_is_for_is_refused_last():
    card = a_card(subject_type=None)
    assert reason(card.token(ORIGIN, NONCE)) is Reason.SUBJECT_TYPE_MISSING
    assert reason(card.token("https://evil.example.tw", NONCE)) is Reason.SIGNATURE_WRONG


def test_what_is_wrong_first_is_what_is_named():
    """Format, usage, policy, issuer, time, revocation, signature: each hides those behind it."""
    pki = Pki(NOW - YEAR)
    verifier = CardVerifier(pki.anchors(), Lists(pki))
    hca = pki.issuer(CardKind.PERSONNEL)
    stranger = pki.new_issuer(CardKind.PERSONNEL, NOW - YEAR, NOW + YEAR)
    stages = [
        ({"signs": False, "policies": (), "issuer": stranger, "until": NOW - HOUR}, Reason.KEY_USAGE_MISSING),
        ({"policies": (), "issuer": stranger, "until": NOW - HOUR}, Reason.POLICY_NOT_ALLOWED),
        ({"issuer": stranger, "until": NOW - HOUR}, Reason.ISSUER_UNTRUSTED),
        ({"issuer": hca, "until": NOW - HOUR}, Reason.EXPIRED),
        ({"issuer": hca}, Reason.REVOKED),
    ]
    for changes, expected in stages:
        card = a_card(**changes)
        changes["issuer"].revoke(card, NOW - DAY)
        assert reason(with_signature(card, b"not signed"), verifier=verifier) is expected
    assert reason(with_signature(a_card(issuer=hca), b"not signed"), verifier=verifier) is Reason.SIGNATURE_WRONG
    assert reason("not a token", verifier=verifier) is Reason.TOKEN_TOO_SHORT


def test_nobody_is_asked_about_a_certificate_that_does_not_count_anyway():
    lists = Lists()
    verifier = CardVerifier(PKI.anchors(), lists)
    stranger = PKI.new_issuer(CardKind.PERSONNEL, NOW - YEAR, NOW + YEAR)
    for card in (a_card(issuer=stranger), a_card(until=NOW - HOUR), a_card(signs=None), a_card(policies=())):
        reason(card.token(ORIGIN, NONCE), verifier=verifier)
    assert lists.asked == 0


def test_a_refusal_names_nobody():
    card = a_card(CardKind.CITIZEN)
    PKI.issuer(CardKind.CITIZEN).revoke(card, NOW - DAY)
    with pytest.raises(TokenRefused) as refused:
        VERIFIER.verify(card.token(ORIGIN, NONCE), ORIGIN, NONCE, NOW)
    assert str(refused.value) == "card-revoked"

"""Which keys on cards a log-in can be signed with: those that the site judges signatures of, and no others."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from operate.card.keys import algorithm_of, public_key
from operate.card.refusals import CardUnknown
from operate.rehearsal.pki import Pki, personnel
from shared.cards.profiles import CardKind
from shared.cards.token import Algorithm

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def certificate(key):
    issuer = Pki(NOW - timedelta(days=30)).issuer(CardKind.PERSONNEL)
    return issuer.issue(personnel("王大明", "A1"), NOW, NOW + timedelta(days=365), key).der


@pytest.mark.parametrize(
    ("curve", "algorithm"),
    [(ec.SECP256R1(), Algorithm.ES256), (ec.SECP384R1(), Algorithm.ES384), (ec.SECP521R1(), Algorithm.ES512)],
)
def test_a_key_on_a_curve_signs_by_that_curves_algorithm(curve, algorithm):
    assert algorithm_of(public_key(certificate(ec.generate_private_key(curve)))) is algorithm


def test_an_rsa_key_signs_as_every_card_can():
    assert algorithm_of(public_key(certificate(rsa.generate_private_key(65537, 2048)))) is Algorithm.RS256


@pytest.mark.parametrize(
    "curve", [ec.SECP256K1(), ec.BrainpoolP256R1(), ec.BrainpoolP384R1()], ids=lambda one: one.name
)
def test_a_curve_of_the_same_size_is_not_the_same_curve(curve):
    with pytest.raises(CardUnknown):
        public_key(certificate(ec.generate_private_key(curve)))


def test_an_rsa_key_too_short_for_the_site_is_none_to_sign_with():
    with pytest.raises(CardUnknown):
        public_key(certificate(rsa.generate_private_key(65537, 1024)))  # noqa: S505 - that is the point

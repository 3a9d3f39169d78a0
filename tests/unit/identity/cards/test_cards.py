"""憑證卡: given what happened, when something is asked, then what follows, or nothing."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from services.identity import events
from services.identity.application.cards.card_desk import origin_of_site
from services.identity.application.cards.handlers import HANDLERS
from services.identity.domain.cards import refusals
from services.identity.domain.cards.access import WHO_MAY
from services.identity.domain.cards.card import Card, CardBinding
from services.identity.domain.cards.names import canonical_issuer, card_identifier
from services.identity.events import CardEnd
from shared.access import objection_to
from shared.cards.profiles import CardKind
from shared.principal import VISITOR, Assurance, Principal, Role
from shared.refusals import ProofNotAccepted, RoleNotAllowed
from tests.controls.accounts import ACCOUNT, HOLDER, HOLDERS_NAME
from tests.controls.cards import CARD, FACE, HCA, OFFICERS_CARD, OFFICERS_FACE, THE_DOCTOR
from tests.controls.family import sealed, taipei
from tests.controls.registry import PRACTITIONER

NOW = taipei(2, 18, 10)


def registered():
    return Card.register(CARD, CardKind.PERSONNEL, THE_DOCTOR, sealed(PRACTITIONER, FACE), NOW)


def bound():
    holder, face = sealed(HOLDER, HOLDERS_NAME), sealed(HOLDER, OFFICERS_FACE)
    return CardBinding.bind(OFFICERS_CARD, CardKind.CITIZEN, account=ACCOUNT, holder=holder, face=face, now=NOW)


def told(entry):
    return entry.collect_events()


def test_a_card_counts_from_its_registration_on():
    card = registered()
    assert card.counts
    [event] = told(card)
    assert isinstance(event, events.CardRegistered)
    assert (event.card, event.holder, event.subject) == (CARD, THE_DOCTOR, PRACTITIONER)


@pytest.mark.parametrize("reason", list(CardEnd))
def test_a_card_is_withdrawn_once(reason):
    card = registered()
    card.withdraw(reason, NOW)
    card.withdraw(CardEnd.MISTAKE, NOW)
    assert not card.counts
    [_, event] = told(card)
    assert (event.reason, event.card, event.holder) == (reason, CARD, THE_DOCTOR)


@pytest.mark.parametrize("reason", list(CardEnd))
def test_a_binding_ends_once(reason):
    binding = bound()
    binding.unbind(reason, NOW)
    binding.unbind(CardEnd.MISTAKE, NOW)
    assert not binding.counts
    [first, event] = told(binding)
    assert (first.account, event.account, event.reason) == (ACCOUNT, ACCOUNT, reason)


# By what a card is known ---------------------------------------------------------------------------------------------

PARTS = st.lists(
    st.tuples(
        st.sampled_from(["C", "O", "OU", "CN"]),
        st.text(st.characters(exclude_categories=("C", "Z")), min_size=2, max_size=8),
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


def written(parts):
    """A distinguished name with whatever has a meaning in it escaped."""
    return ",".join(
        f"{kind}=" + "".join(f"\\{sign}" if sign in '\\,+"<>;=#' else sign for sign in value) for kind, value in parts
    )


@given(PARTS)
def test_an_issuer_is_the_same_from_whichever_end_it_was_written(parts):
    parts = [(kind, value if kind != "C" else "TW") for kind, value in parts]
    assert canonical_issuer(written(parts)) == canonical_issuer(written(parts[::-1]))


@given(PARTS, PARTS)
def test_two_issuers_with_different_parts_are_two(one, other):
    one = [(kind, value if kind != "C" else "TW") for kind, value in one]
    other = [(kind, value if kind != "C" else "TW") for kind, value in other]
    if sorted(one) != sorted(other):
        assert canonical_issuer(written(one)) != canonical_issuer(written(other))


@given(st.text())
def test_an_issuer_that_is_no_name_is_refused_and_nothing_else_happens(text):
    try:
        canonical = canonical_issuer(text)
    except refusals.IssuerMalformed:
        return
    assert canonical_issuer(canonical) == canonical


NAMES = st.lists(
    st.builds(
        x509.NameAttribute,
        st.sampled_from(
            [NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.SERIAL_NUMBER, NameOID.DN_QUALIFIER, NameOID.TITLE]
        ),
        st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=6,
).map(x509.Name)


@given(NAMES)
def test_whatever_a_certificate_names_as_its_issuer_has_one_spelling(name):
    canonical = canonical_issuer(name.rfc4514_string())
    assert canonical == canonical_issuer(x509.Name(reversed(list(name))).rfc4514_string())


def test_a_card_is_known_by_kind_issuer_and_number_together():
    known = {
        card_identifier(kind, issuer, serial) for kind in CardKind for issuer in (HCA, "C=TW") for serial in ("1", "2")
    }
    assert len(known) == len(CardKind) * 2 * 2
    assert all("0000" not in repr(one) for one in known)


@pytest.mark.parametrize(
    ("site", "origin"),
    [
        ("https://kids.example.tw", "https://kids.example.tw"),
        ("https://kids.example.tw/", "https://kids.example.tw"),
        ("https://kids.example.tw:443/apply", "https://kids.example.tw"),
        ("https://Kids.Example.tw:8443", "https://kids.example.tw:8443"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_the_origin_is_the_sites_as_browsers_name_it(site, origin):
    assert origin_of_site(site) == origin


# Who may -------------------------------------------------------------------------------------------------------------


def somebody(role, proof=Assurance.PASSWORD):
    return Principal("test/1", role, frozenset({proof}))


@pytest.mark.parametrize("command", sorted(WHO_MAY, key=lambda command: command.__name__))
def test_no_command_about_cards_is_open_to_everybody(command):
    callers = (VISITOR, somebody(Role.PARENT, Assurance.OTP), somebody(Role.PROCESS, Assurance.INTERNAL))
    assert any(isinstance(objection_to(one, WHO_MAY[command]), RoleNotAllowed) for one in callers)


def test_every_command_that_is_answered_with_an_outcome_has_its_parties():
    assert HANDLERS.keys() <= WHO_MAY.keys()


def test_whoever_came_in_by_a_card_binds_none_before_proving_the_password():
    bind = next(command for command in WHO_MAY if command.__name__ == "BindCard")
    objection = objection_to(somebody(Role.DOCTOR, Assurance.CARD_PIN), WHO_MAY[bind])
    assert isinstance(objection, ProofNotAccepted)
    assert objection.params["accepted"] == (Assurance.PASSWORD,)

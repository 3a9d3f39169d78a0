"""A folder of anchors: which CAs each kind of card is pinned to, and what may be fetched for it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from shared.cards.anchors import Addresses, AnchorsUnusable, is_address, read_anchors
from shared.cards.profiles import CardKind
from tests.controls.card_pki import PKI, a_card


@pytest.fixture
def folder(tmp_path):
    """The folder of an installation that takes cards of the HCA and of citizens."""
    for kind in (CardKind.PERSONNEL, CardKind.CITIZEN):
        place = tmp_path / kind
        place.mkdir()
        (place / "issuer.pem").write_bytes(PKI.issuer(kind).certificate.public_bytes(Encoding.PEM))
    return tmp_path


def test_each_kind_of_card_has_the_anchors_in_its_own_folder(folder):
    anchors = read_anchors(folder)
    assert [anchor.kind for anchor in anchors] == [CardKind.PERSONNEL, CardKind.CITIZEN]
    assert [anchor.certificate for anchor in anchors.of(CardKind.CITIZEN)] == [PKI.issuer(CardKind.CITIZEN).certificate]
    assert list(anchors.of(CardKind.GOVERNMENT)) == []


def test_the_issuer_of_a_card_is_found_by_its_signature(folder):
    anchors = read_anchors(folder)
    assert anchors.issuer_of(a_card().certificate).kind is CardKind.PERSONNEL
    assert anchors.issuer_of(a_card(CardKind.GOVERNMENT).certificate) is None


def test_a_file_may_hold_several_issuers_one_after_the_other(folder):
    both = (HCA_PEM, PKI.root.certificate.public_bytes(Encoding.PEM))
    (folder / "personnel" / "issuer.pem").write_bytes(b"".join(both))
    assert len(list(read_anchors(folder).of(CardKind.PERSONNEL))) == 2


HCA_PEM = PKI.issuer(CardKind.PERSONNEL).certificate.public_bytes(Encoding.PEM)


def test_addresses_and_lists_belong_to_all_anchors_of_their_folder(folder):
    (folder / "personnel" / "addresses.toml").write_text(
        'ocsp = ["http://ocsp.example.tw/"]\ncrl = ["https://crl.example.tw/hca.crl"]\nocsp_nonces = false\n'
    )
    (folder / "personnel" / "hca.crl").write_bytes(b"a list")
    personnel, citizen = read_anchors(folder)
    assert personnel.addresses == Addresses(("http://ocsp.example.tw/",), ("https://crl.example.tw/hca.crl",), False)
    assert personnel.lists == (folder / "personnel" / "hca.crl",)
    assert citizen.addresses == Addresses()
    assert citizen.lists == ()


def test_without_a_folder_no_card_is_accepted(tmp_path):
    assert list(read_anchors(tmp_path / "nowhere")) == []


@pytest.mark.parametrize(
    ("path", "content", "complaint"),
    [
        ("personnel/other.pem", b"-----BEGIN CERTIFICATE-----", "no certificate"),
        ("personnel/other.pem", b"hello", "no certificate"),
        ("personnel/addresses.toml", b"ocsp = 7", "lists of addresses"),
        ("personnel/addresses.toml", b"oscp = []", "oscp"),
        ("personnel/addresses.toml", b'ocsp = ["ldap://x/"]', "ldap://x/"),
        ("personnel/addresses.toml", b"ocsp = [", "lists of addresses"),
        ("doctors/hca.pem", HCA_PEM, "there are personnel, institution, citizen, government"),
    ],
)
def test_a_folder_that_cannot_be_used_is_named_with_the_mend(folder, path, content, complaint):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_bytes(content)
    with pytest.raises(AnchorsUnusable, match=complaint) as refused:
        read_anchors(folder)
    assert str(folder) in str(refused.value)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "anchors").write_bytes(b"")
    with pytest.raises(AnchorsUnusable, match="no folder"):
        read_anchors(tmp_path / "anchors")


@pytest.mark.parametrize(
    "text", ["", "x", "http://", "http:///x", "ftp://a/", "http://a:0/", "http://a:x/", "http://[::1"]
)
def test_what_is_no_address_is_known(text):
    assert not is_address(text)

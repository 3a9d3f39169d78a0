"""`caretrail card verify-chain` judges certificate files as a log-in would, where no installation is."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from operate.command_line import run
from operate.rehearsal.pki import Pki, write_anchors
from operate.words import Words
from shared.cards.profiles import CardKind
from shared.cards.reasons import Reason
from shared.words import Language
from tests.controls.card_pki import HCA, HOUR, MINUTE, NOW, PKI, RESPONDER, a_card, good_answer

AT = NOW.isoformat()


@pytest.fixture
def verify(tmp_path, capsys):
    """Judges files; answers the exit status, and what was said."""

    def judge(*arguments, language="en"):
        typed = ["card", "verify-chain", *map(str, arguments), "--lang", language]
        status = run(typed, {"CARETRAIL_VAR": str(tmp_path / "var")})
        said = capsys.readouterr()
        return status, said.out + said.err

    return judge


@pytest.fixture
def put(tmp_path):
    """Writes bytes, or a certificate in PEM, into a file."""

    def write(name, held):
        file = tmp_path / name
        file.write_bytes(held if isinstance(held, bytes) else held.public_bytes(Encoding.PEM))
        return file

    return write


@pytest.fixture
def anchors(tmp_path):
    write_anchors(PKI.anchors(), tmp_path / "anchors")
    return tmp_path / "anchors"


def test_a_card_that_counts_is_accepted_with_what_it_says(verify, put, anchors):
    card = a_card()
    listed = put("hca.crl", HCA.revocation_list(NOW))
    status, said = verify(
        put("card.pem", card.certificate), "--anchors", anchors, "--at", AT, "--crl", listed, "--json"
    )
    assert status == 0
    assert json.loads(said) == {
        "accepted": True,
        "reason": "",
        "detail": "",
        "at": "2026-03-02T01:00:00Z",
        "kind": "personnel",
        "serial": f"{card.certificate.serial_number:x}",
        "issuer": "CN=TEST 醫事憑證管理中心,OU=醫事憑證管理中心,O=行政院,C=TW",
        "valid_from": "2025-03-03T01:00:00Z",
        "valid_to": "2027-03-02T01:00:00Z",
        "anchor": "CN=TEST 醫事憑證管理中心,OU=醫事憑證管理中心,O=行政院,C=TW",
    }


@pytest.mark.parametrize(("language", "accepted"), [("en", "accepted"), ("zh-Hant", "可以接受")])
def test_people_are_told_in_their_language(verify, put, anchors, language, accepted):
    file = put("card.der", a_card(CardKind.CITIZEN).der)
    listed = put("moica.crl", PKI.issuer(CardKind.CITIZEN).revocation_list(NOW))
    _, said = verify(file, "--anchors", anchors, "--at", AT, "--crl", listed, language=language)
    assert accepted in said
    assert "自然人憑證" in said
    assert "林美玲" not in said


def test_a_card_that_does_not_count_ends_with_1_and_the_reason(verify, put, anchors):
    card = a_card()
    HCA.revoke(card, NOW - HOUR)
    options = ("--anchors", anchors, "--at", AT, "--json")
    file = put("card.pem", card.certificate)
    status, said = verify(file, *options, "--crl", put("hca.crl", HCA.revocation_list(NOW)))
    assert (status, json.loads(said)["reason"]) == (1, "card-revoked")
    status, said = verify(file, *options)
    assert (status, json.loads(said)["reason"]) == (1, "card-crl-missing")


def test_a_list_may_be_in_pem(verify, put, anchors):
    listed = x509.load_der_x509_crl(HCA.revocation_list(NOW)).public_bytes(Encoding.PEM)
    file = put("card.pem", a_card().certificate)
    status, _ = verify(file, "--anchors", anchors, "--at", AT, "--crl", put("hca.crl", listed))
    assert status == 0


def test_an_answer_shows_it_as_well(verify, put, anchors):
    card = a_card(responders=(RESPONDER,))
    answer = put("answer", good_answer(card).answers[0])
    status, _ = verify(put("card.pem", card.certificate), "--anchors", anchors, "--at", AT, "--ocsp", answer)
    assert status == 0


def test_anchors_may_be_files_and_the_time_another(verify, put):
    card, anchor = put("card.pem", a_card().certificate), put("hca.pem", HCA.certificate)
    listed = put("hca.crl", HCA.revocation_list(NOW))
    options = ("--anchors", anchor, "--crl", listed)
    assert verify(card, *options, "--at", AT)[0] == 0
    status, said = verify(card, *options, "--at", "2030-01-01", "--json")
    assert (status, json.loads(said)["reason"]) == (1, "card-expired")
    assert json.loads(said)["at"] == "2029-12-31T16:00:00Z"  # by Taipei's clock


def test_only_the_anchors_of_one_kind_can_be_asked_for(verify, put, anchors):
    options = ("--anchors", anchors, "--at", AT, "--crl", put("hca.crl", HCA.revocation_list(NOW)))
    card = put("card.pem", a_card().certificate)
    assert verify(card, *options, "--kind", "personnel")[0] == 0
    status, said = verify(card, *options, "--kind", "citizen", "--json")
    assert (status, json.loads(said)["reason"]) == (1, "card-issuer-untrusted")


def test_a_chain_to_a_root_is_judged_with_whoever_is_between(verify, put):
    card, below = put("card.pem", a_card().certificate), put("hca.pem", HCA.certificate)
    root = put("root.pem", PKI.root.certificate)
    lists = [put("hca.crl", HCA.revocation_list(NOW)), put("root.crl", PKI.root.revocation_list(NOW))]
    options = ("--anchors", root, "--at", AT, *(part for each in lists for part in ("--crl", each)))
    assert verify(card, below, *options)[0] == 0
    status, said = verify(card, *options, "--json")
    assert (status, json.loads(said)["reason"]) == (1, "card-issuer-untrusted")


def test_without_anchors_named_those_of_the_installation_count(verify, put, tmp_path):
    card = put("card.pem", a_card().certificate)
    listed = put("hca.crl", HCA.revocation_list(NOW))
    status, said = verify(card, "--at", AT, "--crl", listed)
    assert status == 2
    assert "--anchors" in said
    write_anchors(PKI.anchors(), tmp_path / "var/cards/anchors")
    assert verify(card, "--at", AT, "--crl", listed)[0] == 0


@pytest.mark.parametrize(
    ("held", "options", "complaint"),
    [
        (b"hello", (), "no certificate in PEM or DER"),
        (None, ("--at", "1200"), "1200"),
        (None, ("--at", "tomorrow"), "tomorrow"),
        (None, ("--kind", "doctor"), "doctor"),
    ],
)
def test_what_cannot_be_judged_ends_with_2_and_the_mend(verify, put, anchors, held, options, complaint):
    file = put("card.pem", held or a_card().certificate)
    status, said = verify(file, "--anchors", anchors, *options)
    assert status == 2
    assert complaint in said


def test_a_list_in_pem_that_is_none_ends_with_2(verify, put, anchors):
    file = put("card.pem", a_card().certificate)
    status, said = verify(file, "--anchors", anchors, "--crl", put("hca.crl", b"-----BEGIN X509 CRL-----"))
    assert status == 2
    assert "hca.crl" in said


def test_a_folder_of_anchors_that_is_none_ends_with_2(verify, put, tmp_path):
    (tmp_path / "doctors").mkdir()
    status, said = verify(put("card.pem", a_card().certificate), "--anchors", tmp_path)
    assert status == 2
    assert "doctors" in said


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_words(language, reason):
    assert Words(language)(f"card-reasons.{reason}")


def test_the_pki_of_another_rehearsal_is_not_trusted(verify, put, anchors):
    stranger = Pki(NOW - 2 * HOUR).issuer(CardKind.PERSONNEL)
    card = put("card.pem", a_card(issuer=stranger, since=NOW - MINUTE).certificate)
    listed = put("hca.crl", stranger.revocation_list(NOW))
    status, said = verify(card, "--anchors", anchors, "--at", AT, "--crl", listed, "--json")
    assert (status, json.loads(said)["reason"]) == (1, "card-issuer-untrusted")

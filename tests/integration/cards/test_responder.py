"""The responder of a rehearsal, asked by somebody else's program: OpenSSL takes its answers and its lists for good."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from shutil import which
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from operate.rehearsal.pki import DAY, YEAR, Pki, personnel, write_anchors
from operate.rehearsal.responder import Responder
from shared.cards.anchors import read_anchors
from shared.cards.fetching import FetchFailed, Limits, fetch_by_http
from shared.cards.kept import KeptNowhere
from shared.cards.profiles import CardKind
from shared.cards.revocation import RevocationNews
from shared.cards.verifier import CardVerifier

NOW = datetime.now(UTC).replace(microsecond=0)  # OpenSSL has no other clock
KIND = CardKind.PERSONNEL
LIMITS = Limits(65_536, 5.0)


@pytest.fixture(scope="module")
def pki():
    return Pki(NOW - YEAR)


@pytest.fixture(scope="module")
def responder(pki):
    with Responder(pki) as responder:
        yield responder


@pytest.fixture
def card(pki, responder):
    return pki.issuer(KIND).issue(responder.named_in(personnel("王小明", "1"), KIND), NOW - DAY, NOW + YEAR)


@pytest.fixture
def openssl(tmp_path, pki, card):
    program = which("openssl")
    assert program, "install openssl: it is who else reads certificates"
    files = {"card": card.certificate, "hca": pki.issuer(KIND).certificate, "root": pki.root.certificate}
    for name, certificate in files.items():
        (tmp_path / f"{name}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

    def run(*arguments):
        done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run


ASK = ("ocsp", "-issuer", "hca.pem", "-cert", "card.pem", "-CAfile", "root.pem", "-verify_other", "hca.pem", "-url")


def test_openssl_believes_its_answers(openssl, responder, pki, card):
    said = openssl(*ASK, responder.ocsp)
    assert "Response verify OK" in said
    assert "card.pem: good" in said
    assert "WARNING: no nonce" not in said
    pki.issuer(KIND).revoke(card, NOW - DAY)
    assert "card.pem: revoked" in openssl(*ASK, responder.ocsp)


def test_openssl_believes_its_lists(openssl, responder, pki, card, tmp_path):
    chain = ("verify", "-crl_check", "-partial_chain", "-trusted", "hca.pem", "-CRLfile", "hca.crl", "card.pem")

    def fetched():
        found = x509.load_der_x509_crl(urlopen(responder.crl(KIND)).read())  # noqa: S310 - our own, on loopback
        (tmp_path / "hca.crl").write_bytes(found.public_bytes(Encoding.PEM))

    fetched()
    assert "card.pem: OK" in openssl(*chain)
    pki.issuer(KIND).revoke(card, NOW - DAY)
    fetched()
    assert "certificate revoked" in openssl(*chain)


def test_openssl_finds_the_whole_way_to_the_root(openssl):
    said = openssl("verify", "-CAfile", "root.pem", "-untrusted", "hca.pem", "-purpose", "sslclient", "card.pem")
    assert "card.pem: OK" in said


def test_an_installation_reads_the_anchors_that_a_rehearsal_lays_out(responder, card, tmp_path):
    write_anchors(responder.anchors(), tmp_path / "anchors")
    read = read_anchors(tmp_path / "anchors")
    assert list(read) == list(responder.anchors())
    verifier = CardVerifier(read, RevocationNews(KeptNowhere()))
    assert verifier.verify(card.token("https://a", "n"), "https://a", "n", datetime.now(UTC)).kind is KIND


def test_every_certificate_says_that_it_is_a_test(pki, card):
    for issuer in (pki.root, *pki.issuers):
        assert "CN=TEST " in issuer.certificate.subject.rfc4514_string()
    assert "CN=TEST " in card.certificate.issuer.rfc4514_string()


def test_it_listens_on_this_machine_alone(responder):
    assert responder.ocsp.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("question", [b"", b"\x30\x00", b"x" * 100])
def test_what_is_no_question_is_answered_as_malformed(responder, question):
    answer = fetch_by_http(responder.ocsp, LIMITS, question=question)
    assert ocsp.load_der_ocsp_response(answer).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_there_is_nothing_elsewhere_and_no_room_for_long_questions(responder):
    with pytest.raises(FetchFailed, match="status 404"):
        fetch_by_http(responder.ocsp.replace("/ocsp", "/9.crl"), LIMITS)
    with pytest.raises(FetchFailed):
        fetch_by_http(responder.ocsp, LIMITS, question=b"x" * 5000)

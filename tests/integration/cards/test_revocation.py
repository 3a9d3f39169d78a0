"""News about revocation over real HTTP, kept in a real table: asked for where it is allowed, and failing closed."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from structlog.testing import capture_logs

from operate.rehearsal.pki import DAY, YEAR, IssuedCard, Pki, Question
from operate.rehearsal.responder import Responder
from shared.cards.anchors import Addresses, Anchor, Anchors
from shared.cards.fetching import FetchFailed, fetch_by_http
from shared.cards.kept import KeptInTable, KeptNowhere, install
from shared.cards.policy import STRICT
from shared.cards.profiles import CardKind
from shared.cards.reasons import Reason, TokenRefused
from shared.cards.revocation import RevocationNews
from shared.cards.verifier import CardVerifier
from shared.store import schema
from tests.controls.card_pki import HOUR, MINUTE, NONCE, NOW, ORIGIN, PROFILES

pytestmark = pytest.mark.postgres

SECOND = timedelta(seconds=1)
KIND = CardKind.PERSONNEL


class Clock:
    """A clock that stands until somebody sets it."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Counting:
    """Fetches as always, and remembers what; `away` are addresses that cannot be reached."""

    def __init__(self):
        self.fetched = []
        self.away = set()

    def __call__(self, address, limits, *, question=None):
        self.fetched.append(address)
        if address in self.away:
            raise FetchFailed("away")
        return fetch_by_http(address, limits, question=question)


class Scene:
    """A PKI with its responder, and an installation that pins it, at a frozen clock."""

    def __init__(self, database, closing):
        self.clock = Clock()
        self.pki = Pki(NOW - YEAR)
        self.hca = self.pki.issuer(KIND)
        self.responder = closing.enter_context(Responder(self.pki, self.clock, lasting=2 * HOUR))
        self.addresses = self.responder.addresses(KIND)
        self.fetch = Counting()
        self._database = database
        self._closing = closing

    def kept(self):
        kept = KeptInTable(self._database)
        self._closing.callback(kept.close)
        return kept

    def process(self, addresses=None, lists=(), kept=None):
        """One process of the installation, with nothing in its memory."""
        allowed = addresses or self.addresses
        news = RevocationNews(kept or self.kept(), STRICT, self.fetch)
        return CardVerifier(Anchors([Anchor(KIND, self.hca.certificate, allowed, lists)]), news)

    def card(self, **changes):
        profile = replace(self.responder.named_in(PROFILES[KIND], KIND), **changes)
        return self.hca.issue(profile, NOW - DAY, NOW + YEAR)

    def verify(self, verifier, card):
        return verifier.verify(card.token(ORIGIN, NONCE), ORIGIN, NONCE, self.clock.now)

    def reason(self, verifier, card):
        with pytest.raises(TokenRefused) as refused:
            self.verify(verifier, card)
        return refused.value.reason


@pytest.fixture(scope="module")
def database(postgres_server):
    dsn = postgres_server.new_database()
    database = schema.install(dsn, "cards")
    install(database)
    install(database)
    yield database
    postgres_server.drop_database(dsn)


@pytest.fixture
def scene(database):
    with database.connect() as connection:
        connection.execute("delete from card_news")
    with ExitStack() as closing:
        yield Scene(database, closing)


def test_a_card_counts_that_its_responder_calls_good_and_one_that_it_calls_revoked_does_not(scene):
    verifier, good, revoked = scene.process(), scene.card(), scene.card()
    scene.hca.revoke(revoked, NOW - MINUTE)
    assert scene.verify(verifier, good).kind is KIND
    assert scene.reason(verifier, revoked) is Reason.REVOKED
    assert scene.fetch.fetched == [scene.responder.ocsp] * 2


def test_what_one_process_has_heard_the_others_need_not_ask(scene):
    card = scene.card()
    scene.verify(scene.process(), card)
    scene.verify(scene.process(), card)
    assert len(scene.fetch.fetched) == 1


def test_a_stopped_responder_stops_nobody_while_its_answer_counts_and_everybody_after(scene):
    verifier, card, stranger = scene.process(), scene.card(), scene.card()
    scene.verify(verifier, card)
    scene.fetch.away = {scene.responder.ocsp, scene.responder.crl(KIND)}
    scene.clock.now = NOW + STRICT.answer_kept
    assert scene.verify(verifier, card).kind is KIND
    assert scene.reason(verifier, stranger) is Reason.OCSP_FAILED
    scene.clock.now = NOW + STRICT.answer_kept + SECOND
    assert scene.reason(verifier, card) is Reason.OCSP_FAILED


def test_an_answer_is_kept_no_longer_than_it_says_itself(scene):
    with Responder(scene.pki, scene.clock, lasting=5 * MINUTE) as hasty:
        verifier = scene.process(hasty.addresses(KIND))
        card = scene.card(responders=(hasty.ocsp,), lists=())
        scene.verify(verifier, card)
        scene.clock.now = NOW + 5 * MINUTE
        scene.verify(verifier, card)
        assert len(scene.fetch.fetched) == 1
        scene.clock.now += SECOND
        scene.verify(verifier, card)
        assert len(scene.fetch.fetched) == 2


def test_a_card_revoked_meanwhile_is_noticed_when_the_kept_answer_ends(scene):
    verifier, card = scene.process(), scene.card()
    scene.verify(verifier, card)
    scene.hca.revoke(card, NOW + MINUTE)
    scene.clock.now = NOW + STRICT.answer_kept + SECOND
    assert scene.reason(verifier, card) is Reason.REVOKED


def test_a_responder_that_the_certificate_names_but_nobody_allowed_is_never_asked(scene):
    forged = scene.card(responders=("http://169.254.169.254/latest/meta-data",), lists=())
    assert scene.reason(scene.process(Addresses()), forged) is Reason.OCSP_URL_NOT_ALLOWED
    assert scene.reason(scene.process(Addresses(ocsp=scene.addresses.ocsp)), forged) is Reason.OCSP_URL_NOT_ALLOWED
    assert scene.fetch.fetched == []


@pytest.mark.parametrize("address", ["", "not an address", "ftp://x/", "file:///etc/passwd", "http://", "http://[::1"])
def test_what_is_no_address_of_a_responder_is_never_asked(scene, address):
    card = scene.card(responders=(address,), lists=())
    assert scene.reason(scene.process(Addresses(ocsp=scene.addresses.ocsp)), card) is Reason.OCSP_URL_NOT_ALLOWED
    assert scene.fetch.fetched == []


def test_the_list_stands_in_for_a_responder_that_is_away(scene):
    verifier, good, revoked = scene.process(), scene.card(), scene.card()
    scene.hca.revoke(revoked, NOW - MINUTE)
    scene.fetch.away = {scene.responder.ocsp}
    assert scene.verify(verifier, good).kind is KIND
    assert scene.reason(verifier, revoked) is Reason.REVOKED


def test_a_responder_that_failed_is_left_alone_for_ten_seconds(scene):
    verifier = scene.process()
    scene.fetch.away = {scene.responder.ocsp}
    for _ in range(3):
        scene.verify(verifier, scene.card())
    assert scene.fetch.fetched.count(scene.responder.ocsp) == 1
    scene.clock.now = NOW + 10 * SECOND
    scene.fetch.away = set()
    scene.verify(verifier, scene.card())
    assert scene.fetch.fetched.count(scene.responder.ocsp) == 2


def test_a_list_is_fetched_once_for_all_cards_and_all_processes_until_the_next_is_due(scene):
    cards = [scene.card(responders=()) for _ in range(3)]
    first = scene.process()
    for verifier in (first, first, scene.process()):
        for card in cards:
            scene.verify(verifier, card)
    assert scene.fetch.fetched == [scene.responder.crl(KIND)]
    scene.clock.now = NOW + 2 * HOUR + SECOND
    scene.verify(first, cards[0])
    assert scene.fetch.fetched == [scene.responder.crl(KIND)] * 2


def test_a_list_is_fetched_anew_after_a_day_however_long_it_counts(scene):
    with Responder(scene.pki, scene.clock, lasting=3 * DAY) as patient:
        verifier = scene.process(patient.addresses(KIND))
        card = scene.card(responders=())
        for moment, fetched in ((NOW, 1), (NOW + DAY, 1), (NOW + DAY + SECOND, 2)):
            scene.clock.now = moment
            scene.verify(verifier, card)
            assert len(scene.fetch.fetched) == fetched


def test_a_list_that_cannot_be_fetched_any_more_counts_no_longer(scene):
    verifier, card = scene.process(), scene.card(responders=())
    scene.verify(verifier, card)
    scene.fetch.away = {scene.responder.crl(KIND)}
    scene.clock.now = NOW + 2 * HOUR
    scene.verify(verifier, card)
    scene.clock.now = NOW + 2 * HOUR + SECOND
    assert scene.reason(verifier, card) is Reason.CRL_MISSING


def test_a_list_in_a_file_counts_and_is_read_again_when_another_is_put_there(scene, tmp_path):
    file = tmp_path / "hca.crl"
    verifier = scene.process(Addresses(ocsp=("http://127.0.0.1:1/",)), lists=(file,))
    card = scene.card(responders=())
    assert scene.reason(verifier, card) is Reason.CRL_MISSING
    file.write_bytes(scene.hca.revocation_list(NOW))
    assert scene.verify(verifier, card).kind is KIND
    scene.hca.revoke(card, NOW - MINUTE)
    other = tmp_path / "newer"
    other.write_bytes(scene.hca.revocation_list(NOW))
    other.replace(file)
    assert scene.reason(verifier, card) is Reason.REVOKED


@pytest.mark.parametrize(
    "fault", ["status", "nonce", "wrong card", "stale", "future", "signature", "garbage", "unknown"]
)
def test_an_answer_that_does_not_count_is_named_and_never_kept(scene, fault):
    card, other = scene.card(lists=()), scene.card()
    number = card.certificate.serial_number
    stranger = scene.pki.new_issuer(KIND, NOW - YEAR, NOW + YEAR)
    spoiled, expected = {
        "status": (lambda _: _unsuccessful(), Reason.OCSP_STATUS),
        "nonce": (lambda _: scene.hca.answer(Question(number), NOW), Reason.OCSP_NONCE),
        "wrong card": (
            lambda nonce: scene.hca.answer(Question(other.certificate.serial_number, nonce), NOW),
            Reason.OCSP_WRONG_CERTIFICATE,
        ),
        "stale": (lambda nonce: scene.hca.answer(Question(number, nonce), NOW - DAY), Reason.OCSP_STALE),
        "future": (lambda nonce: scene.hca.answer(Question(number, nonce), NOW + DAY), Reason.OCSP_CLOCK_SKEW),
        "signature": (
            lambda nonce: scene.hca.answer(Question(number, nonce, signed_by=_own(stranger)), NOW),
            Reason.OCSP_SIGNATURE,
        ),
        "garbage": (lambda _: b"<html>", Reason.OCSP_FAILED),
        "unknown": (
            lambda nonce: Pki(NOW - YEAR).issuer(KIND).answer(Question(number, nonce), NOW),
            Reason.OCSP_WRONG_CERTIFICATE,
        ),
    }[fault]
    verifier = scene.process(Addresses(ocsp=scene.addresses.ocsp))
    scene.responder.answer = lambda question: spoiled(_nonce(question))
    assert scene.reason(verifier, card) is expected
    del scene.responder.answer
    assert scene.verify(verifier, card).kind is KIND


def test_a_card_that_the_issuer_does_not_know_is_refused(scene):
    """The CA has no memory of it, as where somebody else has used its key; that no list has it proves nothing."""
    card = scene.card()
    scene.hca._issued.clear()
    assert scene.reason(scene.process(), card) is Reason.OCSP_UNKNOWN


def test_that_a_card_is_unknown_is_believed_of_its_issuer_alone(scene):
    card = scene.card()
    number = card.certificate.serial_number
    stranger = _own(scene.pki.new_issuer(KIND, NOW - YEAR, NOW + YEAR))
    scene.hca._issued.clear()
    scene.responder.answer = lambda question: scene.hca.answer(
        Question(number, _nonce(question), signed_by=stranger), NOW
    )
    assert scene.verify(scene.process(), card).kind is KIND  # by the list
    assert scene.reason(scene.process(Addresses(ocsp=scene.addresses.ocsp)), card) is Reason.OCSP_SIGNATURE


def test_an_older_answer_sent_again_is_refused(scene):
    """Somebody between us and the responder keeps what it said before the card was revoked."""
    card = scene.card(lists=())
    recorded = []

    def record(question):
        recorded.append(Responder.answer(scene.responder, question))
        return recorded[0]

    scene.responder.answer = record
    scene.verify(scene.process(Addresses(ocsp=scene.addresses.ocsp), kept=KeptNowhere()), card)
    scene.hca.revoke(card, NOW - SECOND)
    again = scene.process(Addresses(ocsp=scene.addresses.ocsp), kept=KeptNowhere())
    assert scene.reason(again, card) is Reason.OCSP_NONCE


def test_a_responder_that_repeats_no_nonce_is_not_asked_with_one_where_that_is_allowed(scene):
    nonces = []
    scene.responder.answer = lambda question: (
        nonces.append(_nonce(question))
        or scene.hca.answer(Question(ocsp.load_der_ocsp_request(question).serial_number), NOW)
    )
    verifier = scene.process(Addresses(ocsp=scene.addresses.ocsp, ocsp_nonces=False))
    assert scene.verify(verifier, scene.card(lists=())).kind is KIND
    assert nonces == [b""]


def test_each_question_has_a_nonce_of_its_own(scene):
    nonces = []

    def answer(question):
        nonces.append(_nonce(question))
        return Responder.answer(scene.responder, question)

    scene.responder.answer = answer
    verifier = scene.process()
    for _ in range(3):
        scene.verify(verifier, scene.card())
    assert len(set(nonces)) == 3
    assert {len(nonce) for nonce in nonces} == {32}


def test_a_second_responder_is_asked_where_the_first_is_away(scene):
    with Responder(scene.pki, scene.clock) as second:
        addresses = Addresses(ocsp=(scene.responder.ocsp, second.ocsp))
        scene.fetch.away = {scene.responder.ocsp}
        card = scene.card(responders=addresses.ocsp, lists=())
        assert scene.verify(scene.process(addresses), card).kind is KIND


def test_what_counts_no_longer_leaves_the_table(scene, database):
    verifier = scene.process()
    for _ in range(3):
        scene.verify(verifier, scene.card())
    scene.clock.now = NOW + DAY
    scene.verify(verifier, scene.card())
    with database.connect() as connection:
        assert connection.execute("select count(*) from card_news").fetchone() == (1,)


def test_many_at_once_hear_the_same(scene):
    verifier, card = scene.process(), scene.card()
    found = []
    threads = [threading.Thread(target=lambda: found.append(scene.verify(verifier, card))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_no_log_names_whose_card_it_was(scene):
    card = scene.card()
    scene.fetch.away = {scene.responder.ocsp, scene.responder.crl(KIND)}
    with capture_logs() as logged:
        scene.reason(scene.process(), card)
    assert [line["event"] for line in logged] == ["card_news_not_fetched"] * 2
    assert "王小明" not in str(logged)
    assert f"{card.certificate.serial_number}" not in str(logged)


def _nonce(question):
    asked = ocsp.load_der_ocsp_request(question)
    try:
        return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return b""


def _own(issuer):
    return IssuedCard(issuer.certificate, issuer._key)


def _unsuccessful():
    status = ocsp.OCSPResponseStatus.TRY_LATER
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)

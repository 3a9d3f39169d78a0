"""Paths of card certificates at a frozen clock: what leads to a pinned issuer and is shown not to be revoked counts."""

from __future__ import annotations

import types
from dataclasses import replace
from datetime import timedelta

import asn1crypto.core
import asn1crypto.crl
import asn1crypto.ocsp
import asn1crypto.x509
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from operate.rehearsal.pki import DAY, YEAR, IssuedCard, Pki, Question, new_key, new_rsa_key
from shared.cards.anchors import Anchor, Anchors
from shared.cards.evidence import Evidence
from shared.cards.paths import Accepted, Rejected, _awaited, _parsed, judge
from shared.cards.policy import STRICT
from shared.cards.profiles import CardKind
from shared.cards.reading import UNREADABLE
from shared.cards.reasons import Reason
from tests.controls.card_pki import HCA, HOUR, MINUTE, NOW, PKI, RESPONDER, a_card, good_answer, good_list

ANCHORS = PKI.anchors()
SECOND = timedelta(seconds=1)
ONLINE = {"responders": (RESPONDER,)}


def judged(card, evidence=None, *, at=NOW, anchors=ANCHORS, others=()):
    chain = (card.certificate, *others)
    return judge(chain, anchors, at, good_list() if evidence is None else evidence, STRICT)


def reason(*arguments, **options):
    found = judged(*arguments, **options)
    assert isinstance(found, Rejected)
    return found.reason


def reason_of_answer(answer, card):
    return reason(card, Evidence((answer,)))


@pytest.mark.parametrize("kind", list(CardKind))
@pytest.mark.parametrize("new", [new_key, new_rsa_key, lambda: ec.generate_private_key(ec.SECP384R1())])
def test_a_card_counts_by_its_issuers_list_or_by_its_responders_answer(kind, new):
    issuer = PKI.issuer(kind)
    offline = a_card(kind, key=new())
    assert judged(offline, good_list(issuer)) == Accepted(
        Anchor(kind, issuer.certificate), judged(offline, good_list(issuer)).links
    )
    online = a_card(kind, key=new(), **ONLINE)
    assert isinstance(judged(online, good_answer(online, issuer)), Accepted)


def test_it_counts_by_an_answer_of_whom_the_issuer_lets_answer():
    card = a_card(**ONLINE)
    responder = HCA.responder(NOW - DAY, NOW + DAY)
    assert isinstance(judged(card, good_answer(card, signed_by=responder)), Accepted)


def test_it_counts_by_an_answer_that_names_it_by_another_hash():
    card = a_card(**ONLINE)
    assert isinstance(judged(card, good_answer(card, hashed_by=hashes.SHA256())), Accepted)


def test_the_same_question_has_the_same_answer_again():
    card = a_card()
    evidence = good_list()
    assert judged(card, evidence) == judged(card, evidence)


# When


def test_a_card_counts_from_its_first_second_to_its_last():
    card = a_card(since=NOW - DAY, until=NOW + DAY)
    assert reason(card, at=NOW - DAY - SECOND) is Reason.NOT_YET_VALID
    assert isinstance(judged(card, good_list(at=NOW - DAY), at=NOW - DAY), Accepted)
    assert isinstance(judged(card, good_list(at=NOW + DAY), at=NOW + DAY), Accepted)
    assert reason(card, good_list(at=NOW + DAY), at=NOW + DAY + SECOND) is Reason.EXPIRED


def test_an_issuer_counts_from_its_first_second_to_its_last():
    young = Pki(NOW - DAY, NOW + DAY)
    issuer = young.issuer(CardKind.PERSONNEL)
    card = a_card(since=NOW - YEAR, until=NOW + YEAR, issuer=issuer)
    anchors = young.anchors()

    def then(at):
        found = judged(card, good_list(issuer, at), at=at, anchors=anchors)
        return found.reason if isinstance(found, Rejected) else None

    assert then(NOW - DAY - SECOND) is Reason.ISSUER_NOT_YET_VALID
    assert then(NOW - DAY) is None
    assert then(NOW + DAY) is None
    assert then(NOW + DAY + SECOND) is Reason.ISSUER_EXPIRED


# From whom


def test_a_card_of_an_issuer_by_the_same_name_is_not_trusted():
    forger = PKI.new_issuer(CardKind.PERSONNEL, NOW - YEAR, NOW + YEAR)
    assert forger.certificate.subject == HCA.certificate.subject
    assert reason(a_card(issuer=forger), good_list(forger)) is Reason.ISSUER_UNTRUSTED


def test_a_certificate_signed_by_itself_is_not_trusted():
    key = new_key()
    card = a_card()
    own = _signed_again(card.certificate, key, key)
    assert reason(own) is Reason.ISSUER_UNTRUSTED


def test_a_card_that_another_card_has_signed_is_not_trusted():
    signer = a_card()
    inner = _signed_again(a_card().certificate, new_key(), signer.key, issuer=signer.certificate.subject)
    assert reason(inner, others=(signer.certificate,)) is Reason.PATH_INVALID


def test_each_kind_of_card_is_pinned_to_its_own_issuer():
    moica = PKI.issuer(CardKind.CITIZEN)
    posing = a_card(CardKind.PERSONNEL, issuer=moica)
    assert reason(posing, good_list(moica)) is Reason.ISSUER_OF_ANOTHER_KIND
    assert reason(a_card(), anchors=Anchors([])) is Reason.ISSUER_UNTRUSTED


def test_two_issuers_of_one_kind_count_beside_each_other():
    newer = PKI.new_issuer(CardKind.PERSONNEL, NOW - DAY, NOW + YEAR)
    anchors = Anchors([Anchor(CardKind.PERSONNEL, one.certificate) for one in (HCA, newer)])
    for issuer in (HCA, newer):
        card = a_card(issuer=issuer)
        assert isinstance(judged(card, good_list(issuer), anchors=anchors), Accepted)


def test_from_a_root_further_up_every_certificate_on_the_way_needs_news():
    card = a_card()
    anchors = Anchors([Anchor(CardKind.PERSONNEL, PKI.root.certificate)])
    below = (HCA.certificate,)
    both = Evidence(lists=(HCA.revocation_list(NOW), PKI.root.revocation_list(NOW)))
    assert isinstance(judged(card, both, anchors=anchors, others=below), Accepted)
    assert reason(card, both, anchors=anchors) is Reason.ISSUER_UNTRUSTED
    assert reason(card, Evidence(lists=both.lists[:1]), anchors=anchors, others=below) is Reason.CRL_MISSING
    assert reason(card, Evidence(lists=both.lists[1:]), anchors=anchors, others=below) is Reason.CRL_MISSING


def test_an_issuer_that_the_root_has_revoked_counts_no_longer():
    pki = Pki(NOW - YEAR)
    issuer = pki.issuer(CardKind.PERSONNEL)
    pki.root.revoke(IssuedCard(issuer.certificate, new_key()), NOW - DAY)
    anchors = Anchors([Anchor(CardKind.PERSONNEL, pki.root.certificate)])
    both = Evidence(lists=(issuer.revocation_list(NOW), pki.root.revocation_list(NOW)))
    found = judged(a_card(issuer=issuer), both, anchors=anchors, others=(issuer.certificate,))
    assert found == Rejected(Reason.ISSUER_REVOKED)


def test_an_issuers_key_that_is_too_weak_is_refused():
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to see it refused
    authority = (
        x509.CertificateBuilder(HCA.certificate.subject, HCA.certificate.subject, key.public_key(), 7)
        .not_valid_before(NOW - YEAR)
        .not_valid_after(NOW + YEAR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    anchors = Anchors([Anchor(CardKind.PERSONNEL, authority)])
    card = _signed_again(a_card().certificate, new_key(), key)
    assert judged(card, _list_of(authority, key), anchors=anchors) == Rejected(
        Reason.PATH_INVALID, "DisallowedAlgorithmError"
    )


def test_a_critical_extension_that_nobody_knows_is_refused():
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.886.1.100.9.9"), b"\x05\x00")
    card = _reissued(a_card().certificate, unknown)
    assert reason(card) is Reason.PATH_INVALID


# For what


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signs": False}, Reason.KEY_USAGE_MISSING),
        ({"signs": None}, Reason.KEY_USAGE_MISSING),
        ({"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)}, Reason.PURPOSE_WRONG),
        ({"policies": ()}, Reason.POLICY_NOT_ALLOWED),
        ({"policies": ("2.16.886.101.0.3.2",)}, Reason.POLICY_NOT_ALLOWED),
    ],
)
def test_a_certificate_for_something_else_does_not_log_in(changes, expected):
    assert reason(a_card(**changes)) is expected


def test_another_arc_of_policies_can_be_asked_for():
    card = a_card(policies=("1.2.3.4",))
    found = judge((card.certificate,), ANCHORS, NOW, good_list(), replace(STRICT, arc="1.2.3"))
    assert isinstance(found, Accepted)


# By lists


def test_a_card_on_its_issuers_list_is_revoked():
    card, other = a_card(), a_card()
    HCA.revoke(card, NOW - HOUR)
    assert reason(card) is Reason.REVOKED
    assert isinstance(judged(other), Accepted)


def test_without_news_no_card_counts_whether_or_not_it_names_a_list():
    assert reason(a_card(), Evidence()) is Reason.CRL_MISSING
    assert reason(a_card(lists=("http://crl.example.tw/hca.crl",)), Evidence()) is Reason.CRL_MISSING


def test_a_list_of_another_issuer_shows_nothing():
    assert reason(a_card(), good_list(PKI.issuer(CardKind.CITIZEN))) is Reason.CRL_WRONG_ISSUER


def test_a_list_counts_until_its_next_is_due_and_a_minute_for_the_clocks():
    card = a_card()
    found = good_list(at=NOW - DAY)  # the next one is due now
    assert isinstance(judged(card, found, at=NOW + MINUTE), Accepted)
    assert reason(card, found, at=NOW + MINUTE + SECOND) is Reason.CRL_STALE


def test_a_list_that_names_no_next_one_counts_for_its_moment_only():
    parsed = asn1crypto.crl.CertificateList.load(HCA.revocation_list(NOW))
    parsed["tbs_cert_list"]["next_update"] = None
    signed = parsed["tbs_cert_list"].dump(force=True)
    parsed["signature"] = asn1crypto.core.OctetBitString(HCA._key.sign(signed, ec.ECDSA(hashes.SHA256())))
    found = Evidence(lists=(parsed.dump(force=True),))
    assert isinstance(judged(a_card(), found, at=NOW + MINUTE), Accepted)
    assert reason(a_card(), found, at=NOW + MINUTE + SECOND) is Reason.CRL_STALE


def test_a_list_from_the_future_shows_nothing():
    assert isinstance(judged(a_card(), good_list(at=NOW + MINUTE)), Accepted)
    assert reason(a_card(), good_list(at=NOW + MINUTE + SECOND)) is Reason.CRL_CLOCK_SKEW


def test_a_list_that_somebody_else_has_signed_shows_nothing():
    forged = HCA.revocation_list(NOW, key=new_key())
    assert reason(a_card(), Evidence(lists=(forged,))) is Reason.CRL_SIGNATURE


@pytest.mark.parametrize("der", [b"", b"not a list", HCA.certificate.public_bytes(Encoding.DER)])
def test_what_is_no_list_shows_nothing(der):
    assert reason(a_card(), Evidence(lists=(der,))) is Reason.CRL_MALFORMED


def test_one_good_list_is_enough_beside_bad_ones():
    lists = (b"not a list", HCA.revocation_list(NOW, key=new_key()), HCA.revocation_list(NOW))
    assert isinstance(judged(a_card(), Evidence(lists=lists)), Accepted)


# By answers


def test_a_card_that_its_responder_calls_revoked_is_revoked():
    card = a_card(**ONLINE)
    HCA.revoke(card, NOW - HOUR)
    assert reason(card, good_answer(card)) is Reason.REVOKED
    delegated = good_answer(card, signed_by=HCA.responder(NOW - DAY, NOW + DAY))
    assert reason(card, delegated) is Reason.REVOKED


def test_a_card_that_its_issuer_does_not_know_is_refused_although_no_list_has_it():
    card = a_card(**ONLINE)
    unknown = _answered(card, ocsp.OCSPCertStatus.UNKNOWN)
    assert reason(card, Evidence((unknown,), (HCA.revocation_list(NOW),))) is Reason.OCSP_UNKNOWN
    assert reason(card, Evidence((), (HCA.revocation_list(NOW),), Reason.OCSP_UNKNOWN)) is Reason.OCSP_UNKNOWN


@pytest.mark.parametrize(
    "status", [status for status in ocsp.OCSPResponseStatus if status is not ocsp.OCSPResponseStatus.SUCCESSFUL]
)
def test_a_responder_that_cannot_answer_shows_nothing(status):
    answer = ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
    assert reason_of_answer(answer, a_card(**ONLINE)) is Reason.OCSP_STATUS


def test_an_answer_about_another_card_shows_nothing():
    card, other = a_card(**ONLINE), a_card(**ONLINE)
    assert reason(card, good_answer(other)) is Reason.OCSP_WRONG_CERTIFICATE


def test_an_answer_about_the_same_number_of_another_issuer_shows_nothing():
    card = a_card(**ONLINE)
    moica = PKI.issuer(CardKind.CITIZEN)
    answer = moica.answer(Question(card.certificate.serial_number), NOW)
    assert reason_of_answer(answer, card) is Reason.OCSP_WRONG_CERTIFICATE


def test_an_answer_about_two_cards_shows_nothing():
    card = a_card(**ONLINE)
    assert reason_of_answer(_doubled(card), card) is Reason.OCSP_TWO_RESPONSES


def test_an_answer_with_a_broken_signature_shows_nothing():
    card = a_card(**ONLINE)
    (answer,) = good_answer(card).answers
    parsed = asn1crypto.ocsp.OCSPResponse.load(answer)
    basic = parsed["response_bytes"]["response"].parsed
    basic["signature"] = asn1crypto.core.OctetBitString(bytes(basic["signature"])[:-1] + b"\x00")
    parsed["response_bytes"]["response"] = asn1crypto.core.ParsableOctetString(basic.dump(force=True))
    assert reason_of_answer(parsed.dump(force=True), card) is Reason.OCSP_SIGNATURE


@pytest.mark.parametrize("who", ["a stranger", "another card", "a responder of another issuer", "one that has expired"])
def test_an_answer_signed_by_somebody_who_may_not_shows_nothing(who):
    signer = {
        "a stranger": lambda: PKI.new_issuer(CardKind.PERSONNEL, NOW - DAY, NOW + DAY).responder(NOW - DAY, NOW + DAY),
        "another card": a_card,
        "a responder of another issuer": lambda: PKI.issuer(CardKind.CITIZEN).responder(NOW - DAY, NOW + DAY),
        "one that has expired": lambda: HCA.responder(NOW - YEAR, NOW - DAY),
    }[who]()
    card = a_card(**ONLINE)
    assert reason(card, good_answer(card, signed_by=signer)) is Reason.OCSP_SIGNATURE


def test_an_answer_counts_until_its_next_is_due_and_a_minute_for_the_clocks():
    card = a_card(**ONLINE)
    found = good_answer(card, at=NOW - HOUR)  # the next one is due now
    assert isinstance(judged(card, found, at=NOW + MINUTE), Accepted)
    assert reason(card, found, at=NOW + MINUTE + SECOND) is Reason.OCSP_STALE


def test_an_answer_that_does_not_say_for_how_long_counts_half_an_hour():
    card = a_card(**ONLINE)
    answer = HCA.answer(Question(card.certificate.serial_number), NOW, lasting=None)
    assert isinstance(judged(card, Evidence((answer,)), at=NOW + 31 * MINUTE), Accepted)
    assert reason(card, Evidence((answer,)), at=NOW + 31 * MINUTE + SECOND) is Reason.OCSP_STALE


def test_an_answer_from_the_future_shows_nothing():
    card = a_card(**ONLINE)
    assert isinstance(judged(card, good_answer(card, at=NOW + MINUTE)), Accepted)
    assert reason(card, good_answer(card, at=NOW + MINUTE + SECOND)) is Reason.OCSP_CLOCK_SKEW


@pytest.mark.parametrize("der", [b"", b"<html>", HCA.certificate.public_bytes(Encoding.DER)])
def test_what_is_no_answer_shows_nothing(der):
    assert reason_of_answer(der, a_card(**ONLINE)) is Reason.OCSP_FAILED


def test_an_answer_for_a_card_that_names_no_responder_shows_nothing():
    card = a_card()
    assert reason(card, good_answer(card)) is Reason.OCSP_URL_NOT_ALLOWED


def test_a_list_stands_in_for_an_answer_that_shows_nothing():
    card = a_card(**ONLINE)
    stale = HCA.answer(Question(card.certificate.serial_number), NOW - YEAR)
    lists = (HCA.revocation_list(NOW),)
    assert isinstance(judged(card, Evidence((stale,), lists)), Accepted)
    assert isinstance(judged(card, Evidence((), lists, Reason.OCSP_FAILED)), Accepted)


@pytest.mark.parametrize("trouble", [Reason.OCSP_FAILED, Reason.OCSP_URL_NOT_ALLOWED, Reason.OCSP_NONCE])
def test_why_no_responder_was_heard_is_said_where_no_list_stands_in(trouble):
    assert reason(a_card(**ONLINE), Evidence((), (), trouble)) is trouble
    assert reason(a_card(**ONLINE), Evidence((), (HCA.revocation_list(NOW - YEAR),), trouble)) is trouble


def test_a_card_revoked_by_its_list_is_revoked_although_no_responder_was_heard():
    card = a_card(**ONLINE)
    HCA.revoke(card, NOW - HOUR)
    assert reason(card, Evidence((), (HCA.revocation_list(NOW),), Reason.OCSP_FAILED)) is Reason.REVOKED


def proved(card, issuer=HCA, at=NOW - MINUTE, **question):
    """The same as an answer that was judged when it came in."""
    return Evidence(proved=good_answer(card, issuer, at, **question).answers)


def test_an_answer_that_was_judged_before_counts_for_its_card_and_for_its_time():
    card, other = a_card(**ONLINE), a_card(**ONLINE)
    found = proved(card, at=NOW - HOUR)
    assert isinstance(judged(card, found, at=NOW + MINUTE), Accepted)
    assert reason(card, found, at=NOW + MINUTE + SECOND) is Reason.OCSP_STALE
    assert reason(other, found) is Reason.OCSP_WRONG_CERTIFICATE
    assert reason(card, proved(card, at=NOW + HOUR)) is Reason.OCSP_CLOCK_SKEW
    assert reason(card, Evidence(proved=(_answered(card, ocsp.OCSPCertStatus.UNKNOWN),))) is Reason.OCSP_UNKNOWN
    HCA.revoke(card, NOW - HOUR)
    assert reason(card, proved(card)) is Reason.REVOKED


def test_an_answer_that_was_judged_before_proves_nothing_but_that_the_card_is_not_revoked():
    moica = PKI.issuer(CardKind.CITIZEN)
    assert reason(a_card(until=NOW - HOUR, **ONLINE), proved(a_card(**ONLINE))) is Reason.EXPIRED
    card = a_card(issuer=PKI.new_issuer(CardKind.PERSONNEL, NOW - YEAR, NOW + YEAR), **ONLINE)
    assert reason(card, proved(card)) is Reason.ISSUER_UNTRUSTED
    posing = a_card(issuer=moica, **ONLINE)
    assert reason(posing, proved(posing, moica)) is Reason.ISSUER_OF_ANOTHER_KIND
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.16.886.1.100.9.9"), b"\x05\x00")
    critical = _reissued(a_card(**ONLINE).certificate, unknown)
    assert reason(critical, Evidence(proved=(_answered(critical, ocsp.OCSPCertStatus.GOOD),))) is Reason.PATH_INVALID


def test_an_answer_about_a_card_proves_nothing_of_whoever_is_between_it_and_its_anchor():
    card = a_card(**ONLINE)
    anchors = Anchors([Anchor(CardKind.PERSONNEL, PKI.root.certificate)])
    found = judged(card, proved(card), anchors=anchors, others=(HCA.certificate,))
    assert found == Rejected(Reason.CRL_MISSING)


def test_a_list_speaks_against_an_answer_that_was_judged_before():
    card = a_card(**ONLINE)
    before = proved(card)
    HCA.revoke(card, NOW - HOUR)
    assert reason(card, replace(before, lists=(HCA.revocation_list(NOW),))) is Reason.REVOKED


CHANGED = a_card(**ONLINE)
ANSWER = good_answer(CHANGED).answers[0]
LIST = HCA.revocation_list(NOW - MINUTE)
CHANGES = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=3)


def _changed(der, changes):
    found = bytearray(der)
    for place, by in changes:
        found[place % len(found)] ^= by
    return bytes(found)


@given(CHANGES)
def test_a_certificate_with_other_bytes_never_counts_and_is_never_an_error(changes):
    der = _changed(CHANGED.der, changes)
    try:
        certificate = x509.load_der_x509_certificate(der)
    except UNREADABLE:
        return
    evidence = Evidence((ANSWER,), (LIST,))
    found = judge((certificate,), ANCHORS, NOW, evidence, STRICT)
    assert isinstance(found, Rejected) or der == CHANGED.der


@given(CHANGES)
def test_an_answer_with_other_bytes_never_shows_more_and_is_never_an_error(changes):
    der = _changed(ANSWER, changes)
    found = judged(CHANGED, Evidence((der,)))
    assert isinstance(found, Rejected) or _signed_part(der) == _signed_part(ANSWER)


@given(CHANGES)
def test_a_list_with_other_bytes_never_shows_more_and_is_never_an_error(changes):
    found = judged(CHANGED, Evidence(lists=(_changed(LIST, changes),)))
    assert isinstance(found, Rejected) or _changed(LIST, changes) == LIST


@types.coroutine
def _waiting():
    yield


def test_a_validation_that_waits_for_something_is_an_error_and_no_hang():
    async def validate():
        await _waiting()

    with pytest.raises(RuntimeError, match="waited"):
        _awaited(validate())


def test_what_threads_share_of_an_issuer_has_been_read_to_its_end():
    """Read piece by piece, one thread could find what another has half read."""
    issuer = PKI.new_issuer(CardKind.PERSONNEL, NOW - YEAR, NOW + YEAR).certificate
    assert not _is_read(asn1crypto.x509.Certificate.load(issuer.public_bytes(Encoding.DER)))
    assert _is_read(_parsed(issuer))


def _is_read(value):
    if not isinstance(value, asn1crypto.core.Sequence | asn1crypto.core.SequenceOf):
        return True
    children = value.children
    return children is not None and all(not isinstance(one, tuple) and _is_read(one) for one in children)


def _signed_part(answer):
    return ocsp.load_der_ocsp_response(answer).tbs_response_bytes


def _signed_again(certificate, key, signed_by, issuer=None):
    """The same words with another key, signed by another."""
    builder = x509.CertificateBuilder(
        issuer_name=issuer or certificate.issuer,
        subject_name=certificate.subject,
        public_key=key.public_key(),
        serial_number=7,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
        extensions=list(certificate.extensions),
    )
    return IssuedCard(builder.sign(signed_by, hashes.SHA256()), key)


def _reissued(certificate, extension):
    """The same of its own issuer, with a critical extension more."""
    builder = x509.CertificateBuilder(
        issuer_name=certificate.issuer,
        subject_name=certificate.subject,
        public_key=certificate.public_key(),
        serial_number=8,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
        extensions=list(certificate.extensions),
    )
    return IssuedCard(builder.add_extension(extension, critical=True).sign(HCA._key, hashes.SHA256()), new_key())


def _list_of(authority, key):
    builder = x509.CertificateRevocationListBuilder(authority.subject, NOW, NOW + DAY)
    return Evidence(lists=(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER),))


def _answered(card, status):
    """An answer of the issuer with any status."""
    hashed = hashes.SHA256()
    builder = ocsp.OCSPResponseBuilder().add_response(
        card.certificate, HCA.certificate, hashed, status, NOW, NOW + HOUR, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, HCA.certificate)
    return builder.certificates([HCA.certificate]).sign(HCA._key, hashes.SHA256()).public_bytes(Encoding.DER)


def _doubled(card):
    """An answer that speaks of a card twice, rightly signed."""
    parsed = asn1crypto.ocsp.OCSPResponse.load(good_answer(card).answers[0])
    basic = parsed["response_bytes"]["response"].parsed
    responses = basic["tbs_response_data"]["responses"]
    responses.append(responses[0].copy())
    signed = basic["tbs_response_data"].dump(force=True)
    basic["signature"] = asn1crypto.core.OctetBitString(HCA._key.sign(signed, ec.ECDSA(hashes.SHA256())))
    parsed["response_bytes"]["response"] = asn1crypto.core.ParsableOctetString(basic.dump(force=True))
    return parsed.dump(force=True)

"""廢止查詢: asks responders and fetches lists, of the installation's own choice alone, and keeps what they say.

Where nothing can be had there is no evidence, and without evidence no certificate counts: it fails closed.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from shared.cards.evidence import (
    Evidence,
    counts_until,
    list_counts_until,
    list_objection,
    nonce_objection,
    responders_of,
    unsigned_objection,
)
from shared.cards.fetching import FetchFailed, Limits, fetch_by_http
from shared.cards.kept import News
from shared.cards.paths import Accepted, weigh
from shared.cards.policy import STRICT
from shared.cards.reasons import Reason

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shared.cards.anchors import Anchor
    from shared.cards.evidence import Link
    from shared.cards.fetching import Fetch
    from shared.cards.kept import Kept
    from shared.cards.policy import CardPolicy

_log = structlog.get_logger(__name__)

_OF_AN_ANSWER = Limits(65_536, 5.0)
_OF_A_LIST = Limits(16 << 20, 20.0)
_NONCE_BYTES = 32
"""As many as RFC 8954 allows."""
_LEFT_ALONE = timedelta(seconds=10)
"""For so long an address that failed is not asked again, or everybody who logs in would wait for it."""


class RevocationNews:
    """The news of one installation about revocation, as `CardVerifier` asks for it."""

    def __init__(self, kept: Kept, policy: CardPolicy = STRICT, fetch: Fetch = fetch_by_http) -> None:
        self._kept = kept
        self._policy = policy
        self._fetch = fetch
        self._failed: dict[str, datetime] = {}
        self._held: dict[bytes, News] = {}
        """Lists once more, because a large one takes long to read from a table."""
        self._files: dict[Path, tuple[int, bytes]] = {}

    def evidence(self, link: Link, anchor: Anchor, at: datetime) -> Evidence:
        """What a responder says of the certificate; where none says anything that counts, the issuer's lists."""
        answer = self._answer(link, anchor, at)
        if isinstance(answer, bytes):
            return Evidence(proved=(answer,))
        return Evidence(lists=self._lists(anchor, at), trouble=answer)

    def _answer(self, link: Link, anchor: Anchor, at: datetime) -> bytes | Reason | None:
        named = responders_of(link.certificate)
        if not named:
            return None
        name = _name(b"answer", _fingerprint(link.issuer), _fingerprint(link.certificate))
        kept = self._kept.get(name, at)
        if kept is not None:
            return kept.der
        allowed = [address for address in named if address in anchor.addresses.ocsp]
        if not allowed:
            return Reason.OCSP_URL_NOT_ALLOWED
        trouble = Reason.OCSP_FAILED
        for address in allowed:
            answer = self._asked(address, link, anchor, at)
            if isinstance(answer, bytes):
                self._keep_answer(name, answer, at)
                return answer
            trouble = answer
        return trouble

    def _asked(self, address: str, link: Link, anchor: Anchor, at: datetime) -> bytes | Reason:
        """What a responder answers, signed and about this certificate, or what is wrong with it."""
        nonce = secrets.token_bytes(_NONCE_BYTES) if anchor.addresses.ocsp_nonces else b""
        answer = self._fetched(address, _OF_AN_ANSWER, at, question=_question(link, nonce))
        if answer is None:
            return Reason.OCSP_FAILED
        objection = self._judged(answer, link, anchor, at)
        if objection in {None, Reason.OCSP_UNKNOWN}:  # that the issuer knows no such card counts if the issuer says so
            objection = unsigned_objection(answer, link, at) or nonce_objection(answer, nonce) or objection
        if objection is None:
            return answer
        _log.warning("card_answer_refused", address=address, reason=objection.value)
        return objection

    def _judged(self, answer: bytes, link: Link, anchor: Anchor, at: datetime) -> Reason | None:
        """Why an answer does not count: one that has been judged here is believed for as long as it is kept."""
        verdict = weigh(Accepted(anchor, (link,)), at, Evidence((answer,)), self._policy)
        return None if isinstance(verdict, Accepted) or verdict.reason is Reason.REVOKED else verdict.reason

    def _keep_answer(self, name: bytes, answer: bytes, at: datetime) -> None:
        counts = counts_until(ocsp.load_der_ocsp_response(answer), self._policy)
        self._kept.put(name, News(answer, min(counts, at + self._policy.answer_kept)), at)

    def _lists(self, anchor: Anchor, at: datetime) -> tuple[bytes, ...]:
        fetched = [self._list(address, anchor, at) for address in anchor.addresses.crl]
        brought = [self._brought(file) for file in anchor.lists]
        return tuple(each for each in (*fetched, *brought) if each is not None)

    def _list(self, address: str, anchor: Anchor, at: datetime) -> bytes | None:
        name = _name(b"list", address.encode(), _fingerprint(anchor.certificate))
        held = self._held.get(name)
        if held is None or held.until < at:
            held = self._kept.get(name, at)
        if held is not None:
            self._held[name] = held
            return held.der
        found = self._fetched(address, _OF_A_LIST, at)
        if found is None:
            return None
        objection = list_objection(found, anchor.certificate, at, self._policy)
        until = list_counts_until(found, anchor.certificate)
        if objection is None and until is not None:
            self._kept.put(name, News(found, min(until, at + self._policy.list_kept)), at)
        else:
            _log.warning("card_list_refused", address=address, reason=objection)
        return found  # whoever judges by it says why it does not count

    def _fetched(self, address: str, limits: Limits, at: datetime, question: bytes | None = None) -> bytes | None:
        failed = self._failed.get(address)
        if failed is not None and at - failed < _LEFT_ALONE:
            return None
        try:
            found = self._fetch(address, limits, question=question)
        except FetchFailed as fault:
            self._failed[address] = at
            _log.warning("card_news_not_fetched", address=address, fault=str(fault))
            return None
        self._failed.pop(address, None)
        return found

    def _brought(self, file: Path) -> bytes | None:
        """A list in a file, read again when somebody has put another there."""
        try:
            changed = file.stat().st_mtime_ns
            if file not in self._files or self._files[file][0] != changed:
                self._files[file] = (changed, file.read_bytes())
        except OSError as fault:
            _log.warning("card_list_not_read", file=file.name, fault=type(fault).__name__)
            return None
        return self._files[file][1]


def _question(link: Link, nonce: bytes) -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(link.certificate, link.issuer, _NAMING)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(Encoding.DER)


_NAMING = hashes.SHA1()  # noqa: S303 - responders know certificates by it (RFC 5019); it protects nothing


def _fingerprint(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA256())


def _name(*parts: bytes) -> bytes:
    return sha256(b"\0".join(parts)).digest()

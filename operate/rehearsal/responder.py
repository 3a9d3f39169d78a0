"""演練用 OCSP 回應伺服器: answers for the CAs of a rehearsal and hands out their lists, on loopback alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from operate.rehearsal.pki import DAY, YEAR, Question
from shared.cards.anchors import Addresses, Anchor, Anchors
from shared.cards.profiles import CardKind
from shared.context import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from types import TracebackType

    from operate.rehearsal.pki import IssuedCard, Issuer, Pki, Profile

_LONGEST_QUESTION = 4096


class Responder:
    """An OCSP responder and a place of lists for a rehearsal's CAs; it answers while it is entered."""

    def __init__(
        self, pki: Pki, clock: Callable[[], datetime] = utc_now, lasting: timedelta = timedelta(hours=1)
    ) -> None:
        self._pki = pki
        self._clock = clock
        self._lasting = lasting
        self._signers: dict[int, IssuedCard] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def ocsp(self) -> str:
        """The address that cards name for it."""
        return f"http://127.0.0.1:{self._server.server_port}/ocsp"

    def crl(self, kind: CardKind) -> str:
        """The address of the list that a kind of card is on."""
        place = self._pki.issuers.index(self._pki.issuer(kind))
        return f"http://127.0.0.1:{self._server.server_port}/{place}.crl"

    def addresses(self, kind: CardKind) -> Addresses:
        """What an installation would allow for a kind of card."""
        return Addresses(ocsp=(self.ocsp,), crl=(self.crl(kind),))

    def anchors(self) -> Anchors:
        """What an installation would pin to accept the cards of this rehearsal, with these addresses allowed."""
        return Anchors(Anchor(kind, self._pki.issuer(kind).certificate, self.addresses(kind)) for kind in CardKind)

    def named_in(self, profile: Profile, kind: CardKind) -> Profile:
        """The same with this responder and its list named in the certificate."""
        return replace(profile, responders=(self.ocsp,), lists=(self.crl(kind),))

    def answer(self, question: bytes) -> bytes:
        """What it says to an OCSP request in DER."""
        try:
            asked = ocsp.load_der_ocsp_request(question)
            nonce = _nonce(asked)
        except ValueError:
            return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        issuer = next((one for one in self._pki.issuers if _is_asked(one, asked)), None)
        if issuer is None:
            return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        found = Question(asked.serial_number, nonce, asked.hash_algorithm, self._signer(issuer))
        return issuer.answer(found, self._clock(), self._lasting)

    def list_at(self, path: str) -> bytes | None:
        """The list in DER that lies there, as of now."""
        for place, issuer in enumerate(self._pki.issuers):
            if path == f"/{place}.crl":
                return issuer.revocation_list(self._clock(), self._lasting)
        return None

    def _signer(self, issuer: Issuer) -> IssuedCard:
        known = issuer.certificate.serial_number
        if known not in self._signers:
            now = self._clock()
            self._signers[known] = issuer.responder(now - DAY, now + YEAR)
        return self._signers[known]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    def __init__(self, responder: Responder, *arguments: object) -> None:
        self._responder = responder
        super().__init__(*arguments)  # type: ignore[arg-type]  # as the server gives them

    def do_POST(self) -> None:
        """A question."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/ocsp" or not length.isdigit() or int(length) > _LONGEST_QUESTION:
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        self._send(self._responder.answer(self.rfile.read(int(length))), "application/ocsp-response")

    def do_GET(self) -> None:
        """A list."""
        found = self._responder.list_at(self.path)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            self._send(found, "application/pkix-crl")

    def log_message(self, *_: object) -> None:
        """Nothing: who asks about which card is nobody's business."""

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _nonce(asked: ocsp.OCSPRequest) -> bytes:
    try:
        return asked.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return b""


def _is_asked(issuer: Issuer, asked: ocsp.OCSPRequest) -> bool:
    return issuer.hashes(asked.hash_algorithm) == (asked.issuer_name_hash, asked.issuer_key_hash)


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)

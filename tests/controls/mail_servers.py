"""Mail servers for tests: real SMTP on loopback, that take, refuse, or drop the line when told to."""

from __future__ import annotations

import email
import email.policy
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Received:
    """What a server has taken, each time that it was taken."""

    def __init__(self):
        self._lock = threading.Lock()
        self._mails = []

    def add(self, content):
        with self._lock:
            self._mails.append(email.message_from_bytes(content, policy=email.policy.default))

    @property
    def mails(self):
        with self._lock:
            return list(self._mails)

    @property
    def ids(self):
        return [mail["Message-ID"] for mail in self.mails]


class Takes:
    """Takes every mail, unless told to answer otherwise: at RCPT, or at the final dot."""

    def __init__(self, at_rcpt="250 OK", at_dot="250 OK"):
        self.at_rcpt = at_rcpt
        self.at_dot = at_dot
        self.received = Received()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - the name that aiosmtpd calls
        if self.at_rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - as above
        if self.at_dot == "drop before":
            server.transport.abort()
            return "250 never sent"
        if self.at_dot.startswith("250") or self.at_dot == "drop after":
            self.received.add(envelope.content)
        if self.at_dot == "drop after":
            server.transport.abort()
            return "250 never sent"
        return self.at_dot


def knows(user, password):
    """An authenticator that lets in one user."""

    def authenticate(_server, _session, _envelope, _mechanism, given):
        return AuthResult(success=(given.login, given.password) == (user.encode(), password.encode()))

    return authenticate


def mail_server(handler, **options):
    """A server on a free port of loopback; `with` starts and stops it, `.port` is where."""
    return _Server(handler, **options)


class _Server(Controller):
    def __init__(self, handler, **options):
        super().__init__(handler, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self):
        # aiosmtpd learns of a port of 0 only here, and would knock at that one.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


def certificate(folder):
    """A self-signed certificate of 127.0.0.1 in a file, and the context of a server that has its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of the tests")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(signed.public_bytes(Encoding.PEM) + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return file, context

"""Mail servers for tests: real SMTP on loopback, that take, refuse, or drop the line when told to."""

from __future__ import annotations

import email
import email.policy
import threading

from aiosmtpd.controller import Controller


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

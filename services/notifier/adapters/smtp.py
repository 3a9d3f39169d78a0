"""Mail by SMTP (RFC 5321): every answer of the server is told for what it is, and a silence for what it is not.

What the server has not acknowledged after the final dot may have been accepted or not; before it nothing is in doubt.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from services.notifier.application.carriers import CarrierAway, NotTaken, Taken, Unknown
from services.notifier.events import Doubt, FailureReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.notifier.application.carriers import Answer, Parcel

_ENHANCED = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})\b")
_OK = 250
_GO_AHEAD = 354
_PERMANENT = 500
_CLOSING = 421
"""The server ends the connection (RFC 5321, §3.8)."""

_BY_ENHANCED_CODE = {
    "1": FailureReason.ADDRESS_UNKNOWN,
    "2.1": FailureReason.ADDRESS_UNKNOWN,
    "2.2": FailureReason.MAILBOX_FULL,
    "2.3": FailureReason.CONTENT_REFUSED,
    "6": FailureReason.CONTENT_REFUSED,
    "7": FailureReason.CONTENT_REFUSED,
}
"""Enhanced status codes (RFC 3463) of class 5, by subject and detail, or by subject alone."""
_BY_CODE = {
    550: FailureReason.ADDRESS_UNKNOWN,
    551: FailureReason.ADDRESS_UNKNOWN,
    552: FailureReason.MAILBOX_FULL,
    553: FailureReason.ADDRESS_UNKNOWN,
    554: FailureReason.CONTENT_REFUSED,
    530: FailureReason.CARRIER_REFUSES_US,
    535: FailureReason.CARRIER_REFUSES_US,
}
"""Codes of RFC 5321 and 4954, for servers without enhanced ones."""


class Encryption(StrEnum):
    """How the line is protected."""

    STARTTLS = "starttls"
    """from the server's offer on, which it must make (RFC 3207)"""
    TLS = "tls"
    """from the first byte (RFC 8314)"""
    NONE = "none"
    """not at all: for a server on the same machine"""


_SCHEMES = {
    "smtp": (Encryption.STARTTLS, 587),
    "smtps": (Encryption.TLS, 465),
    "smtp+plain": (Encryption.NONE, 25),
}
"""How an address tells of the line, and the port where it names none (RFC 6409, RFC 8314)."""


@dataclass(frozen=True)
class MailServer:
    """Which server takes our mail, and who we are to it."""

    host: str
    port: int
    encryption: Encryption
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 30.0
    """Seconds without a byte from the server after which the line counts as lost."""
    authorities: str | None = None
    """A file of certificates to trust instead of the machine's own, or None."""


def mail_server(address: str, sender: str) -> MailServer:
    """The server of a setting such as `smtp://user:password@host:587`; see docs/operators/messages.md."""
    parts = urlsplit(address)
    encryption, port = _SCHEMES[parts.scheme]
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or port,
        encryption=encryption,
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class SmtpCarrier:
    """Hands mail over to one server; it knows no key again, so what is in doubt stays so."""

    name = "smtp"
    repeatable = False

    def __init__(self, server: MailServer, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._clock = clock

    @contextmanager
    def open(self) -> Iterator[SmtpLine]:
        """Connected, encrypted and logged in; raises `CarrierAway` with the server's code where that fails."""
        try:
            connection = self._connected()
        except smtplib.SMTPResponseException as fault:
            raise CarrierAway(f"{self._server.host} answers {fault.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as fault:
            raise CarrierAway(f"{self._server.host}: {type(fault).__name__}") from None
        try:
            yield SmtpLine(connection, self._server.sender, self._clock)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.authorities)
        connection: smtplib.SMTP
        if server.encryption == Encryption.TLS:
            connection = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            if server.encryption == Encryption.STARTTLS:
                connection.starttls(context=context)
                connection.ehlo()
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection


class SmtpLine:
    """One connection, for one mail after the other."""

    def __init__(self, connection: smtplib.SMTP, sender: str, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._sender = sender
        self._clock = clock

    def hand_over(self, parcel: Parcel) -> Answer:
        """The dialogue of one mail, up to the server's answer to the final dot."""
        body = mail(parcel, self._sender, self._clock()).as_bytes()
        try:
            refusal = self._announce(parcel.address)
            if refusal is not None:
                self._connection.rset()
                return refusal
            self._connection.send(re.sub(rb"(?m)^\.", b"..", body))
        except (smtplib.SMTPException, OSError):
            return NotTaken(FailureReason.LINE_LOST)
        try:
            self._connection.send(b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")
            code, text = self._connection.getreply()
        except (smtplib.SMTPException, OSError):
            return Unknown(Doubt.ANSWER_LOST)
        return Taken(str(parcel.key)) if code == _OK else _not_taken(code, text)

    def _announce(self, address: str) -> NotTaken | None:
        """Whom the mail is from and to; None where the server waits for it."""
        for said in (self._connection.mail(self._sender), self._connection.rcpt(address)):
            code, text = said
            if code // 100 != 2:
                return _not_taken(code, text)
        code, text = self._connection.docmd("DATA")
        return None if code == _GO_AHEAD else _not_taken(code, text)


def mail(parcel: Parcel, sender: str, now: datetime) -> EmailMessage:
    """The mail as it is sent: plain text, and HTML that says the same; nothing in it is fetched from anywhere.

    Text that would end a header makes the standard library raise ValueError; `letter` lets none through.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="幼兒專責系統", addr_spec=sender)
    message["To"] = Address(addr_spec=parcel.address)
    message["Subject"] = parcel.letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{parcel.key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(parcel.letter.text, cte="base64")
    message.add_alternative(parcel.letter.html, subtype="html", cte="base64")
    return message


def _not_taken(code: int, text: bytes) -> NotTaken:
    """What a refusal of the server means; its words stay behind, they may quote the address."""
    enhanced = _ENHANCED.search(text)
    answer = f"{code} {enhanced[0].decode()}" if enhanced else str(code)
    if code == _CLOSING:
        return NotTaken(FailureReason.LINE_LOST, answer)
    if code < _PERMANENT:
        full = enhanced is not None and (enhanced[2], enhanced[3]) == (b"2", b"2")
        return NotTaken(FailureReason.MAILBOX_FULL if full else FailureReason.CARRIER_BUSY, answer)
    if code in (530, 535):
        return NotTaken(FailureReason.CARRIER_REFUSES_US, answer)
    if enhanced is not None:
        subject, detail = enhanced[2].decode(), enhanced[3].decode()
        reason = _BY_ENHANCED_CODE.get(f"{subject}.{detail}") or _BY_ENHANCED_CODE.get(subject)
        return NotTaken(reason or FailureReason.REFUSED, answer)
    return NotTaken(_BY_CODE.get(code, FailureReason.REFUSED), answer)

"""SFTP: a folder on the insurer's server, written as a folder here is, to a host whose key is known beforehand.

Drafts begin with a dot and get their name when they are whole. What lies there is read back, so that delivered means
that the very bytes are there.
"""

from __future__ import annotations

import errno
import socket
from base64 import b64decode
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from secrets import token_hex
from typing import TYPE_CHECKING

import paramiko
from paramiko.pkey import UnknownKeyType

from services.support.adapters.register_drop import other_file_there
from services.support.domain.register_delivery import DropReceipt, NotDelivered
from services.support.events import DeliveryFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.support.domain.register_file import RegisterFile

_SECONDS = 30.0
"""For each answer of the server."""
_SIGNS_BY = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""By what a key of this kind signs where that is not its name: RSA with SHA-1 is believed no more (RFC 8332)."""


@dataclass(frozen=True)
class SftpServer:
    """Where the insurer takes files, and how we sign in there: with a key where there is one, else with a password."""

    host: str
    port: int
    user: str
    folder: str
    host_key: str
    """The server's public key as in `known_hosts`, without the host: `ssh-ed25519 AAAA…`."""
    password: str = field(default="", repr=False)
    login_key_file: str = ""


class SftpDrop:
    """Delivers to a folder of a server; asked again after a failure of any kind it goes on where it was."""

    def __init__(self, server: SftpServer) -> None:
        """Raises ValueError where the server's key is none."""
        self._server = server
        self._folder = PurePosixPath(server.folder)
        self._known = _host_key(server.host_key)

    def deliver(self, file: RegisterFile) -> DropReceipt:
        """Put the file and then its manifest there; raises `NotDelivered`. The folder has to exist."""
        with self._line() as line:
            digest = self._put(line, file.name, file.content)
            return DropReceipt(file.name, digest, self._put(line, file.manifest_name, file.manifest))

    @contextmanager
    def _line(self) -> Iterator[paramiko.SFTPClient]:
        """Signed in at the very server that was meant."""
        server = self._server
        where = f"{server.host}:{server.port}"
        login_key = _login_key(server.login_key_file) if server.login_key_file else None
        try:
            with socket.create_connection((server.host, server.port), _SECONDS) as connection:
                transport = paramiko.Transport(connection)
                try:
                    yield self._signed_in(transport, where, login_key)
                finally:
                    transport.close()
        except NotDelivered:
            raise
        except (paramiko.SSHException, OSError, EOFError) as fault:
            raise NotDelivered(DeliveryFault.UNREACHABLE, f"{where}: {type(fault).__name__}") from fault

    def _signed_in(
        self, transport: paramiko.Transport, where: str, login_key: paramiko.PKey | None
    ) -> paramiko.SFTPClient:
        server, known = self._server, self._known
        transport.banner_timeout = transport.auth_timeout = _SECONDS
        # Of its keys the server shows the one that we know, if it has it.
        transport.get_security_options().key_types = _SIGNS_BY.get(known.get_name(), (known.get_name(),))
        transport.start_client(timeout=_SECONDS)
        if transport.get_remote_server_key() != known:
            raise NotDelivered(DeliveryFault.OTHER_HOST, f"{where} shows another key than CARETRAIL_REGISTER_HOST_KEY")
        try:
            if login_key is not None:
                transport.auth_publickey(server.user, login_key)
            else:
                transport.auth_password(server.user, server.password)
        except paramiko.AuthenticationException as fault:
            raise NotDelivered(DeliveryFault.SIGN_IN_REFUSED, f"{where} does not let {server.user} in") from fault
        line = paramiko.SFTPClient.from_transport(transport)
        if line is None:
            raise NotDelivered(DeliveryFault.UNREACHABLE, f"{where} opens no channel")
        channel = line.get_channel()
        if channel is not None:
            channel.settimeout(_SECONDS)
        return line

    def _put(self, line: paramiko.SFTPClient, name: str, content: bytes) -> str:
        path = str(self._folder / name)
        try:
            found = _read(line, path)
            if found is None:
                self._write(line, name, content)
                found = _read(line, path)
        except OSError as fault:
            raise NotDelivered(DeliveryFault.NOT_WRITTEN, f"{path}: {fault.strerror or fault}") from fault
        if found != content:
            raise other_file_there(path)
        return sha256(found).hexdigest()

    def _write(self, line: paramiko.SFTPClient, name: str, content: bytes) -> None:
        """Give a draft of our own its name once all of it lies there; drafts of attempts that broke off go.

        Whoever works at the same moment may lose a draft by that, and tries again.
        """
        with suppress(OSError):  # a folder that cannot be listed keeps them
            for left in line.listdir(str(self._folder)):
                if left.startswith(f".{name}."):
                    line.remove(str(self._folder / left))
        draft, path = str(self._folder / f".{name}.{token_hex(4)}.draft"), str(self._folder / name)
        try:
            _upload(line, draft, content)
            line.rename(draft, path)  # refused where another was faster: the file is looked at either way
        except OSError:
            with suppress(OSError):
                line.remove(draft)
            if _read(line, path) is None:
                raise


def _login_key(file: str) -> paramiko.PKey:
    """The private key of a file without a passphrase; raises `NotDelivered`."""
    try:
        return paramiko.PKey.from_path(file)
    except (OSError, ValueError, UnknownKeyType, paramiko.SSHException) as fault:
        told = f"the login key {file} cannot be read: {type(fault).__name__}"
        raise NotDelivered(DeliveryFault.SIGN_IN_REFUSED, told) from fault


def _host_key(text: str) -> paramiko.PKey:
    """The key in a line as in `known_hosts`; raises ValueError."""
    kind, _, encoded = text.partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, b64decode(encoded.split()[0], validate=True))
    except (paramiko.SSHException, UnknownKeyType, IndexError) as fault:
        raise ValueError("no public key") from fault


def _upload(line: paramiko.SFTPClient, path: str, content: bytes) -> None:
    """Write a file, and see that all of it lies there: a server with a full disk may keep half without a word."""
    with line.open(path, "wb") as file:
        file.write(content)
    if _read(line, path) != content:
        raise OSError(errno.EIO, "not all of it was written")


def _read(line: paramiko.SFTPClient, path: str) -> bytes | None:
    """What lies there; None where nothing does."""
    try:
        with line.open(path, "rb") as file:
            return file.read()
    except OSError as fault:
        if fault.errno == errno.ENOENT:
            return None
        raise

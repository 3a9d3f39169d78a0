"""An SFTP server on this machine, paramiko's own, that serves one directory to whoever has the key or the password."""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import contextmanager

import paramiko

USER, PASSWORD = "caretrail", "made-up password"


class _Doorkeeper(paramiko.ServerInterface):
    def __init__(self, login_key):
        self._login_key = login_key

    def get_allowed_auths(self, username):  # noqa: ARG002 - the same for all
        return "password,publickey"

    def check_auth_password(self, username, password):
        is_known = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if is_known else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        is_known = username == USER and key == self._login_key
        return paramiko.AUTH_SUCCESSFUL if is_known else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):  # noqa: ARG002 - whatever is asked for
        return paramiko.OPEN_SUCCEEDED


class _Handle(paramiko.SFTPHandle):
    def __init__(self, file, flags, room):
        super().__init__(flags)
        self.readfile = self.writefile = file
        self._room = room

    def write(self, offset, data):
        return super().write(offset, data[: max(self._room - offset, 0)])


def _listed(folder):
    return [paramiko.SFTPAttributes.from_stat(found.stat(), found.name) for found in folder.iterdir()]


class _Files(paramiko.SFTPServerInterface):
    """Answers as OpenSSH does: a rename takes no name that there is already. `asked` hears every write and rename.

    Of each file only the first `room` bytes are kept, without a word, as by a disk that is full.
    """

    def __init__(self, server, root, asked, room):
        super().__init__(server)
        self._root, self._asked, self._room = root, asked, room

    def _path(self, path):
        return self._root / path.lstrip("/")

    def open(self, path, flags, attr):  # noqa: ARG002 - as paramiko own
        if flags & os.O_WRONLY:
            self._asked.append(("write", path))
        try:
            descriptor = os.open(self._path(path), flags, 0o644)
            return _Handle(os.fdopen(descriptor, "wb" if flags & os.O_WRONLY else "rb"), flags, self._room)
        except OSError as fault:
            return paramiko.SFTPServer.convert_errno(fault.errno)

    def stat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as fault:
            return paramiko.SFTPServer.convert_errno(fault.errno)

    lstat = stat

    def rename(self, oldpath, newpath):
        self._asked.append(("rename", newpath))
        if self._path(newpath).exists():
            return paramiko.SFTP_FAILURE
        self._path(oldpath).rename(self._path(newpath))
        return paramiko.SFTP_OK

    def list_folder(self, path):
        return _listed(self._path(path))

    def remove(self, path):
        self._path(path).unlink()
        return paramiko.SFTP_OK


class Server:
    """Where it listens, and what it was asked."""

    def __init__(self, port, host_key, asked):
        self.port = port
        self.host_key = f"{host_key.get_name()} {host_key.get_base64()}"
        self.asked = asked


@contextmanager
def sftp_server(root, host_key, login_key=None, room=sys.maxsize):
    """Serve a directory, for as long as the block lasts; of each file `room` bytes are kept."""
    asked, transports, closing = [], [], threading.Event()

    def take_calls():
        while not closing.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(host_key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root, asked, room)
            try:
                transport.start_server(server=_Doorkeeper(login_key))
            except (paramiko.SSHException, EOFError):
                transport.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=take_calls, daemon=True)
        thread.start()
        try:
            yield Server(listening.getsockname()[1], host_key, asked)
        finally:
            closing.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for transport in transports:
                transport.close()

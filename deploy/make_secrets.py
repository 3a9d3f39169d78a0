"""`python -m deploy.make_secrets DIRECTORY`: passwords and keys of a deployment, a directory for each process.

What is there stays, so that it may run again: a release that brings a process then finds that process's secrets.
Nothing is printed. docs/operators/deploy.md says what to copy to a safe place.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import secrets
import sys
from base64 import b64encode
from dataclasses import dataclass
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from deploy import broker_definitions
from deploy.database_roles import databases_of, logins
from deploy.role_settings import (
    BROKER,
    CHECKPOINT_KEY,
    MASTER_KEYS,
    PRINCIPAL_KEY,
    PRINCIPAL_PUBLIC_KEY,
    REGISTER_KEY,
    WEB_KEY,
    database_secret,
    has_principal_key,
    has_register_key,
)
from deploy.topology import INSTALLER, WEB, Role, members, workers
from services.gateway.web.browser_key import browser_key
from shared.vault.key_files import make_directory
from shared.vault.master_keys import MasterKeys
from shared.vault.signing import load_or_create

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from deploy.topology import Worker

ADMINISTRATOR = "administrator"
"""The one user who may change the broker, for people alone."""

_SUPERUSER = "postgres"
_PRIVATE = 0o400
_FOR_A_SERVER = 0o444
"""For the programs of PostgreSQL and RabbitMQ, whose user is another; the directory above lets nobody else in."""
_SCRAM_ITERATIONS = 4096


@dataclass(frozen=True)
class Place:
    """Where a deployment's secrets lie, whose its processes are, and where they find their servers."""

    directory: Path
    owner: int
    postgres: str
    rabbitmq: str

    def put(self, path: str, text: str, mode: int = _PRIVATE) -> None:
        """Write a file whole or not at all."""
        target = self.directory / path
        make_directory(target.parent)
        draft = target.with_name(f".{target.name}")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
            file.write(text)
        draft.chmod(mode)
        draft.replace(target)

    def give(self, names: Iterable[str]) -> None:
        """Let the processes have these directories."""
        for name in names:
            for path in (self.directory / name, *(self.directory / name).iterdir()):
                os.chown(path, self.owner, -1)

    def open_to_a_server(self, name: str) -> None:
        """Let a server's own user into a directory; nobody else comes past the one above."""
        (self.directory / name).chmod(0o755)

    def key_file(self, name: str) -> Path:
        """Where a key lies from which the processes get copies."""
        return self.directory / "keys" / name


def make(place: Place) -> None:
    """All of it; raises `KeysUnusable` where a key that is there cannot be used."""
    make_directory(place.directory)
    passwords = _passwords(place)
    _make_keys(place)
    for worker in workers():
        _for_worker(place, worker, passwords)
    _put_databases(place, INSTALLER, INSTALLER, passwords)
    place.put(f"{WEB}/{WEB_KEY}", place.key_file(WEB_KEY).read_text())
    for user in (WEB, broker_definitions.CALLER, broker_definitions.OPERATOR, ADMINISTRATOR):
        place.put(f"{user}/{BROKER}", _broker_address(place, user, passwords))
    place.give([*(worker.name for worker in workers()), INSTALLER, WEB, broker_definitions.CALLER])
    _for_servers(place, passwords)


def _passwords(place: Place) -> dict[str, str]:
    """Everyone's password, kept from the last time where there was one."""
    file = place.directory / "passwords.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    names = [*logins(), *broker_definitions.users(), ADMINISTRATOR, _SUPERUSER]
    passwords = {name: known.get(name) or secrets.token_urlsafe(24) for name in names}
    place.put(file.name, json.dumps(passwords, indent=2) + "\n")
    return passwords


def _make_keys(place: Place) -> None:
    MasterKeys.create_file(place.key_file(MASTER_KEYS))
    load_or_create(place.key_file(PRINCIPAL_KEY), ())
    load_or_create(place.key_file(REGISTER_KEY), ())
    browser_key(place.key_file(WEB_KEY))
    for member in members():
        load_or_create(place.key_file(f"{member.name}.{CHECKPOINT_KEY}"), ())


def _for_worker(place: Place, worker: Worker, passwords: dict[str, str]) -> None:
    context = worker.member.name
    copied = {MASTER_KEYS: MASTER_KEYS, PRINCIPAL_PUBLIC_KEY: PRINCIPAL_PUBLIC_KEY}
    # Each key that signs lies with the one process that signs with it.
    if worker.role is Role.RELAY:
        copied[CHECKPOINT_KEY] = f"{context}.{CHECKPOINT_KEY}"
    if worker.role is Role.SERVE and has_principal_key(context):
        copied[PRINCIPAL_KEY] = PRINCIPAL_KEY
    if worker.role is Role.REACT and has_register_key(context):
        copied[REGISTER_KEY] = REGISTER_KEY
    for name, source in copied.items():
        place.put(f"{worker.name}/{name}", place.key_file(source).read_text())
    place.put(f"{worker.name}/{BROKER}", _broker_address(place, worker.name, passwords))
    _put_databases(place, worker.name, context, passwords)


def _put_databases(place: Place, directory: str, login: str, passwords: dict[str, str]) -> None:
    for database in databases_of(login):
        address = f"postgresql://{login}:{passwords[login]}@{place.postgres}/{database}"
        place.put(f"{directory}/{database_secret(database)}", address)


def _broker_address(place: Place, user: str, passwords: dict[str, str]) -> str:
    return f"amqp://{user}:{passwords[user]}@{place.rabbitmq}/{broker_definitions.VHOST}"


def _for_servers(place: Place, passwords: dict[str, str]) -> None:
    """What the servers are given themselves: of passwords only what proves them, except the superuser's own."""
    place.put("postgres/superuser", passwords[_SUPERUSER], _FOR_A_SERVER)
    scripts = (f"alter role {login} password '{_scram(passwords[login])}';\n" for login in logins())
    place.put("postgres/logins.sql", "\\set ON_ERROR_STOP on\n" + "".join(scripts), _FOR_A_SERVER)
    hashes = {user: _broker_hash(passwords[user]) for user in broker_definitions.users()}
    complete = broker_definitions.with_administrator(hashes, ADMINISTRATOR, _broker_hash(passwords[ADMINISTRATOR]))
    place.put("rabbitmq/definitions.json", json.dumps(complete, indent=2) + "\n", _FOR_A_SERVER)
    for server in ("postgres", "rabbitmq"):
        place.open_to_a_server(server)


def _scram(password: str) -> str:
    """What PostgreSQL keeps of a password (RFC 5803); ours are ASCII, which need no preparation."""
    salt = secrets.token_bytes(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ITERATIONS)
    stored = sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_SCRAM_ITERATIONS}:{_base64(salt)}${_base64(stored)}:{_base64(server)}"


def _broker_hash(password: str) -> str:
    """What RabbitMQ keeps of a password: four bytes of salt, and SHA-256 of salt and password."""
    salt = secrets.token_bytes(4)
    return _base64(salt + sha256(salt + password.encode()).digest())


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def main(arguments: Sequence[str]) -> int:
    """Make or complete them."""
    parser = argparse.ArgumentParser(prog="python -m deploy.make_secrets", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--owner", type=int, default=os.geteuid(), help="the user id that the processes run as")
    parser.add_argument("--postgres", default="postgres:5432", help="where PostgreSQL is: host:port, or a directory")
    parser.add_argument("--rabbitmq", default="rabbitmq:5672", help="where RabbitMQ is: host:port")
    options = parser.parse_args(arguments)
    postgres = quote(options.postgres, safe=":")  # a directory of sockets may stand in place of a host
    make(Place(options.directory.absolute(), options.owner, postgres, options.rabbitmq))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What was typed when a session was over: held until its writer has signed in, readable only with their token."""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.gateway.domain import refusals
from services.gateway.domain.policies import POLICIES, policy_at
from shared.client_addresses import counted_address
from shared.decoding import json_decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.gateway.commands import HeldForm, HoldForm
    from services.gateway.domain.policies import Policy
    from shared.postgres import Connection, Connections
    from shared.vault.vault import Vault

_TOKEN_BYTES = 32
_NONCE = 12
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~-]*")
"""Of this site: `//elsewhere` would be another."""

# Whoever counts waits for whoever counted before, so that no two are the last that is taken.
_ALONE = "select pg_advisory_xact_lock(hashtext('held form'))"
_COUNT = "select count(*), count(*) filter (where client = %s) from held_form where expires_at > %s"
_HOLD = "insert into held_form (id, client, box, expires_at) values (%s, %s, %s, %s) on conflict do nothing"
_TAKE = "delete from held_form where id = %s returning box, expires_at"
_SWEEP = "delete from held_form where expires_at <= %s"


class Typed(msgspec.Struct, frozen=True):
    """What was typed into which form: the values of each field, in their order."""

    path: str
    fields: dict[str, tuple[str, ...]]


class Held(msgspec.Struct, frozen=True):
    """The token under which a form is given back, which is nowhere else, and until when."""

    token: str
    expires_at: datetime


class HeldForms:
    """Forms that nobody can read before the browser that typed them comes back with its token."""

    def __init__(self, connections: Connections, vault: Vault, policies: Sequence[Policy] = POLICIES) -> None:
        self._connections = connections
        self._vault = vault
        self._policies = policies

    def hold(self, command: HoldForm, now: datetime) -> Held:
        """Keep a form. Refuses another site's path, what is too large, and more than this client or all may have."""
        policy = policy_at(now, self._policies)
        if not _PATH.fullmatch(command.path):
            raise refusals.PathMalformed("path")
        typed = msgspec.json.encode(Typed(command.path, command.fields))
        if len(typed) > policy.form_bytes:
            raise refusals.FormTooLarge("fields", limit=policy.form_bytes, given=len(typed))
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        form_id, key = _derived(token)
        nonce = secrets.token_bytes(_NONCE)
        box = nonce + AESGCM(key).encrypt(nonce, typed, form_id)
        client = self._vault.keyed_digest("gateway/client", counted_address(command.client.address).encode())
        row = (form_id, client, box, now + policy.form_kept)

        def keep(connection: Connection) -> None:
            connection.execute(_ALONE)
            [(held, by_client)] = connection.execute(_COUNT, (client, now)).fetchall()
            if by_client >= policy.forms_most_by_client or held >= policy.forms_most:
                raise refusals.TooManyHeldForms
            connection.execute(_HOLD, row)

        self._connections.transact(keep)
        return Held(token, row[-1])

    def give_back(self, command: HeldForm, now: datetime) -> Typed:
        """What was typed, once; refuses with `HeldFormGone`."""
        try:
            form_id, key = _derived(command.token)
        except ValueError:
            raise refusals.HeldFormGone("token") from None
        found = self._connections.transact(lambda connection: connection.execute(_TAKE, (form_id,)).fetchone())
        if found is None or found[1] <= now:
            raise refusals.HeldFormGone("token")
        box = bytes(found[0])
        return json_decoder(Typed).decode(AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], form_id))

    def sweep(self, now: datetime) -> None:
        """Delete what has expired."""
        self._connections.transact(lambda connection: connection.execute(_SWEEP, (now,)))


def _derived(token: str) -> tuple[bytes, bytes]:
    """The id of a form and the key of its box (HKDF-SHA256, RFC 5869); neither leads to the other, nor to the token."""
    raw = urlsafe_b64decode(f"{token}=".encode("ascii"))
    return _expanded(raw, b"caretrail held form id"), _expanded(raw, b"caretrail held form key")


def _expanded(raw: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(raw)

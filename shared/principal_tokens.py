"""The caller's principal on its way between services: a JSON Web Token that lives a minute, signed with Ed25519.

Identity signs, having checked the session; every service reads with the public key alone. Sources: RFC 7519 (JWT),
RFC 8037 (EdDSA), RFC 8725 (one algorithm only, named by the reader and never by the token).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import jwt

from shared.principal import Assurance, Principal, Role, Service
from shared.relay.checkpoints import key_id_of
from shared.sealing import SubjectId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LIFETIME = timedelta(seconds=60)
"""Long enough for one call and what it calls in turn."""

CLOCK_SKEW = timedelta(seconds=5)
"""How far the clocks of two machines may be apart."""

_SLOT_SECONDS = 10
"""Whoever asks again within these is spoken for by the same token, which nobody need sign or check once more."""

_MOST = 4096
"""Tokens that are remembered, some 2 MB of them."""

_ALGORITHM = "EdDSA"
_ISSUER = "caretrail/identity"
_AUDIENCE = "caretrail/services"
_TYPE = "caretrail-principal+jwt"
"""So that no other token of the same key can be taken for a principal (RFC 8725 §3.11)."""
_CLAIMS = ("iss", "aud", "iat", "exp", "sub", "role", "assurances", "acts_for")


class PrincipalForged(PermissionError):
    """No key of identity has signed this token as it stands; nothing in it can be believed."""

    def __init__(self) -> None:
        super().__init__("the principal was not signed by identity: is this service's copy of the public key current?")


class PrincipalStale(PermissionError):
    """The token was good once, or will be; the session must be checked and the principal signed anew."""

    def __init__(self) -> None:
        super().__init__("the signed principal has expired, or was signed by a clock that is ahead of this one")


class PrincipalSigner:
    """Signs principals for `lifetime`; held by identity alone."""

    def __init__(self, private_key: Ed25519PrivateKey, lifetime: timedelta = LIFETIME) -> None:
        self._key = private_key
        self._lifetime = lifetime
        self._headers = {"kid": key_id_of(private_key.public_key()), "typ": _TYPE}
        self._signed = lru_cache(_MOST)(self._sign)

    def sign(self, principal: Principal, now: datetime) -> str:
        """The token of this principal, issued in the ten seconds of `now`."""
        issued = int(now.timestamp())
        return self._signed(principal, issued - issued % _SLOT_SECONDS)

    def _sign(self, principal: Principal, issued: int) -> str:
        claims: dict[str, object] = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "iat": issued,
            "exp": issued + int(self._lifetime.total_seconds()),
            "sub": principal.id,
            "role": principal.role.value,
            "assurances": sorted(principal.assurances),
            "acts_for": sorted(principal.acts_for),
        }
        if principal.subject is not None:
            claims["subject"] = str(principal.subject)
        if principal.institution is not None:
            claims["institution"] = principal.institution
        if principal.jurisdiction is not None:
            claims["jurisdiction"] = principal.jurisdiction
        if principal.contacts:
            claims["contacts"] = sorted(principal.contacts)
        if principal.services:
            claims["services"] = sorted(principal.services)
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers=self._headers)


class _Believed(NamedTuple):
    """What a token that identity signed says, and from when until when."""

    principal: Principal
    issued: datetime
    expires: datetime


class PrincipalReader:
    """Reads signed principals; knows identity's public keys by id, so that a new key can be brought in beside the old.

    `public_keys` is what `shared.vault.signing.public_keys` gives: one key, or two while they change.
    """

    def __init__(self, public_keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(public_keys)
        self._believed = lru_cache(_MOST)(self._believe)

    def read(self, token: str, now: datetime) -> Principal:
        """The principal that identity signed; raises `PrincipalForged` or `PrincipalStale`."""
        try:
            believed = self._believed(token)
        except (jwt.InvalidTokenError, LookupError, TypeError, ValueError, OverflowError):
            # Not chained: the original quotes the token, which must not get into logs.
            raise PrincipalForged from None
        if not believed.issued - CLOCK_SKEW <= now < believed.expires + CLOCK_SKEW:
            raise PrincipalStale
        return believed.principal

    def _believe(self, token: str) -> _Believed:
        claims = self._verified(token)
        return _Believed(_principal(claims), _moment(claims["iat"]), _moment(claims["exp"]))

    def _verified(self, token: str) -> dict[str, Any]:
        header = jwt.get_unverified_header(token)
        if header.get("typ") != _TYPE:
            raise jwt.InvalidTokenError
        # The library would compare the times with its own clock; `read` compares them with the caller's.
        options: jwt.types.Options = {
            "require": list(_CLAIMS),
            "verify_exp": False,
            "verify_iat": False,
            "verify_nbf": False,
        }
        key = self._keys[header["kid"]]
        return jwt.decode(token, key, algorithms=[_ALGORITHM], audience=_AUDIENCE, issuer=_ISSUER, options=options)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _principal(claims: dict[str, Any]) -> Principal:
    return Principal(
        id=claims["sub"],
        role=Role(claims["role"]),
        assurances=frozenset(Assurance(assurance) for assurance in claims["assurances"]),
        subject=SubjectId(UUID(claims["subject"])) if "subject" in claims else None,
        institution=claims.get("institution"),
        acts_for=frozenset(claims["acts_for"]),
        jurisdiction=claims.get("jurisdiction"),
        contacts=frozenset(claims.get("contacts", ())),
        services=frozenset(Service(service) for service in claims.get("services", ())),
    )

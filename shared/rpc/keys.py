"""The key that signs principals: identity's alone; every other service has its public half."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.principal_tokens import PrincipalReader, PrincipalSigner
from shared.relay.checkpoints import load_public_keys
from shared.vault.signing import load_or_create, public_keys

if TYPE_CHECKING:
    from shared.settings import Settings


def principal_signer(settings: Settings) -> PrincipalSigner:
    """What identity signs with; the first time the key is made. Raises `KeysUnusable`."""
    return PrincipalSigner(load_or_create(settings.principal_key_file, ()))


def principal_reader(settings: Settings) -> PrincipalReader:
    """What a service reads principals with. Raises `KeysUnusable`, `NotAPublicKey`, `FileNotFoundError`.

    A service apart from identity is given the public key; beside it, it finds the key itself, or makes it.
    """
    if settings.principal_public_key_file is not None:
        return PrincipalReader(load_public_keys([settings.principal_public_key_file]))
    load_or_create(settings.principal_key_file, ())
    return PrincipalReader(public_keys(settings.principal_key_file))

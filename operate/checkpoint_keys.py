"""The public keys by which this installation's checkpoints are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.relay.checkpoints import load_public_keys
from shared.vault.signing import public_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from shared.settings import Settings


def own_public_keys(settings: Settings) -> dict[str, Ed25519PublicKey]:
    """Those of the key file, or of the public one beside it, by key id; none where neither is at hand.

    Raises `KeysUnusable`, `NotAPublicKey`.
    """
    private = settings.checkpoint_key_file
    if private.exists():
        return public_keys(private)
    public = private.with_suffix(".pub")
    return load_public_keys([public] if public.exists() else [])

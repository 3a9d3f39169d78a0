"""How an event names a blob: by the SHA-256 of its bytes, in a field that exports and verifiers recognise."""

from __future__ import annotations

from typing import Annotated

import msgspec

FORMAT = "caretrail-blob"
"""The `format` that a blob's digest has in a JSON Schema."""

BlobDigest = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9a-f]{64}$",
        description="SHA-256 of a blob's bytes, 64 hex digits.",
        extra_json_schema={"format": FORMAT},
        extra={"format": FORMAT},
    ),
]
"""Names a blob in an event."""

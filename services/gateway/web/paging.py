"""Which page of a list is asked for: the address has the cursor that the page before told."""

from __future__ import annotations

from flask import request


def cursor_asked() -> str | None:
    """Where the page begins; None for the first."""
    return request.args.get("cursor") or None

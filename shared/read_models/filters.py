"""What somebody looks for in a list: the filters that they have filled in, as conditions and parameters of a query."""

from __future__ import annotations

from typing import Any


def asked_of(filters: object) -> dict[str, Any]:
    """What a form of filters asks for, by the names of its fields; what is None or empty asks for nothing.

    Several values come as the list that PostgreSQL takes for an array.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(filters).items()
        if value not in (None, ())
    }

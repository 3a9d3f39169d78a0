"""What a saved filter may hold: codes, numbers, dates and places, and nothing by which a person could be found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.gateway.domain import refusals
from shared.taiwan.places import counties, districts

if TYPE_CHECKING:
    from collections.abc import Mapping

QUERY_ENTRIES = 40
_QUEUE = re.compile(r"[a-z]+(-[a-z]+)*")
_FIELD = re.compile(r"[a-z]+([_-][a-z]+)*")
_ABOUT_PEOPLE = re.compile(r"mother|identifier|name|mobile|phone|mail|passport")
"""In the name of a field that says who somebody is."""
_VALUE = re.compile(r"[A-Za-z0-9_.:+-]{0,60}")
_NUMBER_OF_A_PERSON = re.compile(r"(?i)(?<![a-z0-9])([a-z][a-z0-9]\d{8}|09\d{8}|\d{12})(?![a-z0-9])")
"""身分證字號 and 統一證號, mobile numbers, and the numbers of 健保卡."""


def objection_to_queue(queue: str) -> refusals.QueueMalformed | None:
    """What speaks against this as the name of a queue."""
    return None if _QUEUE.fullmatch(queue) else refusals.QueueMalformed("queue")


def objection_to_name(name: str) -> refusals.FilterNamesPerson | None:
    """What speaks against this as the name of a filter."""
    return refusals.FilterNamesPerson("name") if _NUMBER_OF_A_PERSON.search(name) else None


def objection_to_query(query: Mapping[str, tuple[str, ...]]) -> refusals.FilterMalformed | None:
    """What speaks against saving these values by the fields that they filter."""
    if sum(map(len, query.values())) > QUERY_ENTRIES:
        return refusals.FilterMalformed("query")
    for field, values in query.items():
        is_known = _FIELD.fullmatch(field) and not _ABOUT_PEOPLE.search(field)
        if not is_known or not all(map(_is_impersonal, values)):
            return refusals.FilterMalformed(f"query.{field}" if is_known else "query")
    return None


def _is_impersonal(value: str) -> bool:
    if _VALUE.fullmatch(value):
        return not _NUMBER_OF_A_PERSON.search(value)
    return value in _places()


def _places() -> frozenset[str]:
    return frozenset({county.name for county in counties()} | {district.name for district in districts()})

"""Between an event's bytes on the wire and the row that they were made of."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID  # noqa: TC003 - msgspec reads the annotation at run time

import msgspec

from shared.cloudevents import NotAnEnvelope, parse
from shared.decoding import json_decoder
from shared.store.append import EventRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.cloudevents import Chain

_DATA = b',"data":'


class NotReproduced(ValueError):
    """The bytes of the event at `position` cannot be made again from a row."""

    def __init__(self, position: int) -> None:
        super().__init__(f"the event at position {position} cannot be made again from a row")
        self.position = position


class Owner(msgspec.Struct, frozen=True):
    """Whose event it is, as its data says."""

    originator_id: UUID
    originator_version: int


_owner = json_decoder(Owner).decode


def owner_of(data: bytes) -> Owner:
    """The aggregate and version that an event's data names; raises msgspec's `MsgspecError`."""
    return _owner(data)


def row_of(body: bytes) -> EventRow:
    """The row of an event; raises `NotAnEnvelope`. Its hash is unchecked: chain the row anew and compare."""
    event = parse(body)
    data = bytes(event.data)
    try:
        owner = owner_of(data)
    except msgspec.MsgspecError as fault:
        raise NotAnEnvelope("the data does not name its aggregate and version") from fault
    position = b'"position":"%d"' % event.position
    meta = body[body.find(position) + len(position) : body.find(_DATA)]
    return EventRow(owner.originator_id, owner.originator_version, event.type, data, meta)


def rows_in_chain(chain: Chain, bodies: Sequence[bytes]) -> list[EventRow]:
    """The rows of the next events of a chain, which give these very bytes again; raises `NotReproduced`."""
    first = chain.position + 1
    rows: list[EventRow] = []
    for position, body in enumerate(bodies, first):
        try:
            rows.append(row_of(body))
        except NotAnEnvelope:
            raise NotReproduced(position) from None
    made = chain.extend((row.type, row.data, row.meta) for row in rows)
    for position, (body, again) in enumerate(zip(bodies, made, strict=True), first):
        if body != again:
            raise NotReproduced(position)
    return rows

"""Who calls, and what the call belongs to: read from a message's headers, believed only where identity signed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from shared import principal_tokens
from shared.application import Trace
from shared.rpc import wire
from shared.rpc.refusals import PrincipalForged, PrincipalMissing, PrincipalStale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shared.principal import Principal
    from shared.principal_tokens import PrincipalReader

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._:/-]{1,100}")
_CAUSATION_ID = re.compile(r"[A-Za-z0-9._:/-]{1,100}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, level 1."""


def principal_in(headers: Mapping[str, object], reader: PrincipalReader, now: datetime) -> Principal:
    """Who calls; raises `PrincipalMissing`, `PrincipalForged`, `PrincipalStale`."""
    token = headers.get(wire.PRINCIPAL)
    if not token:
        raise PrincipalMissing
    try:
        return reader.read(str(token), now)
    except principal_tokens.PrincipalForged:
        raise PrincipalForged from None
    except principal_tokens.PrincipalStale:
        raise PrincipalStale from None


def trace_in(headers: Mapping[str, object]) -> Trace:
    """What the call belongs to. A part that is malformed is left out: it would go into every event."""
    return Trace(
        correlation_id=_well_formed(headers.get(wire.CORRELATION_ID), _CORRELATION_ID) or str(uuid4()),
        causation_id=_well_formed(headers.get(wire.CAUSATION_ID), _CAUSATION_ID),
        traceparent=_well_formed(headers.get(wire.TRACEPARENT), _TRACEPARENT),
    )


def headers_of(principal: str, trace: Trace) -> dict[str, str]:
    """The headers of a call: what there is of a signed principal and of what the call belongs to."""
    given = {
        wire.PRINCIPAL: principal,
        wire.CORRELATION_ID: trace.correlation_id,
        wire.CAUSATION_ID: trace.causation_id,
        wire.TRACEPARENT: trace.traceparent,
    }
    return {key: value for key, value in given.items() if value}


def _well_formed(text: object, form: re.Pattern[str]) -> str:
    return text if isinstance(text, str) and form.fullmatch(text) else ""

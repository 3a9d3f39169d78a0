"""Gives a command from a form, and adds what speaks against it to the form's faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.application import Outcome


def given(method: str, command: Mapping[str, object], form: Mapping[str, str], faults: Faults) -> Outcome | None:
    """What the command led to; None where it was refused, of which `faults` hears."""
    try:
        return caller().command(method, command, form.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        for name, sentence in Faults.of(refusal).sentences.items():
            faults.add(name, sentence)
        return None

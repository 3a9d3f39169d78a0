"""What can be done, and why not, as others are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from shared.rpc.service import method_of
from shared.rpc.wire import Told

if TYPE_CHECKING:
    from shared.actions import Action


class ActionListed(msgspec.Struct, frozen=True):
    """A command, by the method that carries it out; it would be refused with `objection`, taken where that is None."""

    command: str
    objection: Told | None

    @classmethod
    def of(cls, action: Action) -> Self:
        """The action as others are told of it."""
        return cls(method_of(action.command), Told.of(action.objection) if action.objection else None)

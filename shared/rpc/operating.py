"""What operators ask of every context, and have done there: how it stands, its policy values, its parked events."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING, Any
from uuid import UUID  # noqa: TC003 - as above

import msgspec

from shared import parked
from shared.near_names import near_names
from shared.read_models.parking import NotParked, Parking
from shared.refusals import Refusal
from shared.rpc.inspecting import ReadModelUnknown

if TYPE_CHECKING:
    from shared.context import Context
    from shared.parked import Foreseen, Tried
    from shared.principal import Principal
    from shared.read_models.model import ReadModel

_NAME = {"limit": 100}


class NothingParked(Refusal):
    """Nothing of this aggregate waits any more: somebody has tried it again or dropped it meanwhile."""


@dataclass(frozen=True)
class ParkedOf:
    """The parked events of one read model or process, and of one aggregate where it is named."""

    model: str = field(metadata=_NAME)
    aggregate: UUID | None = None


@dataclass(frozen=True)
class DropParked:
    """Give up these events of an aggregate, as its caller has seen them: not even a rebuild takes them again."""

    model: str = field(metadata=_NAME)
    aggregate: UUID
    positions: tuple[int, ...]


class DeedListed(msgspec.Struct, frozen=True):
    """Who has tried events again or dropped them, and when; `positions` are those that were taken, or dropped."""

    at: datetime
    actor: str
    deed: str
    model: str
    aggregate: UUID
    positions: list[int]


class ParkedFound(msgspec.Struct, frozen=True):
    """All that is parked, and what was done last with such events, the newest first."""

    events: list[parked.ParkedListed]
    deeds: list[DeedListed]


class Dropped(msgspec.Struct, frozen=True):
    """The positions that this model will never see."""

    model: str
    aggregate: UUID
    positions: list[int]


def parked_events(context: Context[Any]) -> ParkedFound:
    """What is parked in a context."""
    parking = Parking(context.database)
    return ParkedFound(
        [parked.ParkedListed(*event) for event in parking.list()], [DeedListed(*deed) for deed in parking.deeds()]
    )


def foresee(context: Context[Any], asked: ParkedOf) -> list[Foreseen]:
    """What trying again would come to now; refuses with `ReadModelUnknown`."""
    return parked.foresee(context, _follower(context, asked.model), asked.aggregate)


def try_again(context: Context[Any], principal: Principal, asked: ParkedOf) -> list[Tried]:
    """Try parked events again; refuses with `ReadModelUnknown`, `NothingParked`."""
    tried = parked.try_again(context, _follower(context, asked.model), asked.aggregate, principal)
    if not tried:
        raise NothingParked("model")
    return tried


def drop(context: Context[Any], principal: Principal, asked: DropParked) -> Dropped:
    """Give them up for good; refuses with `ReadModelUnknown`, `NothingParked`."""
    _follower(context, asked.model)
    if not asked.positions:
        raise NothingParked("positions")
    try:
        Parking(context.database).drop(asked.model, asked.aggregate, asked.positions, principal.id)
    except NotParked:
        raise NothingParked("positions") from None
    return Dropped(asked.model, asked.aggregate, list(asked.positions))


def _follower(context: Context[Any], name: str) -> ReadModel[Any]:
    followers = context.followers
    if name not in followers:
        raise ReadModelUnknown("model", known=near_names(name, followers))
    return followers[name]

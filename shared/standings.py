"""How a context is doing, as whoever looks after it is told: over RPC, on a page, on the command line, as metrics."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class LastFailure(msgspec.Struct, frozen=True):
    """What stopped a worker last, or made it wait: by kind and place, with no value in it."""

    reason: str
    at: datetime


class RelayStanding(msgspec.Struct, frozen=True):
    """The log and who relays it; ages and `behind_seconds` are in seconds.

    `waiting` events are not published yet. `signed_at` is the time of the last checkpoint, at `signed`, the position
    that it vouches for; `unsigned_seconds` is for how long nobody has vouched for the whole log.
    """

    at_work: bool
    holder: str
    generation: int
    heartbeat: datetime
    head: int
    published: int
    waiting: int
    behind_seconds: float
    horizon_seconds: float
    signed: int
    signed_at: datetime | None
    unsigned_seconds: float
    failure: LastFailure | None


class QueueStanding(msgspec.Struct, frozen=True):
    """One queue of the broker. `messages` is null where there is none, `consumers` where nobody counts them."""

    name: str
    messages: int | None
    consumers: int | None


class RebuildStanding(msgspec.Struct, frozen=True):
    """A rebuild: `done` of `total` steps of its stage; where nobody is at work any more, it ended half-way."""

    stage: str
    done: int
    total: int
    percent: int
    began_at: datetime
    told_at: datetime
    at_work: bool


class FollowerStanding(msgspec.Struct, frozen=True):
    """One read model or process, behind the `log` of a context that ends at `head`.

    `behind` counts events, `behind_seconds` since when the first of them could have been taken. `current` tells whether
    its rows were made by the definition of this release.
    """

    name: str
    kind: str
    log: str
    head: int
    position: int
    behind: int
    behind_seconds: float
    moved_at: datetime | None
    rebuilt_at: datetime | None
    parked: int
    current: bool
    failure: LastFailure | None
    rebuild: RebuildStanding | None

    @property
    def is_worth_a_look(self) -> bool:
        """Whether there is more to say of it than that it is well."""
        return bool(self.behind or self.parked or not self.current or self.rebuild or self.failure)


class WorkerStanding(msgspec.Struct, frozen=True):
    """Another worker of the context that has failed before: its clock, or an errand such as sending."""

    name: str
    failure: LastFailure


class Alarm(msgspec.Struct, frozen=True):
    """Something that a person has to look after, by its code; `about` is who it concerns."""

    code: str
    about: str


class Oversight(msgspec.Struct, frozen=True):
    """Everything at one look; `queues` is null where the broker cannot be reached."""

    context: str
    at: datetime
    relay: RelayStanding
    queues: list[QueueStanding] | None
    followers: list[FollowerStanding]
    workers: list[WorkerStanding]
    alarms: list[Alarm]

    @property
    def queued(self) -> int | None:
        """How many messages wait in all its queues; None where that is not known of any."""
        counted = [queue.messages for queue in self.queues or () if queue.messages is not None]
        return sum(counted) if counted else None

    @property
    def up_to_date(self) -> int:
        """How many of its followers have nothing left to take, by the definition of this release."""
        return sum(follower.behind == 0 and follower.current for follower in self.followers)

"""What operators look at in one context: its relay and queues, whoever follows logs, rebuilds, and last failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.context import consumer_of
from shared.failures import last_failures
from shared.processes.process import Process
from shared.read_models.rebuilding import rebuildings
from shared.read_models.status import status as status_of_models
from shared.relay.relay import Pace
from shared.relay.status import status as status_of_log
from shared.standings import (
    Alarm,
    FollowerStanding,
    LastFailure,
    Oversight,
    QueueStanding,
    RebuildStanding,
    RelayStanding,
    WorkerStanding,
)
from shared.transport import BrokerLost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from shared.context import Context
    from shared.failures import Failure
    from shared.read_models.rebuilding import Rebuilding
    from shared.relay.status import LogStatus

BEHIND_SECONDS = 30.0
"""A follower that has left an event for so long is not at work, or cannot keep up."""
FAILING_SECONDS = 60.0
"""Whoever waits for trouble to pass tries again within ten seconds: a failure this old is over."""


def oversee(context: Context[Any]) -> Oversight:
    """How a context is doing now. Raises what a database raises that is away."""
    with context.database.connect(name="caretrail status") as connection:
        log = status_of_log(connection, context.name)
        failures = last_failures(connection)
        rebuilds = rebuildings(connection)
    relay_name = f"{context.name} relay"
    followers = list(_followers(context, failures, rebuilds))
    known = {relay_name, *(follower.name for follower in followers)}
    others = [WorkerStanding(name, _told(failure)) for name, failure in failures.items() if name not in known]
    relay = _relay(log, failures.get(relay_name))
    queues = _queues(context)
    now, allowed = context.clock(), context.installation.settings.unsigned_seconds
    alarms = [
        *(Alarm(code, context.name) for code in log.alarms(Pace().alarm_seconds, allowed)),
        *([Alarm("broker-away", context.name)] if queues is None else ()),
        *(Alarm("nobody-consumes", queue.name) for queue in queues or () if queue.consumers == 0),
        *(alarm for follower in followers for alarm in _alarms(follower, now)),
        *(Alarm("failing", worker.name) for worker in others if _is_recent(worker.failure, now)),
        *(alarm for watch in context.watches for alarm in watch(now)),
    ]
    return Oversight(context.name, now, relay, queues, followers, others, alarms)


def _relay(log: LogStatus, failure: Failure | None) -> RelayStanding:
    return RelayStanding(
        at_work=log.at_work,
        holder=log.holder,
        generation=log.generation,
        heartbeat=log.heartbeat,
        head=log.head,
        published=log.published,
        waiting=log.waiting,
        behind_seconds=log.behind,
        horizon_seconds=log.horizon_age,
        signed=log.checkpoint.position if log.checkpoint else 0,
        signed_at=log.checkpoint.at if log.checkpoint else None,
        unsigned_seconds=log.unsigned,
        failure=_told(failure) if failure else None,
    )


def _queues(context: Context[Any]) -> list[QueueStanding] | None:
    followers = context.followers.values()
    names = dict.fromkeys(f"{follower.context}.{consumer_of(context.name, follower)}" for follower in followers)
    try:
        found = context.transport.standing_of([*names, f"rpc-{context.name}"])
    except BrokerLost:
        return None
    return [QueueStanding(queue.name, queue.messages, queue.consumers) for queue in found]


def _followers(
    context: Context[Any], failures: Mapping[str, Failure], rebuilds: Mapping[str, Rebuilding]
) -> Iterator[FollowerStanding]:
    followers = context.followers.values()
    for source, log in context.logs.items():
        of_source = [follower for follower in followers if follower.context == source]
        head = log.head().position
        for follower, found in zip(of_source, status_of_models(of_source, context.database, log), strict=True):
            left_at = log.settled_at(found.position + 1) if found.behind else None
            failure, rebuild = failures.get(found.name), rebuilds.get(found.name)
            yield FollowerStanding(
                name=found.name,
                kind="process" if isinstance(follower, Process) else "read-model",
                log=source,
                head=head,
                position=found.position,
                behind=found.behind,
                behind_seconds=max(0.0, (context.clock() - left_at).total_seconds()) if left_at else 0.0,
                moved_at=found.moved_at,
                rebuilt_at=found.rebuilt_at,
                parked=found.parked,
                current=found.is_current,
                failure=_told(failure) if failure else None,
                rebuild=_rebuild(rebuild) if rebuild else None,
            )


def _rebuild(found: Rebuilding) -> RebuildStanding:
    percent = 100 * found.done // found.total if found.total else 0
    return RebuildStanding(found.stage, found.done, found.total, percent, found.began_at, found.told_at, found.at_work)


def _told(failure: Failure) -> LastFailure:
    return LastFailure(failure.reason, failure.at)


def _alarms(follower: FollowerStanding, now: datetime) -> Iterator[Alarm]:
    rebuild = follower.rebuild
    if not follower.current and not (rebuild and rebuild.at_work):
        yield Alarm("outdated", follower.name)
    if rebuild and not rebuild.at_work:
        yield Alarm("rebuild-ended", follower.name)
    if follower.behind_seconds > BEHIND_SECONDS and not (rebuild and rebuild.at_work):
        yield Alarm("behind", follower.name)
    if follower.position > follower.head:
        yield Alarm("beyond-log", follower.name)
    if follower.parked:
        yield Alarm("parked", follower.name)
    failure = follower.failure
    if failure and _is_recent(failure, now) and not (follower.moved_at and follower.moved_at > failure.at):
        yield Alarm("failing", follower.name)


def _is_recent(failure: LastFailure, now: datetime) -> bool:
    return (now - failure.at).total_seconds() < FAILING_SECONDS

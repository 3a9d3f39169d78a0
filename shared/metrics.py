"""Figures for Prometheus: what this process has done, counted as it happens, and how its contexts stand when asked.

Labels name methods, routes, outcomes, contexts and followers: all of them from the code, none from what people enter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from shared.standings import FollowerStanding, Oversight

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text format."""

_DONE = CollectorRegistry()

_CALL_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)

CALLS = Histogram(
    "caretrail_rpc_call_seconds",
    "How long calls of a service's methods took; outcome is answered, refused, failed or unavailable.",
    ("method", "outcome"),
    buckets=_CALL_SECONDS,
    registry=_DONE,
)
REQUESTS = Histogram(
    "caretrail_http_request_seconds",
    "How long requests of pages and of the API took, by the rule of their address.",
    ("method", "route", "status"),
    buckets=_CALL_SECONDS,
    registry=_DONE,
)
APPENDS = Histogram(
    "caretrail_append_batch_events",
    "How many events were stored by one statement.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=_DONE,
)

_OF_CONTEXT = ("context",)
_OF_FOLLOWER = ("context", "follower", "kind")


def exposed(standings: Iterable[Oversight]) -> bytes:
    """Everything in Prometheus's text format: what was counted here, and how these contexts stand."""
    standing = CollectorRegistry()
    standing.register(_Standings(list(standings)))
    return generate_latest(_DONE) + generate_latest(standing)


class _Standings(Collector):
    """How contexts stand, as gauges."""

    def __init__(self, standings: Sequence[Oversight]) -> None:
        self._standings = standings

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges."""
        yield from self._of_relays()
        yield from self._of_queues()
        yield from self._of_followers()
        alarms = _gauge("alarms", "Things that a person has to look after.", (*_OF_CONTEXT, "alarm"))
        for one in self._standings:
            for code in sorted({alarm.code for alarm in one.alarms}):
                alarms.add_metric((one.context, code), sum(alarm.code == code for alarm in one.alarms))
        yield alarms

    def _of_relays(self) -> Iterator[GaugeMetricFamily]:
        at_work = _gauge("relay_at_work", "Whether a relay works.", _OF_CONTEXT)
        head = _gauge("relay_head", "The last position of the log.", _OF_CONTEXT)
        published = _gauge("relay_published", "The last position that the broker has confirmed.", _OF_CONTEXT)
        waiting = _gauge("relay_waiting_events", "Events that are not published yet.", _OF_CONTEXT)
        behind = _gauge("relay_behind_seconds", "For how long no relay has been at the end of the log.", _OF_CONTEXT)
        horizon = _gauge("horizon_age_seconds", "Age of the oldest transaction that writes on the server.", _OF_CONTEXT)
        signed = _gauge("checkpoint_age_seconds", "How long ago the log was signed last.", _OF_CONTEXT)
        unsigned = _gauge("checkpoint_unsigned_seconds", "For how long events have waited to be signed.", _OF_CONTEXT)
        for one in self._standings:
            relay, labels = one.relay, (one.context,)
            at_work.add_metric(labels, relay.at_work)
            head.add_metric(labels, relay.head)
            published.add_metric(labels, relay.published)
            waiting.add_metric(labels, relay.waiting)
            behind.add_metric(labels, relay.behind_seconds)
            horizon.add_metric(labels, relay.horizon_seconds)
            unsigned.add_metric(labels, relay.unsigned_seconds)
            if relay.signed_at is not None:
                signed.add_metric(labels, (one.at - relay.signed_at).total_seconds())
        yield from (at_work, head, published, waiting, behind, horizon, signed, unsigned)

    def _of_queues(self) -> Iterator[GaugeMetricFamily]:
        messages = _gauge("queue_messages", "Messages that wait in a queue.", (*_OF_CONTEXT, "queue"))
        consumers = _gauge("queue_consumers", "Who takes messages from a queue.", (*_OF_CONTEXT, "queue"))
        for one in self._standings:
            for queue in one.queues or ():
                if queue.messages is not None:
                    messages.add_metric((one.context, queue.name), queue.messages)
                if queue.consumers is not None:
                    consumers.add_metric((one.context, queue.name), queue.consumers)
        yield from (messages, consumers)

    def _of_followers(self) -> Iterator[GaugeMetricFamily]:
        events = _gauge("follower_behind_events", "Events that a read model or process has not taken.", _OF_FOLLOWER)
        seconds = _gauge("follower_behind_seconds", "For how long the first of them has waited.", _OF_FOLLOWER)
        parked = _gauge("follower_parked_events", "Events that could not be taken.", _OF_FOLLOWER)
        current = _gauge("follower_current", "Whether its rows are of this release.", _OF_FOLLOWER)
        rebuild = _gauge("rebuild_progress_ratio", "How much of a rebuild's stage is done.", (*_OF_FOLLOWER, "stage"))
        for one in self._standings:
            for follower in one.followers:
                labels = (one.context, follower.name, follower.kind)
                events.add_metric(labels, follower.behind)
                seconds.add_metric(labels, follower.behind_seconds)
                parked.add_metric(labels, follower.parked)
                current.add_metric(labels, follower.current)
                _add_rebuild(rebuild, labels, follower)
        yield from (events, seconds, parked, current, rebuild)


def _add_rebuild(gauge: GaugeMetricFamily, labels: tuple[str, ...], follower: FollowerStanding) -> None:
    if follower.rebuild is not None:
        gauge.add_metric((*labels, follower.rebuild.stage), follower.rebuild.percent / 100)


def _gauge(name: str, told: str, labels: Sequence[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"caretrail_{name}", told, labels=labels)

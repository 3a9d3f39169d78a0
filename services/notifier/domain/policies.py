"""The figures of sending that may change: dated, explained, and named in every event decided under them.

All of them are ours: S000 tells what is sent, not how often it is tried, nor how much one recipient may get.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from services.notifier.events import Audience, Channel
from shared.calendar import TAIPEI, taipei_day
from shared.policies import in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Window(StrEnum):
    """Over what a limit counts: whole hours and days of Taiwan's clock, so that its end can be told."""

    HOUR = "hour"
    DAY = "day"

    def containing(self, moment: datetime) -> str:
        """The name of the hour or day that a moment lies in."""
        local = moment.astimezone(TAIPEI)
        return f"{local:%Y-%m-%dT%H}" if self is Window.HOUR else f"{local:%Y-%m-%d}"


@dataclass(frozen=True)
class Limit:
    """At most `most` messages of this channel and audience to one recipient in one window."""

    channel: Channel
    audience: Audience
    per: Window
    most: int

    def scope(self, recipient: str, moment: datetime) -> str:
        """Where the messages of this recipient are counted at that moment."""
        return f"limit/{self.channel}/{self.audience}/{recipient}/{self.per.containing(moment)}"


@dataclass(frozen=True)
class Policy:
    """One dated set of rules, in force from `effective_from` (a Taipei day) until the next set."""

    effective_from: date

    news_within: timedelta
    """How old what a message tells may be when it leaves. An installation that reads years of events, or that was down
    for long, tells nobody of what is long past: such messages are recorded as expired."""

    limits: tuple[Limit, ...]
    """A net below the limits of those who cause messages (IDENTITY §7 for codes): no fault may flood anybody."""

    pauses: tuple[timedelta, ...]
    """How long to wait after each attempt that failed for a reason that may pass; then the message has failed."""

    jitter: float
    """By what part of itself a pause may be longer, so that messages put off together do not return together."""

    resend_pause: timedelta
    """Between two requests of people to send one message again: nobody's impatience fills a mailbox."""

    outcome_within: timedelta
    """After so long without an outcome whoever was sending has ended: longer than any time limit of a carrier."""

    quiet_from: time
    quiet_until: time
    """No SMS leaves in these hours of the night, in Taipei, unless somebody is waiting for it, as for a code."""

    @property
    def version(self) -> str:
        """The name under which events cite this policy."""
        return f"notifier/{self.effective_from.isoformat()}"

    def limits_of(self, channel: Channel, audience: Audience) -> list[Limit]:
        """The limits that a message comes under."""
        return [limit for limit in self.limits if (limit.channel, limit.audience) == (channel, audience)]

    def send_by(self, since: datetime, useful_until: datetime | None) -> datetime:
        """Until when a message may leave that tells of something at that moment."""
        latest = since + self.news_within
        return latest if useful_until is None else min(latest, useful_until)

    def out_of_the_night(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it lies in."""
        local = moment.astimezone(TAIPEI)
        if self.quiet_until <= local.time() < self.quiet_from:
            return moment
        late = local.time() >= self.quiet_from
        morning = local.date() + timedelta(days=1) if late else local.date()
        return datetime.combine(morning, self.quiet_until, TAIPEI).astimezone(UTC)

    def retry_at(self, attempt: int, now: datetime, dice: float) -> datetime | None:
        """When to try again after the `attempt`th failure; None after the last. `dice` is at random, from 0 up to 1."""
        if attempt > len(self.pauses):
            return None
        return now + self.pauses[attempt - 1] * (1 + self.jitter * dice)


_MOST: Mapping[Channel, Mapping[Audience, tuple[tuple[Window, int], ...]]] = {
    Channel.MAIL: {
        Audience.FAMILY: ((Window.DAY, 20),),
        Audience.INSTITUTION: ((Window.DAY, 300),),
        Audience.BUREAU: ((Window.DAY, 500),),
        Audience.ACCOUNT: ((Window.HOUR, 10), (Window.DAY, 30)),
    },
    Channel.SMS: {
        Audience.FAMILY: ((Window.DAY, 10),),
        Audience.ACCOUNT: ((Window.HOUR, 10), (Window.DAY, 20)),
    },
}
"""A family with three preferences gets some ten messages in all, a busy clinic an offer every few minutes; codes have a
limit of 5 an hour and 10 a day of their own, for each of which one more message may be needed."""

POLICIES = (
    Policy(
        effective_from=date(2025, 1, 1),
        news_within=timedelta(days=3),
        limits=tuple(
            Limit(channel, audience, per, most)
            for channel, audiences in _MOST.items()
            for audience, windows in audiences.items()
            for per, most in windows
        ),
        pauses=(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
        + (timedelta(hours=6),) * 4,
        jitter=0.25,
        resend_pause=timedelta(minutes=5),
        outcome_within=timedelta(minutes=5),
        quiet_from=time(21),
        quiet_until=time(8),
    ),
)
"""In order of their dates. Eight pauses are some 27 to 33 hours: a server that is away over a night loses nothing."""


def policy_in_force(on: date, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The set in force on that Taipei day."""
    return in_force(on, policies)


def policy_at(moment: datetime, policies: Sequence[Policy] = POLICIES) -> Policy:
    """The policy in force at a moment."""
    return policy_in_force(taipei_day(moment), policies)

"""Sending what waits: mark, hand over, record. Two dispatchers at once, or one that dies anywhere, send nothing twice.

A message is marked in the log before it leaves, by an append that only one of two can win. Whoever finds it marked and
without an outcome after the time for one knows that it may have left, and does not send it.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notifier.application.carriers import CarrierAway, NotTaken, Parcel, Taken
from services.notifier.domain.message import Handover, Message, NotDue
from services.notifier.domain.statuses import Status
from services.notifier.events import Channel, Doubt, FailureReason, Parameters, Recipient
from services.notifier.messages.letters import letter
from services.notifier.messages.templates import TemplateUnknown
from shared.milestones import unwatched
from shared.principal import process
from shared.store.append import Cause
from shared.store.errors import VersionConflict
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from services.notifier.application.carriers import Answer, Carrier, Line
    from services.notifier.application.notifier import Notifier
    from shared.milestones import Milestone

    Due = Callable[[Channel, datetime], Sequence[UUID]]
    """Messages of a channel that may have to be seen to at a moment, the longest due first."""

_SENDER = process("send_waiting_messages")
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=5)

_log = structlog.get_logger()


class Dispatcher:
    """Sees to the messages that are due; any number of them may work at once, in any number of processes."""

    def __init__(  # noqa: PLR0913 - its parts; the last three are for tests, with defaults
        self,
        notifier: Notifier,
        carriers: Mapping[Channel, Carrier],
        due: Due,
        clock: Callable[[], datetime],
        *,
        told: Callable[[], object] = lambda: None,
        dice: Callable[[], float] = random.random,
        milestone: Milestone = unwatched,
    ) -> None:
        """`told` is called when there is something new in the log."""
        self._notifier = notifier
        self._carriers = carriers
        self._due = due
        self._clock = clock
        self._told = told
        self._dice = dice
        self._milestone = milestone
        self._away: Counter[Channel] = Counter()
        self._paused_until: dict[Channel, datetime] = {}
        self._without_words: set[UUID] = set()

    def step(self) -> int:
        """See to what is due now, on every channel; answers with how many messages it has done something about."""
        return sum(self._see_to(channel) for channel in self._carriers)

    def _see_to(self, channel: Channel) -> int:
        now = self._clock()
        if now < self._paused_until.get(channel, now):
            return 0
        done, ready = 0, []
        for message_id in self._due(channel, now):
            if message_id in self._without_words:
                continue
            message = self._notifier.load(Message, message_id)
            try:
                settled = self._settle(message, now)
            except TemplateUnknown as fault:
                # A newer release has made it: that one sends it.
                self._without_words.add(message_id)
                _log.error("message_without_words", message=str(message_id), detail=str(fault))
                continue
            if settled:
                done += 1
            elif message.status == Status.WAITING and message.due_at <= now:
                ready.append(message)
        return done + (self._send_all(channel, ready) if ready else 0)

    def _settle(self, message: Message, now: datetime) -> bool:
        """Record what needs no carrier, if it is that: lost, too late, or for somebody who has been forgotten."""
        if message.is_lost(now):
            message.record_doubt(message.attempt, Doubt.INTERRUPTED, self._retry_at(message, now), now)
        elif message.status == Status.WAITING and now > message.send_by:
            message.expire(now)
        elif message.status == Status.WAITING and self._opened(message) is None:
            message.suppress_forgotten(now)
        else:
            return False
        return self._append(message, now)

    def _send_all(self, channel: Channel, messages: Sequence[Message]) -> int:
        """Send one after the other over one line, as long as it holds."""
        carrier = self._carriers[channel]
        sent = 0
        try:
            with carrier.open() as line:
                for message in messages:
                    answer = self._send(carrier, line, message)
                    sent += answer is not None
                    if answer is not None and _breaks_the_line(answer):
                        break
        except CarrierAway as fault:
            self._pause(channel, fault)
        else:
            self._away[channel] = 0
        return sent

    def _send(self, carrier: Carrier, line: Line, message: Message) -> Answer | None:
        """Mark the message, hand it over and record what came of it; None where somebody else has seen to it."""
        parcel = self._opened(message)
        if parcel is None:
            return None
        now = self._clock()
        policy = self._notifier.desk.policy(now)
        self._milestone("before-marking")
        try:
            message.begin_sending(Handover(carrier.name, carrier.repeatable, now + policy.outcome_within), now)
        except NotDue:
            return None
        if not self._append(message, now):
            return None
        self._milestone("after-marking")
        answer = line.hand_over(parcel)
        self._milestone("after-sending")
        self._record(message, answer)
        self._milestone("after-recording")
        return answer

    def _record(self, message: Message, answer: Answer) -> None:
        """Record the outcome; where it was taken for lost meanwhile, what is known now is added."""
        attempt, now = message.attempt, self._clock()
        self._apply(message, attempt, answer, now)
        self._milestone("before-recording")
        if self._append(message, now):
            return
        message = self._notifier.load(Message, message.id)
        try:
            self._apply(message, attempt, answer, now)
        except NotDue:
            _log.warning("outcome_came_late", message=str(message.id), attempt=attempt, outcome=type(answer).__name__)
        else:
            self._append(message, now)

    def _apply(self, message: Message, attempt: int, answer: Answer, now: datetime) -> None:
        if isinstance(answer, Taken):
            message.record_sent(attempt, answer.provider_id, now)
        elif isinstance(answer, NotTaken):
            retry_at = self._retry_at(message, now)
            message.record_failure(attempt, answer.reason, answer.answer, retry_at, now)
        else:
            message.record_doubt(attempt, answer.doubt, self._retry_at(message, now), now)

    def _retry_at(self, message: Message, now: datetime) -> datetime | None:
        return self._notifier.desk.policy(now).retry_at(message.tries, now, self._dice())

    def _opened(self, message: Message) -> Parcel | None:
        """The message as its recipient will read it; None where that person has been forgotten."""
        draft = message.draft
        if draft.recipient is None or draft.parameters is None:
            return None
        recipient = self._notifier.vault.open(draft.recipient, Recipient)
        parameters = self._notifier.vault.open(draft.parameters, Parameters)
        if recipient is None or parameters is None:
            return None
        words = letter(
            draft.template, draft.template_version, Language(draft.language), draft.channel, parameters.values
        )
        return Parcel(message.key, draft.recipient.subject, recipient.address, words)

    def _append(self, message: Message, now: datetime) -> bool:
        """Store what was decided; False where somebody else was faster."""
        cause = Cause(
            principal=_SENDER,
            correlation_id=str(message.id),
            policy_version=self._notifier.desk.policy(now).version,
        )
        try:
            self._notifier.append(message, cause=cause)
        except VersionConflict:
            return False
        self._told()
        return True

    def _pause(self, channel: Channel, fault: CarrierAway) -> None:
        """Leave the channel alone for a while, longer each time: what waits on it has not been tried."""
        self._away[channel] += 1
        pause = min(_FIRST_PAUSE * 2 ** (self._away[channel] - 1), _LONGEST_PAUSE) * (1 + self._dice() / 4)
        self._paused_until[channel] = self._clock() + pause
        _log.warning("carrier_away", channel=channel.value, cause=str(fault), seconds=pause.total_seconds())


def _breaks_the_line(answer: Answer) -> bool:
    return not isinstance(answer, Taken | NotTaken) or (
        isinstance(answer, NotTaken) and answer.reason == FailureReason.LINE_LOST
    )

"""What a message goes through: given its events, when something happens, then these events, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifier import events
from services.notifier.domain import refusals
from services.notifier.domain.message import Handover, Message, NotDue
from services.notifier.domain.policies import POLICIES
from services.notifier.domain.statuses import Status
from services.notifier.events import Doubt, FailureReason, Finding, Hindrance, Prospect
from tests.controls import messages
from tests.controls.messages import QUEUED_AT as NOW

HANDOVER = Handover("smtp", repeatable=False, outcome_by=NOW + timedelta(minutes=5))
REPEATABLE = Handover("sms", repeatable=True, outcome_by=NOW + timedelta(minutes=5))
LATER = NOW + timedelta(minutes=1)


def given(*facts):
    """The message that these events make."""
    message = None
    for version, fact in enumerate(facts, 1):
        own = getattr(Message, type(fact).__name__)
        message = own(**vars(replace(fact, originator_version=version))).mutate(message)
    message.collect_events()
    return message


def then(message):
    """What has happened since."""
    return [type(fact).__name__ for fact in message.collect_events()]


def queued(**changes):
    return given(messages.message_queued(**changes))


def sending(handover=HANDOVER, **changes):
    message = queued(**changes)
    message.begin_sending(handover, NOW)
    message.collect_events()
    return message


def test_a_message_is_marked_with_its_attempt_and_the_key_that_the_carrier_may_know_again():
    message = queued()

    message.begin_sending(HANDOVER, NOW)

    (fact,) = message.collect_events()
    assert (fact.attempt, fact.key, fact.carrier) == (1, f"{message.id}.0", "smtp")
    assert message.status == Status.SENDING


@pytest.mark.parametrize("moment", [NOW - timedelta(seconds=1), NOW + timedelta(days=3, seconds=1)])
def test_before_and_after_its_time_a_message_is_not_sent(moment):
    with pytest.raises(NotDue):
        queued().begin_sending(HANDOVER, moment)


def test_a_message_that_is_being_sent_is_not_sent_again():
    with pytest.raises(NotDue):
        sending().begin_sending(HANDOVER, LATER)


def test_what_is_told_of_an_earlier_attempt_changes_nothing():
    message = sending()

    with pytest.raises(NotDue):
        message.record_sent(2, "1", LATER)
    assert then(message) == []


def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_not():
    passing, lasting = sending(), sending()

    passing.record_failure(1, FailureReason.CARRIER_BUSY, "451", LATER, NOW)
    lasting.record_failure(1, FailureReason.ADDRESS_UNKNOWN, "550 5.1.1", LATER, NOW)

    assert (then(passing), passing.status, passing.due_at) == (["MessageDeferred"], Status.WAITING, LATER)
    assert (then(lasting), lasting.status) == (["MessageFailed"], Status.FAILED)


@pytest.mark.parametrize("retry_at", [None, NOW + timedelta(days=4)])
def test_a_passing_failure_without_a_later_chance_is_final_and_may_pass_for_whoever_asks_again(retry_at):
    message = sending()

    message.record_failure(1, FailureReason.CARRIER_BUSY, "451", retry_at, NOW)

    (fact,) = message.collect_events()
    assert (type(fact).__name__, fact.prospect) == ("MessageFailed", Prospect.TEMPORARY)


def test_a_doubt_is_settled_by_asking_again_only_where_the_carrier_knows_the_key():
    mail, sms, late = sending(), sending(REPEATABLE), sending(REPEATABLE)

    mail.record_doubt(1, Doubt.ANSWER_LOST, LATER, NOW)
    sms.record_doubt(1, Doubt.ANSWER_LOST, LATER, NOW)
    late.record_doubt(1, Doubt.ANSWER_LOST, None, NOW)

    assert (then(mail), mail.status) == (["MessageUncertain"], Status.UNCERTAIN)
    assert (then(sms), sms.status) == (["MessageDeferred"], Status.WAITING)
    assert then(late) == ["MessageUncertain"]


def test_a_message_is_lost_once_the_time_for_an_outcome_is_over():
    message = sending()

    assert not message.is_lost(HANDOVER.outcome_by)
    assert message.is_lost(HANDOVER.outcome_by + timedelta(seconds=1))


def test_a_message_that_was_given_up_can_still_turn_out_to_have_been_sent():
    message = sending()
    message.record_doubt(1, Doubt.INTERRUPTED, LATER, NOW)

    message.record_sent(1, "1", LATER)

    assert then(message) == ["MessageUncertain", "MessageSent"]


def test_a_delivery_that_is_told_twice_counts_once():
    message = sending()
    message.record_sent(1, "1", NOW)

    message.record_delivered(NOW)
    message.record_delivered(LATER)

    assert then(message) == ["MessageSent", "MessageDelivered"]


def test_a_person_may_have_a_settled_message_sent_again_under_a_new_key_with_all_its_tries():
    message = sending()
    message.record_failure(1, FailureReason.ADDRESS_UNKNOWN, "550 5.1.1", None, NOW)

    message.resend(NOW + timedelta(days=9), LATER)
    message.begin_sending(HANDOVER, LATER)

    assert then(message) == ["MessageFailed", "MessageResent", "MessageSending"]
    assert (message.key, message.attempt, message.tries) == (f"{message.id}.1", 2, 1)


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        (queued(), refusals.MessageOnItsWay),
        (sending(), refusals.MessageOnItsWay),
        (given(messages.message_queued(recipient=None), messages.message_failed()), refusals.NobodyToSendTo),
        (
            given(messages.message_queued(useful_until=NOW), messages.message_expired()),
            refusals.MessageOfNoUse,
        ),
    ],
)
def test_a_message_is_not_sent_again_while_it_is_on_its_way_for_nobody_or_of_no_use(message, refusal):
    with pytest.raises(refusal):
        message.resend(NOW + timedelta(days=3), LATER)


def test_only_what_is_uncertain_is_checked_and_the_finding_settles_it():
    uncertain = given(messages.message_queued(), messages.message_sending(), messages.message_uncertain())

    with pytest.raises(refusals.MessageNotUncertain):
        queued().check(Finding.ARRIVED, NOW)
    uncertain.check(Finding.NOT_ARRIVED, NOW)
    assert uncertain.status == Status.FAILED


def test_a_message_that_is_held_back_tells_the_limit():
    message = queued()

    message.suppress_at(POLICIES[0].limits[0], NOW)

    (fact,) = message.collect_events()
    assert (fact.hindrance, fact.most, fact.per) == (Hindrance.LIMIT_REACHED, 20, "day")


def test_every_event_of_a_message_can_be_taken_by_it():
    facts = {name for name, value in vars(events).items() if hasattr(value, "TOPIC") and name.startswith("Message")}

    assert facts == {cls.__name__ for cls in Message.event_classes()}

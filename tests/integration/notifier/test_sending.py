"""From the queue to the outcome: each message leaves once, and what became of it is told for what it is."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest

from services.notifier.application.carriers import CarrierAway, NotTaken, Taken, Unknown
from services.notifier.domain.statuses import Status
from services.notifier.events import Doubt, FailureReason, Hindrance, Prospect
from tests.controls.family import CASE_NO

pytestmark = pytest.mark.postgres


class Carrier:
    """Answers as it is told to, one answer a message, and keeps what it was given."""

    name = "test"

    def __init__(self, *answers, repeatable=False):
        self.answers = list(answers)
        self.repeatable = repeatable
        self.given = []

    @contextmanager
    def open(self):
        if isinstance(self.answers[0], Exception):
            raise self.answers.pop(0)
        yield self

    def hand_over(self, parcel):
        self.given.append(parcel)
        answer = self.answers.pop(0)
        return answer() if callable(answer) else answer


def test_a_message_is_marked_before_it_leaves_and_its_outcome_is_recorded(room):
    message_id = room.tell_family()

    assert room.send() == 1

    assert room.told(message_id) == ["MessageQueued", "MessageSending", "MessageSent"]
    posted = room.posted(message_id)
    assert posted.address == "lin@example.tw"
    assert posted.subject == f"【幼兒專責醫師制度計畫通知】案件編號{CASE_NO}申請預約幼兒專責醫師照護服務通知"
    assert room.send() == 0


def test_a_busy_carrier_is_asked_again_later_each_time_until_it_has_failed(room):
    message_id = room.tell_family()
    busy = NotTaken(FailureReason.CARRIER_BUSY, "451 4.7.1")
    pauses = []

    for _ in range(20):
        room.send(Carrier(busy))
        message = room.message(message_id)
        if message.status == Status.FAILED:
            break
        pauses.append(message.due_at - room.now)
        room.now = message.due_at

    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=1)
    assert len(pauses) == 8
    failed = room.last(message_id)
    assert (failed.reason, failed.prospect, failed.answer) == (
        FailureReason.CARRIER_BUSY,
        Prospect.TEMPORARY,
        "451 4.7.1",
    )


def test_an_address_that_does_not_exist_is_not_tried_again(room):
    message_id = room.tell_family()

    room.send(Carrier(NotTaken(FailureReason.ADDRESS_UNKNOWN, "550 5.1.1")))

    failed = room.last(message_id)
    assert (failed.reason, failed.prospect) == (FailureReason.ADDRESS_UNKNOWN, Prospect.PERMANENT)
    room.later(days=1)
    assert room.send() == 0


def test_a_silence_after_the_last_word_leaves_the_message_uncertain_and_it_is_never_sent_again(room):
    message_id = room.tell_family()

    room.send(Carrier(Unknown(Doubt.ANSWER_LOST)))

    assert room.told(message_id)[-1] == "MessageUncertain"
    room.later(hours=1)
    assert room.send() == 0
    assert room.posted(message_id) is None


def test_a_carrier_that_knows_the_key_is_asked_again_under_the_same_one(room):
    message_id = room.tell_family()
    provider = Carrier(Unknown(Doubt.ANSWER_LOST), Taken("sms-1"), repeatable=True)

    room.send(provider)
    assert room.last(message_id).reason == FailureReason.NO_ANSWER
    room.later(minutes=1)
    room.send(provider)

    assert room.told(message_id)[-1] == "MessageSent"
    assert [parcel.key for parcel in provider.given] == [f"{message_id}.0"] * 2


def test_a_carrier_that_is_away_leaves_every_message_untried_and_is_left_alone_for_a_while(room):
    message_id = room.tell_family()
    dispatcher = room.dispatcher(Carrier(CarrierAway("mail.example.tw: ConnectionRefusedError"), Taken("1")))

    assert dispatcher.step() == 0
    assert dispatcher.step() == 0
    assert room.told(message_id) == ["MessageQueued"]

    room.later(seconds=5)
    assert dispatcher.step() == 1
    assert room.told(message_id)[-1] == "MessageSent"


def test_a_line_that_broke_is_opened_anew_before_the_next_message(room):
    first, second = sorted((room.tell_family(), room.tell_family()))
    carrier = Carrier(NotTaken(FailureReason.LINE_LOST), Taken("2"))

    room.send(carrier)
    assert (room.message(first).status, room.message(second).status) == (Status.WAITING, Status.WAITING)
    assert room.told(second) == ["MessageQueued"]

    room.send(carrier)
    assert room.told(second)[-1] == "MessageSent"


def test_whoever_marked_it_and_ended_leaves_it_uncertain_after_the_time_for_an_outcome(room):
    message_id = room.tell_family()

    class Died(Exception):
        pass

    def die():
        raise Died

    with pytest.raises(Died):
        room.send(Carrier(die))
    assert room.send() == 0
    assert room.message(message_id).status == Status.SENDING

    room.later(minutes=6)
    assert room.send() == 1
    assert room.last(message_id).doubt == Doubt.INTERRUPTED
    assert room.posted(message_id) is None


def test_an_outcome_that_comes_after_it_was_given_up_is_recorded_all_the_same(room):
    message_id = room.tell_family()

    def after_a_long_time():
        room.later(minutes=6)
        room.send()
        assert room.message(message_id).status == Status.UNCERTAIN
        return Taken("late")

    room.send(Carrier(after_a_long_time))

    assert room.told(message_id)[-2:] == ["MessageUncertain", "MessageSent"]


def test_of_two_dispatchers_one_sends_the_message(room):
    message_id = room.tell_family()
    second = Carrier(Taken("second"))

    def while_the_first_marks(point):
        if point == "before-marking" and not second.given:
            assert room.send(second) == 1

    assert room.send(milestone=while_the_first_marks) == 0

    assert room.told(message_id) == ["MessageQueued", "MessageSending", "MessageSent"]
    assert len(second.given) == 1


def test_a_message_whose_time_has_passed_expires_instead_of_being_sent(room):
    message_id = room.tell_family()
    room.later(days=4)

    room.send()

    assert room.told(message_id) == ["MessageQueued", "MessageExpired"]


def test_nothing_is_sent_to_a_person_who_was_forgotten_while_it_waited(room):
    contact = room.contact(mobile="0987654321")
    message_id = room.tell_family(contact)
    room.vault.forget(contact.subject, "retention ended")

    room.send()

    suppressed = room.last(message_id)
    assert (type(suppressed).__name__, suppressed.hindrance) == ("MessageSuppressed", Hindrance.FORGOTTEN)


def test_an_outbox_that_cannot_be_written_is_a_carrier_that_is_away(room):
    room.outbox.write_text("in the way")
    message_id = room.tell_family()

    assert room.send() == 0
    assert room.told(message_id) == ["MessageQueued"]


def test_what_lies_in_the_outbox_is_private_and_closes_with_its_recipient(room):
    contact = room.contact(mobile="0987000111")
    message_id = room.tell_family(contact)
    room.send()

    (file,) = room.outbox.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert room.outbox.stat().st_mode & 0o777 == 0o700
    assert "lin@example.tw" not in file.read_text()
    room.vault.forget(contact.subject, "retention ended")
    assert room.posted(message_id) is None

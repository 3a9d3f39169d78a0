"""A message is sent again for whoever it concerns, to where they can be reached by now, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier import commands
from services.notifier.application.carriers import Unknown
from services.notifier.commands import Template
from services.notifier.domain import refusals
from services.notifier.events import Channel, Doubt
from tests.controls.family import BANQIAO_CLINIC, CASE_NO
from tests.integration.notifier.conftest import bureau, doctor_at, operator, parent
from tests.integration.notifier.test_queueing import COUNTY, news, offer
from tests.integration.notifier.test_sending import Carrier

pytestmark = pytest.mark.postgres


def test_a_clinic_and_a_bureau_send_their_own_messages_again_and_no_others(room):
    room.addresses.institutions[BANQIAO_CLINIC] = [room.mailbox("doctor@clinic.example.tw")]
    message_id = room.ask(offer(room)).id
    room.send()

    for stranger in (doctor_at("3501180055"), bureau("臺北市")):
        with pytest.raises(refusals.MessageNotYours):
            room.ask(commands.SendAgain(message_id), stranger)
    room.ask(commands.SendAgain(message_id), doctor_at(BANQIAO_CLINIC))
    room.send()
    room.later(minutes=5)
    room.ask(commands.SendAgain(message_id), bureau(COUNTY))
    with pytest.raises(refusals.MessageOnItsWay):
        room.ask(commands.SendAgain(message_id), bureau(COUNTY))
    room.send()
    assert [room.posted(message_id, request) is not None for request in (0, 1, 2)] == [True, True, True]


def test_a_family_has_its_own_messages_sent_again_and_nobody_elses(room):
    own, other = room.contact(), room.contact(mobile="0922333444")
    message_id = room.tell_family(own)
    room.send()

    with pytest.raises(refusals.MessageNotYours):
        room.ask(commands.SendAgain(message_id), parent(other.subject))
    room.ask(commands.SendAgain(message_id), parent(own.subject))
    with pytest.raises(refusals.MessageOnItsWay):
        room.ask(commands.SendAgain(message_id), parent(own.subject))
    room.send()
    with pytest.raises(refusals.ResentJustNow):
        room.ask(commands.SendAgain(message_id), parent(own.subject))
    assert room.posted(message_id, 1).address == room.posted(message_id).address


def test_a_family_has_nothing_sent_to_whom_its_case_answers_to_since(room):
    own = room.contact()
    message_id = room.tell_family(own)
    room.send()
    room.addresses.cases[CASE_NO] = room.contact(mobile="0922333444", email="new@example.tw")

    with pytest.raises(refusals.MessageNotYours):
        room.ask(commands.SendAgain(message_id), parent(own.subject))

    assert room.told(message_id)[-1] == "MessageSent"


def test_nobodys_impatience_sends_the_same_message_again_and_again(room):
    message_id = room.tell_family()
    room.send()
    room.ask(commands.SendAgain(message_id), operator())
    room.send()
    room.later(minutes=4)

    with pytest.raises(refusals.ResentJustNow) as refused:
        room.ask(commands.SendAgain(message_id), operator())

    assert refused.value.params == {"at": room.now + timedelta(minutes=1)}
    room.later(minutes=1)
    room.ask(commands.SendAgain(message_id), operator())
    assert room.told(message_id)[-1] == "MessageResent"


def test_what_perhaps_arrived_is_sent_again_only_by_who_accepts_that_it_comes_twice(room):
    message_id = room.tell_family()
    room.send(Carrier(Unknown(Doubt.ANSWER_LOST)))

    with pytest.raises(refusals.MessagePerhapsArrived):
        room.ask(commands.SendAgain(message_id), operator())

    room.ask(commands.SendAgain(message_id, commands.Twice.ACCEPTED), operator())
    assert room.told(message_id)[-2:] == ["MessageUncertain", "MessageResent"]


def test_a_message_that_is_sent_again_goes_where_the_family_can_be_reached_by_now(room):
    message_id = room.tell_family(room.contact(email="mistyped@example.tw"))
    room.send()
    room.addresses.cases[CASE_NO] = room.contact(mobile="0922333444", email="right@example.tw")

    room.ask(commands.SendAgain(message_id), bureau(COUNTY))
    room.send()

    assert room.told(message_id)[-4:] == ["MessageReaddressed", "MessageResent", "MessageSending", "MessageSent"]
    first, second = room.posted(message_id), room.posted(message_id, 1)
    assert (first.address, second.address) == ("mistyped@example.tw", "right@example.tw")
    assert first.text == second.text


def test_a_family_whose_mail_does_not_arrive_can_be_told_by_sms(room):
    message_id = room.tell_family(room.contact(email="mistyped@example.tw"))
    room.send()
    room.addresses.cases[CASE_NO] = room.contact(email="")

    room.ask(commands.SendAgain(message_id), bureau(COUNTY))
    room.send()

    assert (room.message(message_id).draft.channel, room.posted(message_id, 1).address) == (
        Channel.SMS,
        "0912345678",
    )


def test_what_was_for_the_former_contact_stays_with_that_one(room):
    command = commands.TellFamily(Template.CONTACT_CHANGED, news(room), room.contact(email="former@example.tw"))
    message_id = room.ask(command).id
    room.send()
    room.addresses.cases[CASE_NO] = room.contact(mobile="0922333444", email="new@example.tw")

    room.ask(commands.SendAgain(message_id), operator())
    room.send()

    assert room.posted(message_id, 1).address == "former@example.tw"

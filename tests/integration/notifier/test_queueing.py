"""From what has happened to messages: once, within limits, never too late, and what nobody can get is shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.identity import events as identity
from services.notifier import commands
from services.notifier.commands import News, Template
from services.notifier.domain import refusals
from services.notifier.domain.statuses import Status
from services.notifier.events import Audience, Channel, FailureReason, Finding, Hindrance
from shared.application import Result
from shared.principal import process
from shared.refusals import RoleNotAllowed
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CASE_NO, taipei
from tests.integration.notifier.conftest import bureau, doctor_at, operator

pytestmark = pytest.mark.postgres

COUNTY = "新北市"


def news(room, follows="matching/1/1", **changes):
    return News(follows, room.now, CASE_NO, COUNTY, **changes)


def offer(room, follows="matching/1/2"):
    told = news(
        room,
        follows,
        institution=BANQIAO_CLINIC,
        doctor=BANQIAO_DOCTOR,
        figures={"answer_by": taipei(2, 25, 23).isoformat()},
    )
    return commands.TellInstitution(Template.OFFER_MADE, told, BANQIAO_CLINIC)


def invitation(room, until=None):
    holder = room.holder("officer@bureau.example.tw")
    secret = room.vault.seal(holder.subject, identity.Secret("the-secret"))
    until = until or room.now + timedelta(days=7)
    told = News(f"identity/{uuid4()}/1", room.now, county=COUNTY, figures={"until": until.isoformat()})
    return commands.TellHolder(Template.ACCOUNT_INVITED, told, uuid4(), holder, secret, until)


# Once ----------------------------------------------------------------------------------------------------------------


def test_one_event_tells_one_recipient_once_whoever_asks_and_however_often(room):
    command = commands.TellFamily(Template.APPLICATION_RECEIVED, news(room), room.contact())
    first = room.ask(command, key="one")
    again = room.ask(command, key="one")
    otherwise = room.ask(command, process("rebuilt"), key="another")

    assert first == again
    assert (otherwise.id, otherwise.result) == (first.id, Result.UNCHANGED)
    assert room.told(first.id) == ["MessageQueued"]


def test_of_many_that_ask_at_once_one_queues_the_message(room):
    command = commands.TellFamily(Template.APPLICATION_RECEIVED, news(room), room.contact())

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: room.ask(command, key=f"at once {number}"), range(8)))

    assert len({outcome.id for outcome in outcomes}) == 1
    assert sum(outcome.result == Result.DONE for outcome in outcomes) == 1


def test_the_same_event_may_tell_other_things_and_other_people(room):
    family = room.ask(commands.TellFamily(Template.APPLICATION_RECEIVED, news(room), room.contact()))
    other = room.ask(commands.TellFamily(Template.CASE_WITHDRAWN, news(room), room.contact()))
    third = room.ask(commands.TellFamily(Template.CASE_WITHDRAWN, news(room), room.contact("0987654321")))

    assert len({family.id, other.id, third.id}) == 3


# To whom -------------------------------------------------------------------------------------------------------------


def test_a_family_without_a_mail_address_gets_an_sms(room):
    message_id = room.tell_family(room.contact(email=""))

    room.send()

    assert room.message(message_id).draft.channel == Channel.SMS
    posted = room.posted(message_id)
    assert (posted.address, posted.subject) == ("0912345678", "")
    assert CASE_NO in posted.text


def test_an_sms_of_the_night_waits_for_the_morning_and_a_mail_does_not(room):
    room.now = taipei(2, 18, 23)
    by_sms, by_mail = room.tell_family(room.contact(email="")), room.tell_family()

    room.send()
    assert (room.message(by_sms).status, room.message(by_mail).status) == (Status.WAITING, Status.SENT)
    room.now = taipei(2, 19, 8)
    room.send()
    assert room.message(by_sms).status == Status.SENT


def test_each_account_of_an_institution_is_told_once_by_the_names_of_the_registry(room):
    room.addresses.institutions[BANQIAO_CLINIC] = [
        room.mailbox("doctor@clinic.example.tw"),
        room.mailbox("manager@clinic.example.tw"),
        room.mailbox("doctor@clinic.example.tw"),
    ]

    outcome = room.ask(offer(room))
    room.send()

    found = [room.posted(message_id) for message_id in room.due(Channel.MAIL, room.now)]
    assert sorted(letter.address for letter in found) == ["doctor@clinic.example.tw", "manager@clinic.example.tw"]
    assert all("板橋安康小兒科診所" in letter.text for letter in found)
    assert room.message(outcome.id).draft.institution == BANQIAO_CLINIC


def test_an_institution_that_nobody_can_be_told_for_is_a_failed_message(room):
    outcome = room.ask(offer(room))

    assert room.told(outcome.id) == ["MessageQueued", "MessageFailed"]
    assert room.last(outcome.id).reason == FailureReason.NO_ADDRESS
    assert room.ask(offer(room)).result == Result.UNCHANGED
    with pytest.raises(refusals.NobodyToSendTo):
        room.ask(commands.SendAgain(outcome.id), operator())


def test_a_bureau_is_told_by_its_accounts(room):
    room.addresses.bureaus[COUNTY] = [room.mailbox("officer@bureau.example.tw")]

    outcome = room.ask(commands.TellBureau(Template.BUREAU_UNMATCHED, news(room), COUNTY))

    assert (room.message(outcome.id).draft.audience, room.message(outcome.id).draft.county) == (
        Audience.BUREAU,
        COUNTY,
    )


def test_a_forgotten_person_is_told_nothing_and_that_is_recorded(room):
    contact = room.contact(mobile="0955000111")
    room.vault.forget(contact.subject, "retention ended")

    message_id = room.tell_family(contact)

    assert room.told(message_id) == ["MessageQueued", "MessageSuppressed"]
    assert room.last(message_id).hindrance == Hindrance.FORGOTTEN


def test_a_link_is_built_for_the_site_and_stands_sealed_in_the_event(room):
    outcome = room.ask(invitation(room))
    room.send()

    assert "https://kids.example.tw/activate/the-secret" in room.posted(outcome.id).text
    stored = room.notifier.recorder.connections.fetch("select convert_from(data, 'utf8') from event")
    assert "the-secret" not in str(stored)
    assert "officer@bureau.example.tw" not in str(stored)


def test_only_a_device_that_was_not_used_before_is_news(room):
    holder = room.holder("officer@bureau.example.tw")

    def seen(agent):
        return room.vault.seal(holder.subject, identity.Whereabouts("203.0.113.7", agent))

    def sign_in(agent, *known):
        told = News(f"identity/{uuid4()}/1", room.now, county=COUNTY, figures={"at": room.now.isoformat()})
        return room.ask(commands.TellOfSignIn(told, uuid4(), holder, seen(agent), tuple(map(seen, known))))

    assert sign_in("Firefox").result == Result.UNCHANGED
    assert sign_in("Firefox", "Chrome", "Firefox").result == Result.UNCHANGED
    told = sign_in("Safari", "Chrome", "Firefox")
    assert room.message(told.id).draft.template == Template.NEW_SIGN_IN


# When, and how much --------------------------------------------------------------------------------------------------


def test_the_code_for_a_new_mail_address_goes_there_at_night_too(room):
    room.now = taipei(2, 18, 23)
    subject = room.contact().subject
    code = room.vault.seal(subject, identity.OneTimeCode("482913", "", "new@example.tw"))
    told = News(f"identity/{uuid4()}/1", room.now, figures={"minutes": "5"})

    outcome = room.ask(commands.SendCode(Template.CONTACT_CODE, told, subject, code, room.now + timedelta(minutes=5)))
    room.send()

    letter = room.posted(outcome.id)
    assert (letter.address, "482913" in letter.text) == ("new@example.tw", True)


def nhi_card(room, mobile):
    """A registered NHI card whose holder was proved by this phone, or otherwise."""
    subject = room.contact().subject
    return room.vault.seal(subject, identity.NhiCardHolder("F100000015", "000012345678", date(1980, 5, 17), mobile))


def test_that_an_nhi_card_has_another_password_is_told_to_the_phone_that_was_proved(room):
    told = News(f"identity/{uuid4()}/2", room.now, figures={"at": room.now.isoformat()})
    card = nhi_card(room, "0922333444")

    outcome = room.ask(commands.TellNhiCardHolder(Template.NHI_PASSWORD_CHANGED, told, card))
    room.send()

    sent = room.posted(outcome.id)
    assert (sent.address, "健保卡註冊密碼" in sent.text) == ("0922333444", True)


def test_whoever_registered_an_nhi_card_without_a_phone_is_sent_nothing(room):
    told = News(f"identity/{uuid4()}/2", room.now, figures={"at": room.now.isoformat()})

    outcome = room.ask(commands.TellNhiCardHolder(Template.NHI_PASSWORD_CHANGED, told, nhi_card(room, "")))

    assert outcome.result is Result.UNCHANGED


def test_old_news_is_recorded_as_expired_and_takes_no_place_within_the_limits(room):
    old = [room.tell_family(happened_at=room.now - timedelta(days=days)) for days in (4, 400) for _ in range(15)]

    assert {room.told(message_id)[-1] for message_id in old} == {"MessageExpired"}
    assert room.told(room.tell_family()) == ["MessageQueued"]


def test_a_code_that_is_over_is_not_sent(room):
    subject = room.contact().subject
    code = room.vault.seal(subject, identity.OneTimeCode("482913", "0912345678"))
    until = room.now + timedelta(minutes=5)
    told = News(f"identity/{uuid4()}/1", room.now, figures={"minutes": "5"})
    outcome = room.ask(commands.SendCode(Template.ONE_TIME_CODE, told, subject, code, until))
    room.later(minutes=6)

    room.send()

    assert room.told(outcome.id) == ["MessageQueued", "MessageExpired"]
    with pytest.raises(refusals.MessageOfNoUse):
        room.ask(commands.SendAgain(outcome.id), operator())


def test_the_message_after_the_last_allowed_one_is_held_back_until_the_next_day(room):
    contact = room.contact(mobile="0966000111")
    sent = [room.tell_family(contact) for _ in range(21)]

    held = room.last(sent[-1])
    assert (type(held).__name__, held.hindrance, held.most, held.per) == (
        "MessageSuppressed",
        Hindrance.LIMIT_REACHED,
        20,
        "day",
    )
    assert {tuple(room.told(message_id)) for message_id in sent[:-1]} == {("MessageQueued",)}
    with pytest.raises(refusals.RecipientLimitReached) as refused:
        room.ask(commands.SendAgain(sent[-1]), operator())
    assert refused.value.params == {"most": 20, "per": "day"}
    room.now = taipei(2, 19, 0)
    room.ask(commands.SendAgain(sent[-1]), operator())
    assert room.told(sent[-1])[-1] == "MessageResent"


def test_messages_at_once_do_not_get_past_the_limit(room):
    contact = room.contact(mobile="0966000222")
    for _ in range(19):
        room.tell_family(contact)

    with ThreadPoolExecutor(3) as pool:
        last = list(pool.map(lambda _: room.tell_family(contact), range(3)))

    assert sorted(room.told(message_id)[-1] for message_id in last) == [
        "MessageQueued",
        "MessageSuppressed",
        "MessageSuppressed",
    ]


# What people do ------------------------------------------------------------------------------------------------------


def test_an_operator_says_what_became_of_an_uncertain_message(room):
    message_id = room.tell_family()
    message = room.message(message_id)

    with pytest.raises(RoleNotAllowed):
        room.ask(commands.CheckUncertain(message_id, Finding.ARRIVED), bureau(COUNTY))
    with pytest.raises(refusals.MessageNotUncertain):
        room.ask(commands.CheckUncertain(message_id, Finding.ARRIVED), operator())
    assert message.status == Status.WAITING


def test_a_message_that_does_not_exist_is_refused(room):
    with pytest.raises(refusals.MessageUnknown):
        room.ask(commands.SendAgain(uuid4()), operator())


def test_a_delivery_is_recorded_under_the_key_that_was_sent_last(room):
    message_id = room.tell_family()
    room.send()

    room.ask(commands.RecordDelivery(f"{message_id}.0"))
    assert room.ask(commands.RecordDelivery(f"{message_id}.0")).result == Result.UNCHANGED

    assert room.told(message_id)[-1] == "MessageDelivered"
    for stranger in (f"{message_id}.1", f"{uuid4()}.0", "nonsense"):
        with pytest.raises(refusals.MessageUnknown):
            room.ask(commands.RecordDelivery(stranger))


@pytest.mark.parametrize("caller", [operator(), bureau(COUNTY), doctor_at(BANQIAO_CLINIC)])
def test_only_the_platform_tells_anybody_anything(room, caller):
    with pytest.raises(RoleNotAllowed):
        room.ask(commands.TellFamily(Template.APPLICATION_RECEIVED, news(room), room.contact()), caller)

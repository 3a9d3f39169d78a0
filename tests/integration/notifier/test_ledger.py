"""The ledger: who sees which messages, with what became of them, in words; and the file of whom to call."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from services.identity import events as identity
from services.notifier import commands, events
from services.notifier.adapters.opened_ledger import OpenedLedger
from services.notifier.application.carriers import NotTaken, Unknown
from services.notifier.commands import News, Template
from services.notifier.domain.refusals import MessageUnknown
from services.notifier.domain.statuses import Status
from services.notifier.events import Channel, Doubt, FailureReason
from services.notifier.messages.letters import HIDDEN
from services.notifier.read_models.message_ledger import MessageLedger
from shared.principal import Assurance, Principal, Role
from shared.read_models.freshness import Positions
from shared.read_models.paging import CursorUnknown, PageTooLong
from shared.read_models.reader import Reader
from shared.read_models.tables import Rows
from shared.store.log import Log
from shared.words import Language
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CASE_NO, taipei
from tests.integration.notifier.conftest import bureau, doctor_at, operator
from tests.integration.notifier.test_queueing import COUNTY, invitation, news, offer
from tests.integration.notifier.test_sending import Carrier
from tests.unit.notifier.folding import Folded

pytestmark = pytest.mark.postgres

LONG_AGO = taipei(1, 1, 0)
GONE = NotTaken(FailureReason.ADDRESS_UNKNOWN, "550 5.1.1")


@pytest.fixture
def desk(room, database):
    """The ledger over what the room has done when it is asked, as a projector would have left it."""
    log, positions = Log(database, "notifier"), Positions(database)
    reader = Reader(MessageLedger, database, log, positions)
    rows = Rows(MessageLedger.table)

    def ledger(outbox=None):
        ids = [message_id for channel in Channel for message_id in room.due(channel, room.now)]
        stored = [fact for message_id in ids for fact in room.notifier.events.get(message_id)]
        told = [getattr(events, type(fact).__name__)(**vars(fact)) for fact in stored]
        with database.connect() as connection:
            connection.execute("drop table if exists message_ledger cascade")
            rows.create(connection)
            rows.create_indexes(connection)
            rows.save(connection, Folded(MessageLedger(), *told).rows.values())
        return OpenedLedger(reader, room.vault, Language.ENGLISH, outbox)

    yield ledger
    reader.close()
    positions.close()
    log.close()


def parent(contact):
    return Principal("parent", Role.PARENT, frozenset({Assurance.OTP}), subject=contact.subject)


def test_each_caller_sees_the_messages_that_are_theirs(room, desk):
    contact, other = room.contact(), room.contact("0987654321")
    room.addresses.institutions[BANQIAO_CLINIC] = [room.mailbox("doctor@clinic.example.tw")]
    ours, theirs = room.tell_family(contact), room.tell_family(other)
    clinics = room.ask(offer(room)).id
    ledger = desk()

    def seen_by(caller):
        return {message.id for message in ledger.page(caller, room.now).entries}

    assert seen_by(operator()) == seen_by(bureau(COUNTY)) == {ours, theirs, clinics}
    assert seen_by(doctor_at(BANQIAO_CLINIC)) == {clinics}
    assert seen_by(parent(contact)) == {ours}
    for stranger in (
        bureau("臺北市"),
        doctor_at("3501180055"),
        Principal("nobody", Role.PARENT, frozenset({Assurance.OTP})),
        Principal("insurer", Role.INSURER_OFFICER, frozenset({Assurance.PASSWORD})),
    ):
        assert seen_by(stranger) == set()
        with pytest.raises(MessageUnknown):
            ledger.letter(stranger, ours, room.now)


def test_the_local_outbox_is_shown_whole_with_codes_and_links_newest_first(room, desk):
    told = room.tell_family()
    room.send()
    room.later(minutes=1)
    link = invitation(room)
    invited = room.ask(link).id
    room.send()

    page = desk().outbox_page(room.outbox)

    assert [letter.id for letter in page.entries] == [invited, told]
    newest = page.entries[0]
    secret = room.vault.open(link.secret, identity.Secret).token
    assert (newest.address, newest.subject) == (room.posted(invited).address, room.posted(invited).subject)
    assert secret in newest.text
    assert desk().outbox_page(room.outbox, limit=1).following is not None


def test_a_message_says_what_its_status_means_and_what_to_do(room, desk):
    message_id = room.tell_family()
    room.send(Carrier(GONE))

    (shown,) = desk().page(operator(), room.now, statuses=(Status.FAILED,)).entries

    assert (shown.id, shown.status, shown.reason, shown.answer) == (
        message_id,
        "failed",
        "address_unknown",
        "550 5.1.1",
    )
    assert "not tried again by itself" in shown.means
    assert "Ask for the right one by phone" in shown.advice
    assert (shown.name, shown.phone, shown.address) == ("林大明", "0912345678", "lin@example.tw")
    assert shown.can_be_sent_again


def test_the_list_is_filtered_by_case_and_told_page_by_page(room, desk):
    ids = [room.tell_family(room.contact(f"09120000{number:02}")) for number in range(5)]
    ledger = desk()

    first = ledger.page(operator(), room.now, limit=3)
    second = ledger.page(operator(), room.now, limit=3, cursor=first.following)

    assert {message.id for message in (*first.entries, *second.entries)} == set(ids)
    assert (len(first.entries), len(second.entries), second.following) == (3, 2, None)
    assert len(ledger.page(operator(), room.now, case_no=CASE_NO).entries) == 5
    assert ledger.page(operator(), room.now, case_no="250218P0000000").entries == ()
    with pytest.raises(PageTooLong):
        ledger.page(operator(), room.now, limit=201)
    with pytest.raises(CursorUnknown):
        ledger.page(operator(), room.now, cursor="nonsense")


def test_whom_somebody_should_call_are_those_who_were_not_or_perhaps_not_reached(room, desk):
    failed, uncertain, sent = (room.tell_family(room.contact(f"093300000{number}")) for number in range(3))
    room.tell_family(happened_at=room.now - timedelta(days=30))
    nobody = room.ask(offer(room)).id
    answers = {failed: GONE, uncertain: Unknown(Doubt.ANSWER_LOST)}
    for message_id in room.due(Channel.MAIL, room.now):
        if message_id in answers:
            room.dispatcher(Carrier(answers[message_id]))._send_all(Channel.MAIL, [room.message(message_id)])
    room.send()
    ledger = desk()

    assert {message.id for message in ledger.unreached(operator(), LONG_AGO, room.now).entries} == {
        failed,
        uncertain,
        nobody,
    }
    assert ledger.unreached(operator(), room.now + timedelta(days=1), room.now).entries == ()
    counts = ledger.counts(operator(), LONG_AGO)
    assert {status: number for status, number in counts.items() if number} == {
        Status.SENT: 1,
        Status.FAILED: 2,
        Status.UNCERTAIN: 1,
        Status.EXPIRED: 1,
    }
    assert room.message(sent).status == Status.SENT


def test_the_report_is_a_file_that_spreadsheets_open(room, desk):
    room.tell_family()
    room.send(Carrier(GONE))

    file = desk().report(operator(), LONG_AGO, room.now)

    assert file.startswith(b"\xef\xbb\xbf")
    headings, line = csv.reader(io.StringIO(file.decode("utf-8-sig")))
    told = dict(zip(headings, line, strict=True))
    assert told["time"] == "2025-02-18 16:21"
    assert told["reason and what to do"].startswith("There is no such mailbox")
    assert (told["recipient"], told["phone"], told["case number"]) == ("林大明", "0912345678", CASE_NO)


def test_codes_and_links_are_read_by_nobody_else_unless_they_only_lie_in_the_local_outbox(room, desk):
    message_id = room.ask(invitation(room)).id
    room.send()

    closed = desk().letter(operator(), message_id, room.now)
    local = desk(room.outbox).letter(operator(), message_id, room.now)

    assert HIDDEN in closed.text
    assert "the-secret" not in closed.text
    assert "https://kids.example.tw/activate/the-secret" in local.text


def test_of_a_forgotten_recipient_nothing_is_told(room, desk):
    contact = room.contact(mobile="0977000111")
    message_id = room.tell_family(contact)
    room.send()
    room.vault.forget(contact.subject, "retention ended")

    shown = desk(room.outbox).letter(operator(), message_id, room.now)

    assert (shown.text, shown.message.address, shown.message.name) == (None, None, None)
    assert not shown.message.can_be_sent_again
    assert shown.message.status == "sent"


def test_a_letter_says_what_was_sent(room, desk):
    room.addresses.institutions[BANQIAO_CLINIC] = [room.mailbox("doctor@clinic.example.tw")]
    message_id = room.ask(offer(room)).id

    shown = desk().letter(doctor_at(BANQIAO_CLINIC), message_id, room.now)

    assert f"{BANQIAO_DOCTOR}醫師" in shown.text
    assert CASE_NO in shown.subject


def test_news_of_a_case_is_found_by_its_number(room, desk):
    room.ask(commands.TellFamily(Template.CASE_WITHDRAWN, news(room), room.contact()))
    other = News("matching/9/1", room.now, "250219P0000001", COUNTY)
    room.ask(commands.TellFamily(Template.CASE_WITHDRAWN, other, room.contact()))

    (found,) = desk().page(operator(), room.now, case_no="250219P0000001").entries
    assert found.template == Template.CASE_WITHDRAWN

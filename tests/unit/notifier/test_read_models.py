"""The ledger, what is due, the address book and the names: each a pure fold of what was published."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifier import events
from services.notifier.domain.statuses import Status
from services.notifier.read_models.addresses import Addresses
from services.notifier.read_models.known_institutions import KnownInstitutions
from services.notifier.read_models.known_practitioners import KnownPractitioners
from services.notifier.read_models.message_ledger import MessageLedger
from services.notifier.read_models.outgoing import Outgoing
from tests.controls import accounts, messages, registry
from tests.controls.messages import QUEUED_AT
from tests.unit.notifier.folding import Folded

QUEUED, SENDING = messages.message_queued(), messages.message_sending()


@pytest.mark.parametrize(
    ("later", "status", "reason"),
    [
        ([], Status.WAITING, ""),
        ([SENDING], Status.SENDING, ""),
        ([SENDING, messages.message_sent()], Status.SENT, ""),
        ([SENDING, messages.message_sent(), messages.message_delivered()], Status.DELIVERED, ""),
        ([SENDING, messages.message_deferred()], Status.WAITING, "carrier_busy"),
        ([SENDING, messages.message_failed()], Status.FAILED, "address_unknown"),
        ([SENDING, messages.message_uncertain()], Status.UNCERTAIN, "answer_lost"),
        ([SENDING, messages.message_uncertain(), messages.message_checked()], Status.FAILED, "checked_not_arrived"),
        (
            [SENDING, messages.message_uncertain(), messages.message_checked(finding=events.Finding.ARRIVED)],
            Status.SENT,
            "",
        ),
        ([SENDING, messages.message_failed(), messages.message_resent()], Status.WAITING, ""),
        ([messages.message_suppressed()], Status.SUPPRESSED, "limit_reached"),
        ([messages.message_expired()], Status.EXPIRED, ""),
    ],
    ids=lambda value: "+".join(type(event).__name__ for event in value) if isinstance(value, list) else str(value),
)
def test_the_ledger_shows_where_a_message_stands_and_why(later, status, reason):
    row = Folded(MessageLedger(), QUEUED, *later).row

    assert (row.status, row.reason) == (status, reason)
    assert row.changed_at == (later[-1] if later else QUEUED).timestamp


def test_the_ledger_keeps_whom_a_message_was_for_sealed():
    row = Folded(MessageLedger(), QUEUED).row

    assert (row.recipient, row.parameters, row.subject) == (
        QUEUED.recipient,
        QUEUED.parameters,
        QUEUED.recipient.subject,
    )


def test_a_message_that_is_readdressed_is_shown_for_whom_it_is_now():
    row = Folded(MessageLedger(), QUEUED, messages.message_expired(), messages.message_readdressed()).row

    assert (row.channel, row.recipient) == (events.Channel.SMS, messages.message_readdressed().recipient)


def test_a_limit_is_told_with_its_figures():
    row = Folded(MessageLedger(), QUEUED, messages.message_suppressed()).row

    assert (row.limit_most, row.limit_per) == (20, "day")


def test_a_settled_message_can_be_sent_again_as_long_as_it_is_of_use():
    failed = Folded(MessageLedger(), QUEUED, SENDING, messages.message_failed()).row
    code = Folded(MessageLedger(), messages.message_queued(useful_until=QUEUED_AT), messages.message_expired()).row
    nobody = Folded(MessageLedger(), messages.message_queued(recipient=None), messages.message_failed()).row

    assert failed.can_be_sent_again(QUEUED_AT + timedelta(days=9))
    assert not Folded(MessageLedger(), QUEUED).row.can_be_sent_again(QUEUED_AT)
    assert not code.can_be_sent_again(QUEUED_AT + timedelta(seconds=1))
    assert not nobody.can_be_sent_again(QUEUED_AT)


def test_a_message_is_due_until_it_is_settled_and_again_when_somebody_asks():
    waiting = Folded(Outgoing(), QUEUED)
    assert waiting.row.due_at == QUEUED.send_from
    assert waiting.take(SENDING).row.due_at == SENDING.outcome_by
    assert waiting.take(messages.message_deferred()).row.due_at == messages.message_deferred().retry_at
    assert waiting.take(messages.message_failed()).rows == {}
    assert waiting.take(messages.message_resent()).row.due_at == messages.message_resent().timestamp


@pytest.mark.parametrize(
    "end",
    [
        messages.message_sent(),
        messages.message_failed(),
        messages.message_uncertain(),
        messages.message_suppressed(),
        messages.message_expired(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_nobody_has_to_see_to_a_settled_message(end):
    assert Folded(Outgoing(), QUEUED, SENDING, end).rows == {}


def test_an_account_is_written_to_once_its_mailbox_is_proved_and_while_it_is_not_disabled():
    book = Folded(Addresses(), accounts.account_invited())
    assert not book.row.activated
    assert book.take(accounts.account_activated()).row.activated
    assert book.take(accounts.account_disabled()).row.disabled
    assert not book.take(accounts.account_enabled()).row.disabled
    assert book.take(accounts.account_rights_changed()).row.jurisdiction == accounts.COUNTY


def test_institutions_and_practitioners_are_called_as_the_registry_says_now():
    institution = Folded(KnownInstitutions(), registry.EXAMPLES["identity.InstitutionRegistered.v1"]()).row
    practitioner = Folded(KnownPractitioners(), registry.EXAMPLES["identity.PractitionerRegistered.v1"]()).row

    assert (institution.name, institution.phone) == (registry.PROFILE.name, registry.PROFILE.phone)
    assert institution.address == "220新北市板橋區中山路一段161號"
    assert practitioner.name


@pytest.mark.parametrize("model", [MessageLedger, Outgoing])
def test_every_event_of_a_message_is_folded(model):
    published = [cls for name, cls in vars(events).items() if name.startswith("Message")]

    assert set(published) - set(model.folds) <= {events.MessageChecked, events.MessageReaddressed}

"""The notifier put together: what happens in matching and identity is written to those it is for, within moments."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.identity import events as identity
from services.matching import events as matching
from services.notifier.adapters.local_outbox import posted
from services.notifier.bootstrap import notifier_in, outbox_of
from services.notifier.domain.statuses import Status
from services.notifier.events import Channel
from services.notifier.read_models.message_ledger import LedgerFilters, MessageLedger, messages
from shared.context import Context, foundation
from shared.installation import installation
from shared.principal import Role, process
from shared.read_models.compare import compare
from shared.read_models.rebuild import rebuild_if_needed
from shared.store.append import Append, Attribution, Cause, EventRow
from shared.store.application import StoredApplication
from shared.vault.blind_index import Identifier
from tests.controls import events as examples
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, CASE_NO, taipei
from tests.controls.logbook import eventually
from tests.integration.notifier.conftest import operator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.notifier.application import Notifier
    from shared.events import Event
    from shared.installation import Installation
    from shared.settings import Settings

pytestmark = pytest.mark.postgres

NOW = taipei(2, 18, 16, 21)
SENT = LedgerFilters(statuses=(Status.SENT,))


class House:
    """One installation: events are written into the logs of matching and identity, and the notifier follows."""

    def __init__(self, place: Installation, notifier: Context[Notifier], logs: dict[str, StoredApplication]) -> None:
        self.place = place
        self.notifier = notifier
        self._logs = logs
        self.reader = notifier.reader(MessageLedger)

    def write(self, context: str, *events: Event) -> None:
        log = self._logs[context]
        attribution = Attribution(Cause(process("test"), "the request"))
        rows = [
            EventRow(
                event.originator_id,
                event.originator_version,
                *log.mapper.encode(event),
                attribution.meta("", event.timestamp),
            )
            for event in events
        ]
        log.recorder.append(Append(rows))

    def sealed(self, kind: str, identifier: str, value):
        subject = self.place.vault.subject_for([Identifier(kind, identifier)])
        return self.place.vault.seal(subject, value)

    def ledger(self, **filters):
        return messages(self.reader, operator(), **filters).entries

    def posted(self, entry):
        return posted(outbox_of(self.place.settings), entry.key, self.place.vault)


@contextmanager
def house(settings: Settings, clock=lambda: NOW) -> Iterator[House]:
    """The house with everybody at work in it."""
    with ExitStack() as closing:
        place = closing.enter_context(installation(settings))
        others = []
        logs = {}
        for name in ("matching", "identity"):
            base = closing.enter_context(foundation(place, name))
            logs[name] = StoredApplication(base.database)
            closing.callback(logs[name].close)
            others.append(Context(**vars(base), application=logs[name], model_types=(), process_types=()))
        notifier = closing.enter_context(notifier_in(place, clock))
        for model in notifier.models.values():
            rebuild_if_needed(model, notifier.database, notifier.logs[model.context])
        for context in (*others, notifier):
            closing.enter_context(context.workers())
        built = House(place, notifier, logs)
        closing.callback(built.reader.close)
        yield built


def account(house: House, email: str, rights: identity.Rights, *, active: bool = True) -> list[Event]:
    account_id = uuid4()
    holder = house.sealed("email", email, identity.AccountHolder("陳怡君", email))
    invited = identity.AccountInvited(
        originator_id=account_id,
        originator_version=1,
        timestamp=NOW - timedelta(days=30),
        originator_topic="identity.Account",
        subject=holder.subject,
        holder=holder,
        rights=rights,
        county=rights.jurisdiction,
        invitation=house.sealed("email", email, identity.Secret("the-secret-of-the-link")),
        expires_at=NOW - timedelta(days=23) if active else NOW + timedelta(days=7),
        remind_at=NOW - timedelta(days=25),
    )
    if not active:
        return [replace(invited, timestamp=NOW)]
    activated = identity.AccountActivated(
        originator_id=account_id, originator_version=2, timestamp=NOW - timedelta(days=29), password=uuid4()
    )
    return [invited, activated]


def case(house: House, email: str = "lin@example.tw") -> list[Event]:
    contact = house.sealed(
        "mobile", "0912345678", matching.Contact(matching.Relation.FATHER, "林大明", "0912345678", email)
    )
    submitted = examples.case_submitted(timestamp=NOW, contact=contact, contact_subject=contact.subject)
    return [submitted, examples.preference_offered(timestamp=NOW)]


def test_a_case_is_told_to_its_family_and_to_the_clinic_that_was_asked(settings):
    with house(settings) as built:
        doctor = identity.Rights(Role.DOCTOR, BANQIAO_CLINIC, (BANQIAO_DOCTOR,))
        other = identity.Rights(Role.DOCTOR, "3501180055", ("DR-005678",))
        built.write("identity", *account(built, "dr.chen@clinic.example.tw", doctor))
        built.write("identity", *account(built, "dr.else@clinic.example.tw", other))
        built.write("matching", *case(built))

        eventually(lambda: len(built.ledger(filters=SENT)) == 2)
        told = {entry.template: built.posted(entry) for entry in built.ledger(filters=SENT)}
        assert {name: letter.address for name, letter in told.items()} == {
            "application-received": "lin@example.tw",
            "offer-made": "dr.chen@clinic.example.tw",
        }
        assert CASE_NO in told["offer-made"].text
        for model in built.notifier.models.values():
            log = built.notifier.logs[model.context]
            eventually(lambda model=model, log=log: compare(model, built.notifier.database, log).is_none)


def test_an_invitation_goes_to_the_mailbox_with_the_link_and_old_ones_go_to_nobody(settings):
    with house(settings) as built:
        rights = identity.Rights(Role.BUREAU_OFFICER, jurisdiction="新北市")
        built.write("identity", *account(built, "old@bureau.example.tw", rights))
        built.write("identity", *account(built, "new@bureau.example.tw", rights, active=False))

        eventually(lambda: sorted(entry.status for entry in built.ledger()) == [Status.EXPIRED, Status.SENT])
        (sent,) = built.ledger(filters=SENT)
        letter = built.posted(sent)
        assert letter.address == "new@bureau.example.tw"
        assert "https://kids.example.tw/activate/the-secret-of-the-link" in letter.text


def test_a_code_is_sent_to_the_phone_at_any_hour(settings):
    night = taipei(2, 18, 23, 30)
    with house(settings, lambda: night) as built:
        code = built.sealed("mobile", "0912345678", identity.OneTimeCode("482913", "0912345678"))
        built.write(
            "identity",
            identity.CodeIssued(
                originator_id=uuid4(),
                originator_version=1,
                timestamp=night,
                originator_topic="identity.Attempt",
                subject=code.subject,
                purpose=identity.CodePurpose.LOG_IN,
                code=code,
                where=built.sealed("mobile", "0912345678", identity.Whereabouts("192.0.2.7", "Firefox")),
                expires_at=night + timedelta(minutes=5),
            ),
        )

        eventually(lambda: len(built.ledger(filters=SENT)) == 1)
        (sent,) = built.ledger()
        letter = built.posted(sent)
        assert (sent.channel, letter.address) == (Channel.SMS, "0912345678")
        assert letter.text.endswith("@kids.example.tw #482913")

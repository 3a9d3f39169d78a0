"""The notifier over a store and a vault of its own, with an outbox in a temporary directory."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.identity import events as identity
from services.matching import events as matching
from services.notifier.adapters.local_outbox import LocalOutbox, posted
from services.notifier.application import Notifier
from services.notifier.application.dispatch import Dispatcher
from services.notifier.commands import News, TellFamily, Template
from services.notifier.domain.addresses import Mailbox, Place
from services.notifier.domain.message import Message
from services.notifier.events import Channel
from shared.events import event_name
from shared.principal import Assurance, Principal, Role, process
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from shared.words import Language
from tests.controls.family import BANQIAO_CLINIC, CASE_NO, taipei

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.notifier.adapters.local_outbox import Posted
    from services.notifier.application.carriers import Carrier
    from shared.application import Outcome
    from shared.postgres import Database
    from shared.sealing import Sealed, SubjectId
    from shared.settings import Settings
    from shared.vault.vault import Vault
    from tests.servers import PostgresServer

NOW = taipei(2, 18, 16, 21)
SITE = "https://kids.example.tw"


class MadeUpAddresses:
    """The accounts of a made-up clinic and bureau; a test enters them."""

    def __init__(self) -> None:
        self.cases: dict[str, Sealed[matching.Contact]] = {}
        self.institutions: dict[str, list[Mailbox]] = {}
        self.bureaus: dict[str, list[Mailbox]] = {}

    def of_case(self, case_no: str) -> Sealed[matching.Contact] | None:
        return self.cases.get(case_no)

    def of_institution(self, institution: str, doctor: str) -> list[Mailbox]:  # noqa: ARG002 - all act for every doctor
        return self.institutions.get(institution, [])

    def of_bureau(self, county: str) -> list[Mailbox]:
        return self.bureaus.get(county, [])


class MadeUpNames:
    """One clinic that has a name; everybody else is called by the number."""

    def institution(self, code: str) -> Place:
        known = Place("板橋安康小兒科診所", "220新北市板橋區中山路一段161號", "02-29603456")
        return known if code == BANQIAO_CLINIC else Place(code)

    def doctor(self, number: str) -> str:
        return f"{number}醫師"


class PostRoom:
    """Queues and sends as the platform would, at the time `now`."""

    def __init__(self, notifier: Notifier, vault: Vault, outbox: Path) -> None:
        self.notifier = notifier
        self.vault = vault
        self.outbox = outbox
        self.addresses = notifier.desk.addresses
        self.now = NOW
        self._keys = count()

    # Who there is -----------------------------------------------------------------------------------------------

    def contact(self, mobile: str = "0912345678", email: str = "lin@example.tw") -> Sealed[matching.Contact]:
        subject = self.vault.subject_for([Identifier("mobile", mobile)])
        return self.vault.seal(subject, matching.Contact(matching.Relation.FATHER, "林大明", mobile, email))

    def holder(self, email: str) -> Sealed[identity.AccountHolder]:
        subject = self.vault.subject_for([Identifier("email", email)])
        return self.vault.seal(subject, identity.AccountHolder("陳怡君", email))

    def mailbox(self, email: str) -> Mailbox:
        return Mailbox(uuid4(), self.holder(email))

    # What is asked ----------------------------------------------------------------------------------------------

    def ask(self, command: object, caller: Principal | None = None, key: str = "") -> Outcome:
        caller = caller or process("tell_family_of_its_case")
        return self.notifier.handle(command, caller, key or f"test/{next(self._keys)}", self.now)

    def tell_family(self, contact: Sealed[matching.Contact] | None = None, happened_at=None, follows: str = "") -> UUID:
        news = News(follows or f"matching/{uuid4()}/1", happened_at or self.now, CASE_NO, "新北市")
        command = TellFamily(Template.APPLICATION_RECEIVED, news, contact or self.contact())
        return self.ask(command).id

    # What is sent -----------------------------------------------------------------------------------------------

    def dispatcher(self, carrier: Carrier | None = None, **options) -> Dispatcher:
        carrier = carrier or LocalOutbox(self.outbox, self.vault)
        carriers = dict.fromkeys(Channel, carrier)
        return Dispatcher(self.notifier, carriers, self.due, lambda: self.now, dice=lambda: 0.0, **options)

    def due(self, channel: Channel, now) -> list[UUID]:  # noqa: ARG002 - the dispatcher asks the messages themselves
        ids = "select distinct originator_id from event where type = 'notifier.MessageQueued.v1' order by 1"
        found = [message_id for (message_id,) in self.notifier.recorder.connections.fetch(ids)]
        return [message_id for message_id in found if self.message(message_id).draft.channel == channel]

    def send(self, carrier: Carrier | None = None, **options) -> int:
        return self.dispatcher(carrier, **options).step()

    def later(self, **times: float) -> None:
        self.now += timedelta(**times)

    # What has come of it ----------------------------------------------------------------------------------------

    def message(self, message_id: UUID) -> Message:
        return self.notifier.load(Message, message_id)

    def told(self, message_id: UUID) -> list[str]:
        """The names of a message's events, in order."""
        return [event_name(fact.TOPIC) for fact in self.notifier.events.get(message_id)]  # type: ignore[attr-defined]

    def last(self, message_id: UUID):
        return list(self.notifier.events.get(message_id))[-1]

    def posted(self, message_id: UUID, request: int = 0) -> Posted | None:
        return posted(self.outbox, f"{message_id}.{request}", self.vault)


def operator() -> Principal:
    return Principal("account/operator", Role.OPERATOR, frozenset({Assurance.PASSWORD}))


def bureau(county: str) -> Principal:
    return Principal("account/bureau", Role.BUREAU_OFFICER, frozenset({Assurance.PASSWORD}), jurisdiction=county)


def parent(subject: SubjectId) -> Principal:
    return Principal(f"phone/{subject}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)


def doctor_at(institution: str) -> Principal:
    return Principal("account/doctor", Role.DOCTOR, frozenset({Assurance.PASSWORD}), institution=institution)


@pytest.fixture(scope="module")
def context_name() -> str:
    return "notifier"


@pytest.fixture
def room(database: Database, vault: Vault, tmp_path: Path) -> Iterator[PostRoom]:
    """A post room with an empty log and an empty outbox."""
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
    options = {"language": Language.CHINESE, "site": SITE}
    with Notifier(database, vault, MadeUpAddresses(), MadeUpNames(), **options) as notifier:
        yield PostRoom(notifier, vault, tmp_path / "outbox")


@pytest.fixture
def settings(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Settings]:
    dsn = postgres_server.new_database()
    vault = postgres_server.new_database()
    # The queues of this process outlive an installation, and another one's messages are from another log.
    KombuChannel.queues.clear()
    contexts = ("MATCHING", "IDENTITY", "NOTIFIER")
    yield load(
        {
            "CARETRAIL_VAR": str(tmp_path),
            **{f"CARETRAIL_DATABASE_{context}": dsn for context in contexts},
            "CARETRAIL_DATABASE_VAULT": vault,
            "CARETRAIL_SITE": "https://kids.example.tw",
        }
    )
    postgres_server.drop_database(dsn)
    postgres_server.drop_database(vault)

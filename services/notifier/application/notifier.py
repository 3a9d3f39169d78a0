"""The notifier: every command of the context goes through `handle`; the dispatcher appends what became of sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from services.notifier import commands
from services.notifier.application import ledger, queueing, reservations
from services.notifier.application.desk import Desk
from services.notifier.domain import access, refusals
from services.notifier.domain.message import Message
from services.notifier.domain.policies import POLICIES
from shared.application import ContextApplication
from shared.store.append import Holdings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from services.notifier.domain.addresses import AddressBook, Directory
    from services.notifier.domain.policies import Policy
    from shared.application.handling import Handler
    from shared.events import Aggregate, Event
    from shared.postgres import Database
    from shared.vault.vault import Vault
    from shared.words import Language

HANDLERS: Mapping[type, Handler] = {
    commands.TellFamily: queueing.tell_family,
    commands.TellInstitution: queueing.tell_institution,
    commands.TellBureau: queueing.tell_bureau,
    commands.TellHolder: queueing.tell_holder,
    commands.TellOfSignIn: queueing.tell_of_sign_in,
    commands.TellNhiCardHolder: queueing.tell_nhi_card_holder,
    commands.SendCode: queueing.send_code,
    commands.RecordDelivery: ledger.record_delivery,
    commands.SendAgain: ledger.send_again,
    commands.CheckUncertain: ledger.check_uncertain,
}


class Notifier(ContextApplication):
    """訊息 of every kind. `site` is the address of the pages, such as https://kids.example.tw."""

    aggregates: ClassVar[tuple[type[Aggregate], ...]] = (Message,)
    handlers = HANDLERS
    who_may = access.WHO_MAY
    person_gone = refusals.RecipientForgotten

    desk: Desk

    def __init__(  # noqa: PLR0913 - what the use cases are made of
        self,
        database: Database,
        vault: Vault,
        addresses: AddressBook,
        directory: Directory,
        *,
        language: Language,
        site: str,
        policies: Sequence[Policy] = POLICIES,
        **options: Any,
    ) -> None:
        super().__init__(database, vault, **options)
        self.desk = Desk(self, vault, addresses, directory, language, site, policies)

    def held_by(self, aggregate: Aggregate, facts: Sequence[Event]) -> Holdings:  # noqa: ARG002 - a message tells enough
        """That of one event each recipient is told once."""
        return Holdings(reservations.held_by(aggregate) if isinstance(aggregate, Message) else [])

    def policy_version(self, now: datetime) -> str:
        """The dated values of the notifier in force at that moment."""
        return self.desk.policy(now).version

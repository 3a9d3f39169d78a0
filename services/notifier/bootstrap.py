"""The composition root of the notifier: settings become carriers, the application, and whoever sends what waits."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from services.notifier.adapters.http_sms import HttpSmsCarrier, SmsProvider
from services.notifier.adapters.local_outbox import LocalOutbox
from services.notifier.adapters.opened_ledger import OpenedLedger
from services.notifier.adapters.people_and_places import KnownAddresses, KnownNames
from services.notifier.adapters.smtp import SmtpCarrier, mail_server
from services.notifier.application import Notifier
from services.notifier.application.dispatch import Dispatcher
from services.notifier.events import Channel
from services.notifier.processes import PROCESSES
from services.notifier.read_models.addresses import Addresses
from services.notifier.read_models.known_institutions import KnownInstitutions
from services.notifier.read_models.known_practitioners import KnownPractitioners
from services.notifier.read_models.message_ledger import MessageLedger
from services.notifier.read_models.outgoing import Outgoing, due
from shared.context import Context, foundation, utc_now
from shared.installation import installation
from shared.read_models.reader import Reader
from shared.trouble import persevere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from services.notifier.application.carriers import Carrier
    from shared.installation import Installation
    from shared.read_models.freshness import Positions
    from shared.read_models.model import ReadModel
    from shared.settings import Settings
    from shared.vault.vault import Vault
    from shared.words import Language

CONTEXT = "notifier"
FOLLOWS = ("matching", "identity")
_SENDER = "send_waiting_messages"
_REST = 1.0
"""Seconds after which waiting messages are looked at again, if nothing new has called for it before."""

_READ_MODELS: tuple[type[ReadModel[Any]], ...] = (
    MessageLedger,
    Outgoing,
    Addresses,
    KnownInstitutions,
    KnownPractitioners,
)


class NotifierContext(Context[Notifier]):
    """The notifier put together."""

    def ledger(self, language: Language | None = None) -> OpenedLedger:
        """What answers about messages, in a language or in that of the installation; to be closed."""
        settings = self.installation.settings
        reader = self.reader(MessageLedger)
        return OpenedLedger(reader, self.vault, language or settings.language, outbox_of(settings))

    @property
    def open_outbox(self) -> Path | None:
        """The local outbox, where whoever opens the pages may read it."""
        return open_outbox_of(self.installation.settings)


def outbox_of(settings: Settings) -> Path:
    """Where the local outbox lies."""
    return settings.var / "outbox"


def open_outbox_of(settings: Settings) -> Path | None:
    """Where the local outbox lies, if nothing is really sent and the pages are for this machine only; else None."""
    sends = settings.smtp is not None or settings.sms is not None
    return outbox_of(settings) if settings.is_for_this_machine and not sends else None


@contextmanager
def notifier_in(place: Installation, clock: Callable[[], datetime] = utc_now) -> Iterator[NotifierContext]:
    """The notifier in an installation, ready; nothing is sent in it before its `workers` are started."""
    settings = place.settings
    with foundation(place, CONTEXT, FOLLOWS) as base:
        following = (base.database, base.logs, base.positions)
        with (
            closing(KnownAddresses(*following)) as addresses,
            closing(KnownNames(*following)) as names,
            closing(Reader(Outgoing, base.database, base.logs[CONTEXT], base.positions)) as outgoing,
        ):
            application = Notifier(
                base.database,
                place.vault,
                addresses,
                names,
                language=settings.language,
                site=settings.site,
                give_way=place.give_way,
            )
            with closing(application):
                carriers = _carriers(settings, place.vault, clock)
                wake = threading.Event()
                dispatcher = Dispatcher(application, carriers, partial(due, outgoing), clock, told=wake.set)
                yield NotifierContext(
                    **vars(base),
                    application=application,
                    model_types=_READ_MODELS,
                    process_types=PROCESSES,
                    clock=clock,
                    errands={_SENDER: partial(_send, dispatcher, base.positions)},
                    wake=wake,
                )


@contextmanager
def notifier(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[NotifierContext]:
    """The notifier alone, as these settings want it."""
    with installation(settings) as place, notifier_in(place, clock) as context:
        yield context


def _carriers(settings: Settings, vault: Vault, clock: Callable[[], datetime]) -> Mapping[Channel, Carrier]:
    """What the settings name, and the local outbox for what they do not."""
    outbox = LocalOutbox(outbox_of(settings), vault)
    mail: Carrier = outbox
    sms: Carrier = outbox
    if settings.smtp is not None:
        mail = SmtpCarrier(mail_server(settings.smtp, settings.mail_sender), clock)
    if settings.sms is not None:
        sms = HttpSmsCarrier(SmsProvider(settings.sms, settings.sms_token))
    return {Channel.MAIL: mail, Channel.SMS: sms}


def _send(dispatcher: Dispatcher, positions: Positions, stop: threading.Event) -> None:
    """Send what is due until `stop` is set; in between wait until something new is due, or a moment has passed."""
    seen, name = -1, Outgoing.table.name

    def moved(position: int) -> bool:
        nonlocal seen
        has_moved, seen = position != seen, position
        return has_moved

    def step() -> None:
        exists = positions.wait_until(name, lambda position: position >= 0, _REST)
        if exists and not dispatcher.step():
            positions.wait_until(name, moved, _REST)

    persevere(_SENDER, stop, step, lambda: None)

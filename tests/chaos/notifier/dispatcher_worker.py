"""A dispatcher that dies, in a process of its own."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.notifier.adapters.smtp import SmtpCarrier, mail_server
from services.notifier.application import Notifier
from services.notifier.application.dispatch import Dispatcher
from services.notifier.events import Channel
from shared.milestones import unwatched
from shared.store import schema as store_schema
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from shared.words import Language
from tests.controls.deaths import die_at

_WAITING = """
select originator_id from event where type = 'notifier.MessageQueued.v1' order by originator_id
"""


class Nobody:
    """No accounts, no names: these messages go to families."""


@contextmanager
def post_office(dsn, vault_dsn, directory):
    """The notifier over these databases, and its vault."""
    keys = MasterKeys({"test": b"1" * 32}, "the test")
    with closing(Vault(vault_schema.install(vault_dsn), keys, Path(directory) / "forgotten.jsonl")) as vault:
        database = store_schema.install(dsn, "notifier")
        words = {"language": Language.CHINESE, "site": "https://kids.example.tw"}
        with closing(Notifier(database, vault, Nobody(), Nobody(), **words)) as notifier:
            yield notifier


def dispatcher(notifier, port, later=timedelta(), milestone=unwatched):
    """Sends all messages there are over this server, at a clock that is `later` ahead."""

    def clock():
        return datetime.now(UTC) + later

    def due(channel, _now):
        found = notifier.recorder.connections.fetch(_WAITING)
        return [message_id for (message_id,) in found] if channel == Channel.MAIL else []

    carrier = SmtpCarrier(mail_server(f"smtp+plain://127.0.0.1:{port}", "docforkids@mohw.gov.tw"), clock)
    return Dispatcher(notifier, {Channel.MAIL: carrier}, due, clock, milestone=milestone)


def dispatch_until_death(dsn, vault_dsn, directory, port, point, nth):
    """Send all messages there are, or die the nth time that the dispatcher comes to this point."""
    with post_office(dsn, vault_dsn, directory) as notifier:
        while dispatcher(notifier, port, milestone=die_at(point, nth)).step():
            pass

"""`caretrail messages` on an installation: what was sent is listed, read, and nothing is shown of the forgotten."""

from __future__ import annotations

import msgspec
import pytest

from operate.command_line import run
from services.matching import events as matching
from services.notifier.bootstrap import notifier
from services.notifier.commands import News, TellFamily, Template
from shared.context import foundation, utc_now
from shared.installation import installation
from shared.principal import process
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from tests.controls.family import CASE_NO
from tests.controls.logbook import eventually

pytestmark = pytest.mark.postgres


@pytest.fixture
def environment(postgres_server, tmp_path):
    dsns = {name: postgres_server.new_database() for name in ("MATCHING", "IDENTITY", "NOTIFIER", "VAULT")}
    # The queues of this process outlive an installation, and another one's messages are from another log.
    KombuChannel.queues.clear()
    yield {
        "CARETRAIL_VAR": str(tmp_path),
        "CARETRAIL_LANGUAGE": "en",
        **{f"CARETRAIL_DATABASE_{name}": dsn for name, dsn in dsns.items()},
    }
    for dsn in dsns.values():
        postgres_server.drop_database(dsn)


def sent(environment):
    """One message to a family, sent into the local outbox; its id, and whose it is."""
    settings = load(environment)
    with installation(settings) as place, foundation(place, "matching"), foundation(place, "identity"):
        pass
    with notifier(settings) as context:
        subject = context.vault.subject_for([Identifier("mobile", "0912345678")])
        contact = matching.Contact(matching.Relation.FATHER, "林大明", "0912345678", "lin@example.tw")
        news = News("matching/1/1", utc_now(), CASE_NO, "新北市")
        command = TellFamily(Template.APPLICATION_RECEIVED, news, context.vault.seal(subject, contact))
        message_id = context.handle(command, process("test"), "one", utc_now()).id
        with context.workers():
            # Queued, marked, sent.
            eventually(lambda: context.positions.wait_until("message_ledger", lambda position: position >= 3, 1))
        return message_id, subject


def test_a_message_is_listed_and_read(environment, capsys):
    message_id, _ = sent(environment)
    capsys.readouterr()

    assert run(["messages", "list", "--json", "--case", CASE_NO], environment) == 0
    listed = msgspec.json.decode(capsys.readouterr().out)
    assert [(one["id"], one["address"], one["status"]) for one in listed["messages"]] == [
        (str(message_id), "lin@example.tw", "sent")
    ]
    assert listed["counts"]["sent"] == 1

    assert run(["messages", "show", str(message_id)], environment) == 0
    shown = capsys.readouterr().out
    assert "taken it over" in shown
    assert f"Case {CASE_NO}: we have received your application" in shown

    assert run(["messages", "report"], environment) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_of_a_forgotten_recipient_the_command_line_shows_nothing(environment, capsys):
    message_id, subject = sent(environment)
    with installation(load(environment)) as place:
        place.vault.forget(subject, "retention ended")

    assert run(["messages", "show", str(message_id)], environment) == 0
    shown = capsys.readouterr().out
    assert "can be read by nobody" in shown
    assert "lin@example.tw" not in shown


@pytest.mark.parametrize("arguments", [["show", "nonsense"], ["show", "3d5e0c1a-0006-4000-8000-000000000001"]])
def test_a_message_that_does_not_exist_is_named(environment, arguments, capsys):
    with installation(load(environment)) as place, foundation(place, "matching"), foundation(place, "identity"):
        pass

    assert run(["messages", *arguments], environment) == 2
    assert capsys.readouterr().err == (
        f"caretrail: There is no message {arguments[1]}: see `caretrail messages list`.\n"
    )

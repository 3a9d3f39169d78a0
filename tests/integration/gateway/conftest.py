"""The gateway at work in an installation of its own, with a clock that a test turns."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from itertools import count

import pytest

from services.gateway.bootstrap import gateway_in
from shared.installation import installation
from shared.postgres import Connections
from shared.principal import Assurance, Principal, Role
from shared.read_models.rebuild import rebuild_if_needed
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from tests.controls.family import taipei

NOW = taipei(2, 18, 10)


class House:
    """The gateway and those who come to it."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.now = NOW
        self.keys = count()
        self.connections = Connections(gateway.database, name="test")

    def parent(self, mobile="0912345678"):
        subject = self.gateway.vault.subject_for([Identifier("mobile", mobile)])
        return Principal(f"phone/{subject}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)

    def officer(self, number=1, role=Role.BUREAU_MANAGER, county="新北市"):
        subject = self.gateway.vault.subject_for([Identifier("email", f"officer{number}@example.tw")])
        proofs = frozenset({Assurance.PASSWORD})
        return Principal(f"account/{number}", role, proofs, subject=subject, jurisdiction=county)

    def operator(self):
        return self.officer(99, Role.OPERATOR, None)

    def ask(self, command, caller):
        return self.gateway.handle(command, caller, f"test/{next(self.keys)}", self.now)

    def later(self, **passed):
        self.now += timedelta(**passed)

    def bytes_of(self, table):
        """The whole table, as whoever reads the database sees it."""
        rows = self.connections.fetch(f"select t::text from {table} t")
        return "\n".join(text for (text,) in rows)


@pytest.fixture(scope="module")
def composed(postgres_server, tmp_path_factory):
    dsn, vault = postgres_server.new_database(), postgres_server.new_database()
    settings = {
        "CARETRAIL_VAR": str(tmp_path_factory.mktemp("var")),
        "CARETRAIL_DATABASE_GATEWAY": dsn,
        "CARETRAIL_DATABASE_VAULT": vault,
    }
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        place = closing.enter_context(installation(load(settings)))
        gateway = closing.enter_context(gateway_in(place, lambda: NOW))
        for model in gateway.models.values():
            rebuild_if_needed(model, gateway.database, gateway.log)
        yield gateway
    postgres_server.drop_database(dsn)
    postgres_server.drop_database(vault)


@pytest.fixture
def house(composed):
    with composed.database.connect(name="test") as connection:
        connection.execute("truncate draft, held_form, saved_filter")
    house = House(composed)
    yield house
    house.connections.close()

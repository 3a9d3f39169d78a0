"""Matching hosted on servers of its own, called over the broker in the process and over RabbitMQ."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from services.matching.commands import PreferenceEntry
from services.matching.demonstration.reference_registry import reference_registry
from tests.controls.applicants import FamilyOf
from tests.integration.rpc.switches import People, Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import PostgresServer

_families = count(1)


@pytest.fixture
def family() -> FamilyOf:
    """A family that has never been met."""
    return FamilyOf(next(_families))


@pytest.fixture(scope="session")
def preference() -> PreferenceEntry:
    """A doctor who takes part, at an institution that does."""
    registry = reference_registry()
    clinic = next(clinic for clinic in registry.institutions.values() if clinic.takes_part)
    return PreferenceEntry(clinic.code, registry.doctors_at(clinic.code)[0].number)


@pytest.fixture(scope="session")
def on_servers(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str | None], dict[str, str]]]:
    """Makes the settings of an installation on fresh databases, given the broker."""
    databases: list[str] = []

    def settings(broker: str | None) -> dict[str, str]:
        identity, matching, vault = (postgres_server.new_database() for _ in range(3))
        databases.extend((identity, matching, vault))
        environment = {
            "CARETRAIL_VAR": str(tmp_path_factory.mktemp("var")),
            "CARETRAIL_DATABASE_IDENTITY": identity,
            "CARETRAIL_DATABASE_MATCHING": matching,
            "CARETRAIL_DATABASE_VAULT": vault,
            "CARETRAIL_LANGUAGE": "en",
        }
        return environment | ({"CARETRAIL_BROKER": broker} if broker else {})

    yield settings
    for database in databases:
        postgres_server.drop_database(database)


@pytest.fixture(scope="session", params=["in process", "RabbitMQ"])
def installation(request, on_servers) -> Iterator[tuple[Switchboard, People]]:
    """Matching at work over one of the transports, and who may call it."""
    broker = None if request.param == "in process" else request.getfixturevalue("rabbitmq").new_vhost()
    environment = on_servers(broker)
    people = People(environment)
    with Switchboard(environment) as board:
        yield board, people
    people.close()


@pytest.fixture
def board(installation) -> Switchboard:
    return installation[0]


@pytest.fixture
def people(installation) -> People:
    return installation[1]

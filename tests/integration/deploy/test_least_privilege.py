"""Each login and each user of the broker can do what its process does, and nothing of what it must not."""

from __future__ import annotations

import json

import amqp
import psycopg
import pytest
from kombu.utils.url import parse_url

from deploy.broker_definitions import definitions
from shared.store import schema
from shared.transport import BrokerLost
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]


def connect(deployment, user):
    """A channel of a user of the broker."""
    parts = parse_url(deployment.secret(f"{user}/broker"))
    connection = amqp.Connection(
        f"{parts['hostname']}:{parts['port']}",
        userid=parts["userid"],
        password=parts["password"],
        virtual_host=parts["virtual_host"],
    )
    connection.connect()
    return connection


def publishes(channel, exchange, key):
    channel.basic_publish_confirm(amqp.Message(b"{}"), exchange, key)


def consumes(channel, queue):
    channel.basic_qos(0, 1, a_global=False)
    channel.basic_consume(queue, callback=print)


BROKER_REFUSES = {
    "a projector publishes no event": (
        "matching-project",
        lambda it: publishes(it, "matching.events", "CaseSubmitted"),
    ),
    "a relay publishes for its own context alone": (
        "matching-relay",
        lambda it: publishes(it, "identity.events", "InstitutionClosed"),
    ),
    "a relay puts nothing into a queue directly": (
        "matching-relay",
        lambda it: publishes(it, "", "identity.project"),
    ),
    "a projector reads no process's queue": ("matching-project", lambda it: consumes(it, "matching.react")),
    "a context reads no other's queue": ("matching-project", lambda it: consumes(it, "identity.project")),
    "a follower cannot be taken off its log": (
        "matching-project",
        lambda it: it.queue_unbind("matching.project", "matching.events", "#"),
    ),
    "a projector removes no queue": ("matching-project", lambda it: it.queue_delete("matching.project")),
    "a service takes no other's requests": (
        "matching-serve",
        lambda it: it.queue_bind("rpc-matching", "nameko-rpc", "identity.*"),
    ),
    "a service reads no other's requests": ("matching-serve", lambda it: consumes(it, "rpc-identity")),
    "a service calls no service": ("matching-serve", lambda it: publishes(it, "nameko-rpc", "identity.health")),
    "a service publishes no event": ("matching-serve", lambda it: publishes(it, "matching.events", "CaseSubmitted")),
    "a caller publishes no event": ("caller", lambda it: publishes(it, "matching.events", "CaseSubmitted")),
    "a caller reads no requests": ("caller", lambda it: consumes(it, "rpc-matching")),
    "a caller reads no events": ("caller", lambda it: consumes(it, "caretrail.log")),
    "an operator publishes no event": ("operator", lambda it: publishes(it, "matching.events", "CaseSubmitted")),
    "nobody makes queues": ("matching-react", lambda it: it.queue_declare("mine")),
}

DATABASE_REFUSES = {
    "a context changes no other's log": (
        "notifier-react",
        "matching",
        "caretrail_matching_reader",
        "delete from matching.event",
    ),
    "a follower reads the log and not what is beside it": (
        "notifier-react",
        "matching",
        "caretrail_matching_reader",
        "select * from matching.answer",
    ),
    "a follower is not the context": ("notifier-react", "matching", None, "set role caretrail_matching"),
    "a context makes no schema": ("matching-serve", "matching", None, "create schema mine"),
    "a context makes no role": ("matching-serve", "matching", None, "create role mine"),
    "a context makes no database": ("matching-serve", "matching", None, "create database mine"),
    "a context is not who installs": ("matching-serve", "matching", None, "set role installer"),
    "a context sees no other's statements": (
        "matching-serve",
        "matching",
        None,
        "set role pg_read_all_stats",
    ),
    "who installs is no superuser": ("installer", "matching", None, "alter system set fsync = off"),
}


@pytest.mark.parametrize("sentence", BROKER_REFUSES)
def test_at_the_broker(deployment, sentence):
    user, attempt = BROKER_REFUSES[sentence]

    with connect(deployment, user) as connection, pytest.raises(amqp.AccessRefused):
        attempt(connection.channel())


@pytest.mark.parametrize("sentence", DATABASE_REFUSES)
def test_at_the_database(deployment, sentence):
    process, database, role, statement = DATABASE_REFUSES[sentence]
    options = f"-c role={role}" if role else ""
    address = deployment.secret(f"{process}/database_{database}")

    with (
        psycopg.connect(address, autocommit=True, options=options) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


@pytest.mark.parametrize(("process", "database"), [("matching-serve", "notifier"), ("identity-serve", "matching")])
def test_a_login_enters_no_database_that_its_context_has_no_business_in(deployment, process, database):
    own = deployment.secret(f"{process}/database_vault")

    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(own.removesuffix("/vault") + f"/{database}")


def test_nobody_gets_in_without_the_password(deployment):
    address = deployment.secret("matching-serve/database_matching")
    login, _, place = address.removeprefix("postgresql://").partition("@")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://{login.partition(':')[0]}:wrong@{place}")


def test_a_follower_may_read_the_log_that_it_follows(deployment):
    database = schema.readable(deployment.secret("notifier-react/database_matching"), "matching")

    with database.connect() as connection:
        assert connection.execute("select epoch from log").fetchall() == [(1,)]


def test_a_relay_may_publish_and_read_the_stream_to_its_end(deployment):
    transport = RabbitTransport(deployment.secret("identity-relay/broker"))
    publisher = transport.publisher("identity")
    publisher.publish("InstitutionClosed", b'{"source":"/elsewhere/1"}')
    publisher.settle()
    publisher.close()

    assert list(transport.stream_tail("identity", None)) == []
    with pytest.raises(BrokerLost, match="ACCESS_REFUSED"):
        list(RabbitTransport(deployment.secret("matching-project/broker")).stream_tail("identity", None))


def test_a_password_is_needed_at_the_broker(deployment):
    address = deployment.secret("operator/broker")
    user = address.removeprefix("amqp://").partition(":")[0]

    with pytest.raises(BrokerLost, match="ACCESS_REFUSED"):
        RabbitTransport(f"amqp://{user}:@{address.partition('@')[2]}").publisher("matching")


def test_the_broker_has_taken_in_everything_that_it_was_given(deployment):
    for kind, names in (("queues", "name"), ("exchanges", "name"), ("policies", "name"), ("permissions", "user")):
        there = {found[names] for found in json.loads(deployment.rabbitmq.manage("GET", kind))}

        assert {wanted[names] for wanted in definitions()[kind]} <= there


@pytest.fixture
def administrators(deployment):
    """A channel of whoever may do everything."""
    password = json.loads(deployment.secret("passwords.json"))["administrator"]
    address = deployment.rabbitmq.address
    with amqp.Connection(address, "administrator", password, virtual_host="caretrail") as connection:
        yield connection.channel()


def test_a_queue_that_only_another_release_reads_goes_once_none_does(deployment, administrators):
    former, still_read, project = "matching.clinic_worklist", "matching.bureau_board", "matching.project"
    channel = administrators
    for queue in (former, still_read):
        channel.queue_declare(queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        channel.queue_bind(queue, "matching.events", "#")
    reader = channel.basic_consume(still_read, callback=print)
    policies = {policy["name"]: policy for policy in definitions()["policies"]}

    def queues():
        return {found["name"]: found.get("policy") for found in json.loads(deployment.rabbitmq.manage("GET", "queues"))}

    eventually(lambda: queues().get(former))
    found = queues()
    assert (found[former], found[still_read], found[project]) == ("former-followers", "former-followers", "followers")
    at_once = policies["former-followers"]["definition"] | {"expires": 1}
    hastened = policies["former-followers"] | {"definition": at_once}
    deployment.rabbitmq.manage("PUT", "policies/caretrail/former-followers", hastened)
    eventually(lambda: former not in queues())
    assert {still_read, project} <= queues().keys()
    channel.basic_cancel(reader)
    channel.queue_delete(still_read)
    deployment.rabbitmq.manage("PUT", "policies/caretrail/former-followers", policies["former-followers"])


def test_there_is_no_guest(deployment):
    users = {user["name"] for user in json.loads(deployment.rabbitmq.manage("GET", "users"))}

    assert users == {user["name"] for user in definitions()["users"]} | {"administrator"}

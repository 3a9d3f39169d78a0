"""What the stream has and a restored store has not comes back at its positions, or the store stays as it is."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.archive.alone import AtWork
from shared.archive.held_again import HeldTwice
from shared.archive.recovering import StreamIncomplete, recover
from shared.relay.fork import BehindStream, LogForked
from shared.relay.verify import verify_log
from shared.transport.rabbitmq import RabbitTransport
from tests.controls.logbook import CONTEXT, PATIENCE, PUBLIC_KEYS, a_relay, relay_all, running
from tests.controls.parcels import cause, posted
from tests.integration.archive.offices import NUMBERS, Office

pytestmark = pytest.mark.postgres


class Stream:
    """A broker that has kept these events."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies = bodies

    def stream_tail(self, context, since):  # noqa: ARG002 - it gives all that it has
        return iter(self._bodies)


@pytest.fixture
def restored(office, postgres_server, tmp_path):
    """The office from a backup, at position 24; the one that it is of goes on."""
    office.export()
    dsn = postgres_server.new_database()
    with Office(dsn, tmp_path / "restored") as restored:
        restored.take_in(office.archive)
        yield restored
    postgres_server.drop_database(dsn)


def recovered(restored, stream):
    return recover(restored.database, CONTEXT, stream, restored.store.holdings)


def rows_like(office, restored, owner) -> None:
    """Have the events of one parcel in the restored store too, without a position, as a backup may."""
    query = "select originator_id, originator_version, type, data, meta from event where originator_id = %s"
    with office.database.connect() as source, restored.database.connect() as target:
        for row in source.execute(query, (owner,)):
            target.execute(
                "insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, %s)",
                row,
            )


def owner_of(office, number: str):
    return office.store.holder_of(NUMBERS, number)


def test_what_the_store_has_not_comes_back_with_what_was_reserved_and_counted(office, restored):
    office.store.append(posted("P0", *["Tainan"] * 520), cause=cause())
    office.post(3)
    assert recovered(restored, Stream(*office.bodies())) == (527, 551, 0)
    assert restored.bodies() == office.bodies()
    assert [row for row in restored.state()["reservation"] if row[1] != "P0"] == office.state()["reservation"]
    assert restored.hand_in() == office.hand_in() == "P16"
    assert verify_log(restored.database, CONTEXT, PUBLIC_KEYS, lambda *_: None).first_bad is None


def test_events_that_the_backup_holds_without_a_position_come_to_theirs(office, restored):
    office.post(3)
    rows_like(office, restored, owner_of(office, "P14"))
    assert recovered(restored, Stream(*office.bodies())).unpublished == 0
    assert restored.bodies() == office.bodies()
    assert restored.state()["event"] == office.state()["event"]


def test_what_was_never_published_comes_behind_what_was(office, restored):
    own = posted("P99", "Tainan", "Kaohsiung")
    restored.store.append(own, cause=cause())
    office.post(2)
    assert recovered(restored, Stream(*office.bodies())) == (4, 28, 1)
    restored.settle()
    assert restored.bodies()[:28] == office.bodies()
    assert [row[:2] for row in restored.state()["event"][28:]] == [(own.id, version) for version in (1, 2, 3)]


def test_nothing_happens_where_the_store_has_everything(office, restored):
    before = restored.state()
    assert recovered(restored, Stream(*office.bodies(), *office.bodies()[-3:])) == (0, 24, 0)
    assert restored.state() == before


def test_what_the_stream_repeats_comes_back_once(office, restored):
    office.post(2)
    bodies = office.bodies()
    recovered(restored, Stream(*bodies[10:26], *bodies[20:28]))
    assert restored.bodies() == bodies


def test_a_log_that_has_gone_on_since_is_refused_with_the_position(office, restored):
    office.post(2)
    restored.post(1)
    before = restored.state()
    with pytest.raises(LogForked, match=f"position 25 of {CONTEXT}"):
        recovered(restored, Stream(*office.bodies()))
    assert restored.state() == before


def test_an_aggregate_that_has_gone_on_since_is_refused_with_the_position(office, restored):
    parcel = owner_of(office, "P5")
    for one, place in ((office, "Tainan"), (restored, "Hualien")):
        changed = one.store.load(type(posted()), parcel)
        changed.pass_on(place)
        one.store.append(changed, cause=cause())
    office.post(2)
    with pytest.raises(LogForked, match="position 25"):
        recovered(restored, Stream(*office.bodies()))


def test_a_number_given_away_since_is_not_taken_back(office, restored):
    office.post(1)
    restored.hand_in()
    before = restored.state()
    with pytest.raises(HeldTwice, match=NUMBERS):
        recovered(restored, Stream(*office.bodies()))
    assert restored.state() == before


def test_an_event_that_was_altered_on_its_way_is_refused_with_the_position(office, restored):
    office.post(1)
    bodies = office.bodies()
    bodies[25] = bodies[25].replace(b"Taipei", b"Tainan")
    with pytest.raises(LogForked, match="position 26"):
        recovered(restored, Stream(*bodies))


def test_a_stream_that_has_dropped_what_lies_between_is_refused(office, restored):
    office.post(2)
    with pytest.raises(StreamIncomplete, match="needs position 25, and the stream goes on with 27"):
        recovered(restored, Stream(*office.bodies()[26:]))


def test_the_stream_of_another_installation_is_refused(office, restored):
    with restored.database.connect() as connection:
        connection.execute("update log set incarnation = %s", (uuid4().hex,))
    with pytest.raises(LogForked, match="of the log"):
        recovered(restored, Stream(*office.bodies()))


def test_nothing_is_brought_back_beside_a_relay_at_work(office, restored):
    with restored.database.connect() as relay:
        relay.execute("select pg_advisory_lock(hashtext('caretrail relay'), hashtext(%s))", (CONTEXT,))
        with pytest.raises(AtWork):
            recovered(restored, Stream(*office.bodies()))


@pytest.mark.rabbitmq
def test_a_relay_that_was_behind_the_stream_publishes_again(office, restored, vhost):
    broker = RabbitTransport(vhost)
    office.hand_in()
    relay_all(office.database, broker)
    with pytest.raises(BehindStream), running(a_relay(restored.database, broker)) as ended:
        assert ended.wait(PATIENCE)
    assert recovered(restored, broker) == (2, 26, 0)
    restored.hand_in()
    relay_all(restored.database, broker)
    assert restored.bodies()[:26] == office.bodies()
    assert len(restored.bodies()) == 28

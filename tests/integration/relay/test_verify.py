"""The live verification finds any change made behind the log's back, and says where. Changes are made as superuser."""

from __future__ import annotations

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.archive.verifier import Finding, Flaw, Misfit, Verification
from shared.cloudevents import Chain
from shared.relay.checkpoints import Signer, key_id_of
from shared.relay.sequencer import marks_of
from shared.relay.verify import verify_log
from shared.transport.inproc import InprocTransport
from tests.controls.logbook import (
    CONTEXT,
    PUBLIC_KEYS,
    a_relay,
    eventually,
    relay_all,
    running,
    write_many,
    write_one_by_one,
)

pytestmark = pytest.mark.postgres

PACE = {"page_size": 20, "checkpoint_every": 60, "checkpoint_idle_seconds": 3600}
AT = "(select id from event order by epoch, xid, id offset {position} - 1 limit 1)"


@pytest.fixture
def log(database, connection):
    """112 events in pages of at most 20, signed at 60 and, when the relay ended, at 112."""
    write_one_by_one(connection, 112)
    relay_all(database, InprocTransport(), pace=PACE)
    return database


@pytest.fixture
def tamper(log):
    def execute(statement: str, *parameters: object, position: int = 0) -> None:
        with psycopg.connect(log.dsn, autocommit=True) as superuser:
            superuser.execute(f"set search_path to {CONTEXT}")
            changed = superuser.execute(statement.replace("AT", AT.format(position=position)), parameters).rowcount
        assert changed > 0

    return execute


def unread(type_name: str, body: bytes) -> None:
    """Look into no event: those of this log are of no published class."""


def verify(log) -> Verification:
    return verify_log(log, CONTEXT, PUBLIC_KEYS, unread)


def found(log) -> Finding:
    verification = verify(log)
    assert not verification.is_whole
    assert verification.first_bad is not None
    assert verification.positions == verification.first_bad.first - 1
    return verification.first_bad


def test_an_untouched_log_is_verified_whole_and_signed_to_its_end(log):
    assert verify(log) == Verification(positions=112, signed=112)
    assert verify(log).is_whole


def test_an_empty_log_is_whole(database):
    assert verify(database) == Verification(positions=0, signed=0)


def test_progress_is_told_along_the_way(database, connection):
    write_many(connection, 12_000)
    relay_all(database, InprocTransport())
    told: list[tuple[int, int]] = []
    verification = verify_log(
        database, CONTEXT, PUBLIC_KEYS, unread, progress=lambda done, total: told.append((done, total))
    )

    assert verification.is_whole
    assert len(told) >= 3
    assert told[-1] == (12_000, 12_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


@pytest.mark.parametrize("column", ["data", "meta"])
@pytest.mark.parametrize("position", [1, 47, 60, 112])
def test_one_flipped_byte_is_found_where_it_is(log, tamper, column, position):
    flip = f"update event set {column} = set_byte({column}, 5, get_byte({column}, 5) # 1) where id = AT"
    tamper(flip, position=position)
    assert found(log) == Finding(position, position, Flaw.EVENT_ALTERED)


def test_a_changed_type_is_found(log, tamper):
    tamper("update event set type = 'parcels.ParcelPosted.v1' where id = AT", position=30)
    assert found(log).first == 30


@pytest.mark.parametrize("position", [1, 20, 21, 50])
def test_a_removed_event_is_found_where_it_was(log, tamper, position):
    tamper("delete from event where id = AT", position=position)
    assert found(log) == Finding(position, position, Flaw.EVENT_REMOVED)


@pytest.mark.parametrize("position", [1, 35, 60])
def test_two_swapped_events_are_found_at_the_first(log, tamper, connection, position):
    pair = connection.execute("select id, xid from event order by epoch, xid, id offset %s limit 2", (position - 1,))
    (first, first_xid), (second, second_xid) = pair.fetchall()
    tamper(
        "update event set xid = case id when %s then %s else %s end::text::xid8 where id in (%s, %s)",
        *(first, second_xid, first_xid, first, second),
    )
    assert found(log).first == position


@pytest.mark.parametrize("position", [2, 30, 41, 112])
def test_an_inserted_event_is_found_where_it_is(log, tamper, position):
    insert = """
    insert into event (originator_id, originator_version, type, data, meta, epoch, xid)
    select gen_random_uuid(), 1, type, data, meta, epoch, xid from event where id = AT
    """
    # The id is new and thus higher, the transaction id that of the event before: it stands right behind that event.
    tamper(insert, position=position - 1)
    assert found(log) == Finding(position, position, Flaw.EVENT_INSERTED)


def test_a_removed_end_is_found_by_what_was_published(log, tamper):
    tamper("delete from checkpoint where position > 100")
    tamper("delete from page where position_to > 100")
    tamper("delete from event where (epoch, xid, id) > all (select epoch, xid, id from page)")
    assert found(log) == Finding(101, 112, Flaw.PUBLISHED_END_MISSING)


def test_a_removed_end_is_found_by_its_checkpoint(log, tamper):
    tamper("delete from page where position_to > 100")
    tamper("delete from event where (epoch, xid, id) > all (select epoch, xid, id from page)")
    tamper("update relay set published = 100")
    assert found(log) == Finding(101, 112, Flaw.SIGNED_END_MISSING)


def rewrite(log, tamper, position: int) -> Chain:
    """Alter one event and recompute every page, as someone who can write everything but cannot sign."""
    tamper("update event set data = set_byte(data, 20, 33) where id = AT", position=position)
    with psycopg.connect(log.dsn, autocommit=True) as superuser:
        superuser.execute(f"set search_path to {CONTEXT}")
        [(incarnation,)] = superuser.execute("select incarnation from log").fetchall()
        chain = Chain(CONTEXT, incarnation)
        rows = superuser.execute("select type, data, meta from event order by epoch, xid, id").fetchall()
        for (end,) in superuser.execute("select position_to from page order by 1").fetchall():
            bodies = chain.extend(rows[chain.position : end])
            superuser.execute(
                "update page set hash = %s, marks = %s where position_to = %s", (chain.hash, marks_of(bodies), end)
            )
    return chain


@pytest.mark.parametrize(("position", "between"), [(10, (1, 60)), (75, (61, 112))])
def test_a_log_rewritten_with_all_its_hashes_is_found_between_two_checkpoints(log, tamper, position, between):
    rewrite(log, tamper, position)
    assert found(log) == Finding(*between, Flaw.REWRITTEN)


def test_a_rewritten_log_with_the_checkpoint_s_hash_adapted_is_found(log, tamper):
    chain = rewrite(log, tamper, 75)
    tamper("update checkpoint set hash = %s where position = 112", chain.hash)
    assert found(log) == Finding(112, 112, Flaw.SIGNATURE_WRONG)


def test_a_checkpoint_signed_again_with_another_key_is_found(log, tamper):
    chain = rewrite(log, tamper, 75)
    with log.connect() as connection:
        [(incarnation,)] = connection.execute("select incarnation from log").fetchall()
    stranger = Ed25519PrivateKey.generate()
    forged = Signer(lambda: stranger, CONTEXT, incarnation).sign(112, chain.hash)
    tamper(
        "update checkpoint set hash = %s, key_id = %s, signature = %s where position = 112",
        forged.hash,
        forged.key_id,
        forged.signature,
    )
    assert found(log) == Finding(112, 112, Flaw.KEY_UNKNOWN, key_id_of(stranger.public_key()))


def test_another_key_under_a_known_key_s_id_is_found(log, tamper):
    chain = rewrite(log, tamper, 75)
    with log.connect() as connection:
        [(incarnation,)] = connection.execute("select incarnation from log").fetchall()
    forged = Signer(Ed25519PrivateKey.generate, CONTEXT, incarnation).sign(112, chain.hash)
    tamper("update checkpoint set hash = %s, signature = %s where position = 112", forged.hash, forged.signature)
    assert found(log) == Finding(112, 112, Flaw.SIGNATURE_WRONG)


def test_an_altered_hash_of_a_page_is_found(log, tamper):
    tamper("update page set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where position_to = 60")
    assert found(log) == Finding(41, 60, Flaw.PAGE_ALTERED)


def test_without_its_marks_a_page_still_tells_that_something_in_it_was_altered(log, tamper):
    tamper("update event set data = set_byte(data, 5, 33) where id = AT", position=47)
    tamper("update page set marks = ''")
    assert found(log).first == 41
    assert found(log).last == 60


def test_an_event_that_is_not_what_its_type_promises_is_found_where_it_is(log):
    def look_into(_: str, body: bytes) -> None:
        if b'"position":"47"' in body:
            raise Misfit(Flaw.SCHEMA_WRONG, "$.place")

    verification = verify_log(log, CONTEXT, PUBLIC_KEYS, look_into)
    assert verification.first_bad == Finding(47, 47, Flaw.SCHEMA_WRONG, "$.place")
    assert verification.is_whole is False


def test_a_log_is_verified_while_its_relay_works(database, connection):
    with running(a_relay(database, InprocTransport(), pace=PACE)) as ended:
        for _ in range(20):
            write_many(connection, 37)
            assert verify(database).is_whole
        eventually(lambda: verify(database).positions == 740)
        assert not ended.is_set()


def test_a_quiet_log_is_signed_to_its_end_after_a_while(database, connection):
    write_many(connection, 7)
    pace = PACE | {"checkpoint_idle_seconds": 0.1}
    with running(a_relay(database, InprocTransport(), pace=pace)):
        eventually(lambda: verify(database) == Verification(positions=7, signed=7))


def test_a_relay_that_stops_leaves_a_log_signed_to_its_end(database, connection):
    write_many(connection, 7)
    relay_all(database, InprocTransport())
    assert verify(database) == Verification(positions=7, signed=7)


def test_keys_may_change_as_long_as_the_old_ones_are_known(database, connection):
    newer = Ed25519PrivateKey.generate()
    write_many(connection, 60)
    relay_all(database, InprocTransport(), pace=PACE)
    write_many(connection, 60)
    with running(a_relay(database, InprocTransport(), pace=PACE, find_key=lambda: newer)):
        eventually(lambda: len(connection.execute("select from checkpoint").fetchall()) == 2)

    both = PUBLIC_KEYS | {key_id_of(newer.public_key()): newer.public_key()}
    assert verify_log(database, CONTEXT, both, unread).signed == 120
    assert verify_log(database, CONTEXT, PUBLIC_KEYS, unread).first_bad.first == 120

"""Other processes see how far a rebuild is, that it ended half-way, and what a worker has failed over last."""

import threading

import pytest

from shared.failures import last_failures
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.read_models.rebuilding import rebuildings
from shared.transport import BrokerLost


def seen(ledger):
    with ledger.database.connect() as connection:
        return rebuildings(connection)


def test_a_rebuild_is_seen_while_it_is_at_work_and_gone_when_it_is_done(ledger, orders, shop):
    ledger.record(shop.placed())
    found = []
    rebuild(orders, ledger.database, ledger.log, lambda stage, *_: found.append((stage, seen(ledger)["orders"])))
    assert found[-1][0] == found[-1][1].stage == "indexing"
    assert all(one.at_work for _, one in found)
    assert seen(ledger) == {}


def test_one_that_ended_half_way_is_told_from_one_at_work(ledger, orders, shop):
    def interrupt(*_):
        raise KeyboardInterrupt

    ledger.record(shop.placed())
    with pytest.raises(KeyboardInterrupt):
        rebuild(orders, ledger.database, ledger.log, interrupt)
    assert not seen(ledger)["orders"].at_work
    rebuild(orders, ledger.database, ledger.log)
    assert seen(ledger) == {}


def test_what_a_projector_waits_out_is_kept_by_kind_and_place(ledger, orders):
    stop = threading.Event()

    def subscribe():
        stop.set()
        raise BrokerLost("amqp://user:password@host")

    Projector(orders, ledger.database, ledger.log, subscribe).run(stop)
    with ledger.database.connect() as connection:
        failure = last_failures(connection)["orders"]
    assert failure.reason.startswith("BrokerLost in subscribe")
    assert "password" not in failure.reason

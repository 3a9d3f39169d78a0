"""Everything is at rest when no event waits for its position and nobody is behind the last one."""

from __future__ import annotations

import pytest

from shared.read_models.projector import Projector
from shared.read_models.status import all_caught_up
from tests.controls.orders import Sales

NAMES = ["orders", "sales"]


@pytest.fixture
def projectors(ledger, queue, orders):
    projectors = [Projector(model, ledger.database, ledger.log, queue.subscribe) for model in (orders, Sales())]
    yield projectors
    for projector in projectors:
        projector.close()


@pytest.fixture
def connection(ledger):
    with ledger.database.connect() as connection:
        yield connection


def test_models_that_were_never_built_have_not_caught_up(connection, projectors):
    assert not all_caught_up(connection, NAMES)
    projectors[0].step(0)
    assert not all_caught_up(connection, NAMES)
    projectors[1].step(0)
    assert all_caught_up(connection, NAMES)


def test_an_event_without_a_position_and_a_model_behind_it_are_waited_for(ledger, connection, projectors, shop):
    for projector in projectors:
        projector.step(0)
    ledger.store(shop.placed())
    assert not all_caught_up(connection, NAMES)
    ledger.settle()
    assert not all_caught_up(connection, NAMES)
    for projector in projectors:
        assert not all_caught_up(connection, NAMES)
        projector.close()
        projector.step(0)
    assert all_caught_up(connection, NAMES)
    ledger.store(shop.placed())
    assert not all_caught_up(connection, NAMES)

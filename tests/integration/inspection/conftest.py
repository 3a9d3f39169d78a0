"""A shop's log in a fresh database, its orders projected, and whoever asks about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.inspection.why import Inspector
from shared.read_models.projector import Projector
from tests.controls.orders import Ledger, OpenDoor, Orders, Queue, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator

META = (
    b',"subject":"S-1","time":"2026-03-02T01:30:00Z","correlationid":"req-1","causationid":"orders/1",'
    b'"actorid":"account/7","actorrole":"doctor","actorinstitution":"3501200000","assurance":"password",'
    b'"policyversion":"orders/2026"'
)


class Audited:
    """A log whose orders are projected; `record` adds events, `asking` opens an inspector of a model."""

    def __init__(self, dsn: str) -> None:
        self.ledger = Ledger(dsn)
        self.door = OpenDoor()
        self.orders = Orders(self.door)
        self.shop = Shop()
        self.connection = self.ledger.database.connect(name="auditor")
        self._queue = Queue()
        self._projector = Projector(self.orders, self.ledger.database, self.ledger.log, self._queue.subscribe)
        self._projector.step(0)

    def record(self, *events, meta=META):
        self._queue.put(self.ledger.record(*events, meta=meta))
        while self._projector.step(0):
            pass

    def asking(self, model=None):
        inspector = Inspector("orders", model or self.orders, self.ledger.log, self.connection)
        inspector.index.catch_up()
        return inspector

    def close(self):
        self._projector.close()
        self.connection.close()
        self.ledger.close()


@pytest.fixture
def audited(database_dsn: str) -> Iterator[Audited]:
    audited = Audited(database_dsn)
    yield audited
    audited.close()

"""Replayed rows take the place of the live ones on two operators' word, and only those rows that both looked at."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.read_models.compare import compare
from shared.read_models.projector import Projector
from shared.read_models.rebuild import rebuild
from shared.read_models.replay import applying
from shared.read_models.replay.applying import (
    AlreadyApplied,
    DifferenceChanged,
    NoSuchProposal,
    SamePerson,
    apply,
    confirm,
    open_to,
    proposals,
    propose,
)
from shared.read_models.replay.differences import Differences
from shared.read_models.replay.folding import OwnCode
from shared.read_models.replay.replaying import live_rows, replay_beside_live, replayed_rows
from shared.read_models.replay.scratch import Origin, Scratch

FIRST, SECOND = uuid4(), uuid4()


class Office:
    """Two operators and a read model that somebody has spoiled."""

    def __init__(self, ledger, model):
        self.ledger = ledger
        self.model = model
        self.scratch = Scratch(ledger.database)
        self.folder = OwnCode(model, ledger.log, frozenset())

    def look(self):
        """A replay, and the digest of what differs."""
        origin = Origin("orders", self.ledger.log.incarnation())
        with replay_beside_live(self.ledger.database, self.scratch, self.folder, origin) as beside:
            live = live_rows(self.ledger.database, self.folder.definition)
            with Differences.between(beside.connection, live, replayed_rows(self.scratch, beside.replay)) as found:
                return beside.replay, found.digest

    def propose(self, needs=2):
        return propose(self.scratch, *self.look(), needs, "ann")

    def confirm(self, proposal, operator):
        found = open_to(self.scratch, proposal.number, operator)
        made, digest = self.look()
        confirm(self.scratch, found, digest, operator)
        ledger = self.ledger
        rejected = self.folder.rejected
        return apply(self.model, ledger.database, ledger.log, self.scratch, made, rejected, found)


@pytest.fixture
def office(ledger, shop, orders):
    ledger.record(shop.placed(FIRST), shop.placed(SECOND), shop.added(FIRST), shop.added(SECOND, number=2))
    rebuild(orders, ledger.database, ledger.log)
    ledger.query("update orders set items = 9 where id = %s returning 1", (FIRST,))
    return Office(ledger, orders)


def items(ledger):
    return dict(ledger.query("select id, items from orders"))


def test_what_one_proposes_takes_place_when_another_agrees(ledger, office, orders):
    proposal = office.propose()
    assert items(ledger)[FIRST] == 9
    done = office.confirm(proposal, "ben")
    assert items(ledger) == {FIRST: 1, SECOND: 2}
    assert (done.proposed_by, done.confirmed_by, done.applied_to) == ("ann", "ben", 4)
    assert proposals(office.scratch) == [done]
    assert compare(orders, ledger.database, ledger.log).is_none


def test_what_has_happened_since_is_in_the_rows_that_take_place(ledger, queue, office, orders, shop):
    proposal = office.propose()
    projector = Projector(orders, ledger.database, ledger.log, queue.subscribe)
    queue.put(ledger.record(shop.added(SECOND), *(shop.placed() for _ in range(3))))
    while queue.waiting:
        projector.step(0)
    assert office.confirm(proposal, "ben").applied_to == 8
    queue.put(ledger.record(shop.added(SECOND)))
    projector.step(0)
    projector.close()
    assert items(ledger)[SECOND] == 4
    assert len(items(ledger)) == 5
    assert compare(orders, ledger.database, ledger.log).is_none


def test_nobody_agrees_with_themselves_unless_one_is_enough(ledger, office):
    with pytest.raises(SamePerson):
        office.confirm(office.propose(), "ann")
    assert items(ledger)[FIRST] == 9
    office.confirm(office.propose(needs=1), "ann")
    assert items(ledger)[FIRST] == 1


def test_what_differs_otherwise_than_when_it_was_proposed_is_not_agreed_to(ledger, office):
    proposal = office.propose()
    ledger.query("update orders set items = 8 where id = %s returning 1", (SECOND,))
    with pytest.raises(DifferenceChanged):
        office.confirm(proposal, "ben")
    assert items(ledger) == {FIRST: 9, SECOND: 8}
    assert [(one.confirmed_by, one.applied_at) for one in proposals(office.scratch)] == [(None, None)]


def test_nothing_takes_place_twice(ledger, office):
    proposal = office.propose()
    office.confirm(proposal, "ben")
    with pytest.raises(AlreadyApplied):
        office.confirm(proposal, "cat")
    with pytest.raises(NoSuchProposal):
        open_to(office.scratch, 99, "ben")
    assert ledger.query("select count(*) from orders") == [(2,)]


def test_rows_of_many_blocks_are_copied_whole(ledger, office, shop, monkeypatch):
    monkeypatch.setattr(applying, "_BLOCKS", 2)
    ledger.record(*(shop.placed() for _ in range(300)))
    office.confirm(office.propose(), "ben")
    assert items(ledger)[FIRST] == 1
    assert len(items(ledger)) == 302

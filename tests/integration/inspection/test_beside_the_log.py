"""What is kept beside the log: what was refused, within bounds, and who has looked at which row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application import Trace
from shared.inspection import refusals as keeping
from shared.inspection.looks import looks_at, note_look
from shared.inspection.refusals import Refusals
from shared.principal import VISITOR, Assurance, Principal, Role
from tests.controls.orders import MORNING

pytestmark = pytest.mark.postgres

DOCTOR = Principal("account/7", Role.DOCTOR, frozenset({Assurance.PASSWORD}))
TRACE = Trace("req-1", "orders/3")


@pytest.fixture
def refusals(audited):
    refusals = Refusals(audited.ledger.database)
    yield refusals
    refusals.close()


def test_a_refused_command_is_found_by_its_request(refusals):
    refusals.note("orders.ship", "order-unknown", DOCTOR, TRACE, MORNING)
    refusals.note("orders.ship", "busy", DOCTOR, Trace("req-2"), MORNING)

    [refused] = refusals.of_request("req-1", 10)
    assert (refused.at, refused.method, refused.code) == (MORNING, "orders.ship", "order-unknown")
    assert (refused.correlation, refused.cause) == ("req-1", "orders/3")
    assert (refused.actor, refused.role) == ("account/7", "doctor")


def test_of_a_flood_only_so_many_a_minute_are_kept_and_strangers_push_out_nobody(refusals):
    for _ in range(keeping.OF_VISITORS + 5):
        refusals.note("orders.ship", "principal-missing", VISITOR, TRACE, MORNING)
    refusals.note("orders.ship", "busy", DOCTOR, TRACE, MORNING)
    refusals.note("orders.ship", "principal-missing", VISITOR, TRACE, MORNING + timedelta(minutes=1))

    kept = [one.code for one in refusals.of_request("req-1", 500)]
    assert kept.count("principal-missing") == keeping.OF_VISITORS + 1
    assert kept.count("busy") == 1


def test_what_is_old_goes_when_more_comes(audited, refusals, monkeypatch):
    monkeypatch.setattr(keeping, "_SWEEP_EVERY", 1)
    refusals.note("orders.ship", "busy", DOCTOR, TRACE, MORNING)
    refusals.note("orders.ship", "gone", DOCTOR, TRACE, MORNING + keeping.KEPT + timedelta(days=1))
    assert audited.ledger.query("select code from refusal") == [("gone",)]

    monkeypatch.setattr(keeping, "AT_MOST", 1)
    refusals.note("orders.ship", "last", DOCTOR, TRACE, MORNING + keeping.KEPT + timedelta(days=1))
    assert audited.ledger.query("select code from refusal") == [("last",)]


def test_who_has_looked_at_a_row_is_kept(audited):
    note_look(audited.connection, DOCTOR, "orders", "7", MORNING)
    note_look(audited.connection, DOCTOR, "orders", "8", MORNING)

    [look] = looks_at(audited.connection, "orders", "7")
    assert (look.at, look.actor, look.role, look.model, look.key) == (MORNING, "account/7", "doctor", "orders", "7")

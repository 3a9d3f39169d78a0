"""報備支援清冊檔 out of a log in PostgreSQL: made again for any day, from events alone, it is what was sent."""

from contextlib import closing
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.support.adapters.register_file import recorded_in, register_file
from services.support.domain.register_file import ControlTotals, Stretch
from tests.controls.orders import Ledger
from tests.controls.support import (
    amend_requested,
    cancel_requested,
    support_amended,
    support_approved,
    support_cancelled,
)

pytestmark = pytest.mark.postgres

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MONDAY, TUESDAY = date(2025, 3, 10), date(2025, 3, 11)


def record(ledger, *events):
    for event in events:
        ledger.record(event, meta=f',"subject":"s","time":"{event.timestamp.isoformat()}"'.encode())


def made(log, day, stretch):
    return register_file(day, stretch, recorded_in(log.read(stretch.after, stretch.until)), KEY)


def test_a_file_of_any_day_is_made_again_from_events_alone_after_the_log_went_on(database_dsn):
    with closing(Ledger(database_dsn, "support")) as ledger:
        record(ledger, support_approved())
        first = Stretch(0, ledger.log.head().position, "")
        sent_on_monday = made(ledger.log, MONDAY, first)
        record(ledger, amend_requested(), support_amended())
        second = Stretch(first.until, ledger.log.head().position, sent_on_monday.digest)
        sent_on_tuesday = made(ledger.log, TUESDAY, second)
        record(ledger, cancel_requested(originator_version=4), support_cancelled(originator_version=5))

        assert made(ledger.log, MONDAY, first) == sent_on_monday
        assert made(ledger.log, TUESDAY, second) == sent_on_tuesday
        assert sent_on_monday.totals == ControlTotals(adds=1, changes=0, cancels=0)
        assert sent_on_tuesday.totals == ControlTotals(adds=0, changes=1, cancels=0)

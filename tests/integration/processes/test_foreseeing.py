"""Before parked events are tried again, an operator sees what would come of it; nothing of that is kept."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from shared.context import utc_now
from shared.parked import CommandForeseen, Fate, foresee
from shared.processes.runner import ProcessRunner
from shared.read_models.parking import Parking
from shared.read_models.rebuild import rebuild
from shared.read_models.standing import ModelReplaced
from shared.refusals import Refusal
from tests.controls.orders import OpenDoor, Orders, ThankAndRemind

ORDER = uuid4()


class NotInTheMood(Refusal):
    """Not today."""


class Considering:
    """Decides as the shop would, and keeps nothing."""

    def __init__(self):
        self.objections = []

    def consider(self, *_):
        if self.objections:
            raise self.objections.pop()


@pytest.fixture
def shopkeeper():
    return Considering()


@pytest.fixture
def context(ledger, shopkeeper):
    return SimpleNamespace(database=ledger.database, logs={"orders": ledger.log}, application=shopkeeper, clock=utc_now)


@pytest.fixture
def parked(ledger, queue, clerk, shop):
    """Three events of one order wait, because the clerk fell over the first that asked for something."""
    runner = ProcessRunner(ThankAndRemind(), ledger.database, ledger.log, queue.subscribe, clerk.handle)
    runner.step(0)
    clerk.troubles.append(ZeroDivisionError())
    queue.put(ledger.record(shop.placed(ORDER), shop.added(ORDER), *(shop.added(ORDER) for _ in range(3))))
    runner.step(0)
    yield Parking(ledger.database)
    runner.close()


def told(context):
    return [(one.position, one.fate, one.commands) for one in foresee(context, ThankAndRemind())]


def test_the_commands_that_would_follow_are_told_in_their_order_and_not_carried_out(ledger, context, parked, clerk):
    before = ledger.query("select * from thank_and_remind"), parked.list(), len(clerk.asked)
    praise = [CommandForeseen("Praise", "")]
    assert told(context) == [(3, Fate.TAKEN, praise), (4, Fate.TAKEN, []), (5, Fate.TAKEN, praise)]
    assert (ledger.query("select * from thank_and_remind"), parked.list(), len(clerk.asked)) == before


@pytest.mark.usefixtures("parked")
def test_a_refusal_is_an_outcome_and_told_by_its_code(context, shopkeeper):
    shopkeeper.objections.append(NotInTheMood())
    assert told(context)[0] == (3, Fate.TAKEN, [CommandForeseen("Praise", "not-in-the-mood")])


@pytest.mark.usefixtures("parked")
def test_what_is_rejected_again_lets_the_others_wait_and_tells_why(context, shopkeeper):
    shopkeeper.objections.append(ZeroDivisionError())
    found = foresee(context, ThankAndRemind(), ORDER)
    assert [one.fate for one in found] == [Fate.REJECTED, Fate.WAITS, Fate.WAITS]
    assert found[0].error.startswith("ZeroDivisionError in consider")


def test_a_read_model_takes_its_parked_events_for_a_trial_too(ledger, context, shop):
    ledger.record(shop.placed(ORDER), shop.added(ORDER, number=-1), shop.added(ORDER))
    orders = Orders(OpenDoor())
    rebuild(orders, ledger.database, ledger.log)
    [first, second] = foresee(context, orders)
    assert (first.fate, second.fate) == (Fate.REJECTED, Fate.WAITS)
    assert first.error


@pytest.mark.usefixtures("parked")
def test_rows_of_another_release_are_not_tried(ledger, context):
    with ledger.database.connect() as connection:
        connection.execute("update read_model set fingerprint = 'another'")
    with pytest.raises(ModelReplaced):
        foresee(context, ThankAndRemind())

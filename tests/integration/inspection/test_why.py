"""Why a row is so: its events in order, what each made of it, compared with the live row; nothing personal is told."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest

from shared.inspection.cells import Hidden
from shared.inspection.keys import KeyAmbiguous, KeyUnknown
from shared.inspection.story import Effect
from shared.inspection.why import Asked, ColumnUnknown, PageUnknown
from shared.read_models.model import ReadModel, Table
from shared.read_models.parking import Parking
from shared.read_models.rebuild import rebuild
from shared.sealing import SubjectId
from tests.controls.orders import ItemAdded, Sales

pytestmark = pytest.mark.postgres


@pytest.fixture
def order(audited):
    """An order with two items, on its way; what else happened is about another."""
    placed = audited.shop.placed(name="王小明")
    other = audited.shop.placed()
    order = placed.originator_id
    audited.record(placed, other, audited.shop.added(order, "tea"), audited.shop.added(other.originator_id))
    audited.record(audited.shop.added(order, "cake"), audited.shop.painted(), audited.shop.shipped(order, "A"))
    return order


def effects(why):
    return [(episode.fact.position, episode.effect) for episode in why.episodes]


def changes(episode):
    return {one.after.column: (one.before.value, one.after.value) for one in episode.changes}


def test_every_event_behind_a_row_is_told_in_order_with_what_it_changed(audited, order):
    why = audited.asking().why(Asked(str(order)))

    assert effects(why) == [(1, Effect.MADE), (3, Effect.CHANGED), (5, Effect.CHANGED), (7, Effect.CHANGED)]
    assert changes(why.episodes[1])["total"] == ("0", "2.50")
    assert changes(why.episodes[3]) == {
        "shipped": (False, True),
        "shipped_on": (None, "2026-03-04"),
        "parcels": ([], ["A"]),
    }
    assert (why.position, why.head, why.touched, why.equal) == (7, 7, 4, True)
    assert {cell.column: cell.value for cell in why.cells}["items"] == 2


def test_each_event_says_who_when_and_under_which_authority(audited, order):
    fact = audited.asking().why(Asked(str(order))).episodes[0].fact

    assert (fact.id, fact.type, fact.subject) == ("orders/1", "orders.OrderPlaced.v1", "S-1")
    assert (fact.actor, fact.role, fact.institution, fact.assurance) == (
        "account/7",
        "doctor",
        "3501200000",
        "password",
    )
    assert (fact.cause, fact.correlation, fact.policy) == ("orders/1", "req-1", "orders/2026")
    assert fact.time.isoformat() == "2026-03-02T01:30:00+00:00"


def test_of_one_column_only_the_events_that_changed_it_are_told_and_the_others_counted(audited, order):
    why = audited.asking().why(Asked(str(order), column="last_sku"))

    assert [episode.fact.position for episode in why.episodes] == [3, 5]
    assert why.others == 2
    assert [fact.position for fact in why.causes] == [1]


def test_of_a_list_that_grew_only_what_was_added_is_told(audited, order):
    grown = audited.asking().why(Asked(str(order), column="lines")).episodes[2]

    [change] = [one for one in grown.changes if one.after.column == "lines"]
    assert change.kept == 1
    assert [line["sku"] for line in change.after.value] == ["cake"]


def test_nothing_sealed_and_nothing_opened_from_it_is_told(audited, order):
    why = audited.asking().why(Asked(str(order)))

    told = msgspec.json.encode(why).decode()
    cells = {cell.column: cell for cell in why.cells}
    assert "王小明" not in told
    assert "box" not in told
    assert (cells["called"].hidden, cells["name"].hidden) == (Hidden.PERSONAL, Hidden.SEALED)
    assert cells["name"].whose == f"s-{str(cells['customer'].value)[:8]}"


def test_a_row_is_told_as_of_an_earlier_position_without_being_compared(audited, order):
    why = audited.asking().why(Asked(str(order), until=4))

    assert [episode.fact.position for episode in why.episodes] == [1, 3]
    assert {cell.column: cell.value for cell in why.cells}["items"] == 1
    assert why.equal is None
    assert not audited.asking().why(Asked(str(order), until=0)).exists


def test_a_live_row_that_somebody_changed_is_found(audited, order):
    audited.ledger.query("update orders set items = 9, last_sku = 'x' where id = %s returning 1", (order,))

    why = audited.asking().why(Asked(str(order)))

    assert (why.equal, why.differing) == (False, ("items", "last_sku"))


def test_a_row_that_is_gone_is_told_to_its_end(audited, order):
    audited.record(audited.shop.cancelled(order))

    gone = audited.asking().why(Asked(str(order)))

    assert (gone.episodes[-1].effect, gone.exists, gone.equal) == (Effect.REMOVED, False, True)


def test_a_live_row_that_no_event_has_made_is_found(audited, order):
    planted = uuid4()
    audited.ledger.query("update orders set id = %s where id = %s returning 1", (planted, order))

    why = audited.asking().why(Asked(str(planted)))

    assert (why.touched, why.exists, why.equal) == (0, False, False)


def test_an_event_that_waits_or_was_dropped_is_told_as_such_and_the_row_still_compares(audited, order):
    bad, behind = audited.shop.added(order, number=-1), audited.shop.added(order, "milk")
    audited.record(bad, behind)
    waiting = audited.asking().why(Asked(str(order)))
    Parking(audited.ledger.database).drop("orders", order, [8], "operator")
    dropped = audited.asking().why(Asked(str(order)))

    assert effects(waiting)[-2:] == [(8, Effect.PARKED), (9, Effect.PARKED)]
    assert "ValueError" in waiting.episodes[-2].error
    assert effects(dropped)[-2:] == [(8, Effect.DROPPED), (9, Effect.PARKED)]
    assert waiting.equal
    assert dropped.equal


def test_many_events_come_by_page_the_last_first_and_the_fold_is_right_on_each(audited, order):
    audited.record(*(audited.shop.added(order, f"sku-{number}") for number in range(5)))
    inspector = audited.asking()

    last = inspector.why(Asked(str(order), size=4))
    first = inspector.why(Asked(str(order), page=1, size=4))

    assert (last.page, last.pages, last.equal) == (3, 3, True)
    assert changes(last.episodes[-1])["items"] == (6, 7)
    assert [episode.fact.position for episode in first.episodes] == [1, 3, 5, 7]
    assert (first.equal, {cell.column: cell.value for cell in first.cells}["items"]) == (None, 2)
    for beyond in (-1, 0, 4):
        with pytest.raises(PageUnknown):
            inspector.why(Asked(str(order), page=beyond, size=4))


def test_the_forgetting_of_a_person_in_the_row_is_among_its_events(audited):
    customer = SubjectId(uuid4())
    placed = audited.shop.placed(customer=customer)
    audited.record(placed, audited.shop.placed())
    audited.record(audited.shop.forgot(customer), audited.shop.forgot(SubjectId(uuid4())))

    emptied = audited.asking().why(Asked(str(placed.originator_id)))
    audited.door.forgotten.add(customer)
    rebuild(audited.orders, audited.ledger.database, audited.ledger.log)
    without_key = audited.asking().why(Asked(str(placed.originator_id)))

    assert effects(emptied) == [(1, Effect.MADE), (3, Effect.CHANGED)]
    assert [one.after.column for one in emptied.episodes[1].changes] == ["called"]
    assert emptied.equal
    assert without_key.equal


@pytest.mark.usefixtures("order")
def test_a_row_that_many_feed_is_found_by_every_part_of_its_key(audited):
    sales = Sales()
    rebuild(sales, audited.ledger.database, audited.ledger.log)

    why = audited.asking(sales).why(Asked("any/2026-03-02", column="sold"))

    assert [episode.fact.position for episode in why.episodes] == [3, 4, 5]
    assert (why.key, why.form, why.equal) == ("any/2026-03-02", "sku/day", True)


class Numbered(msgspec.Struct, frozen=True):
    """A line of an order that people know by a number."""

    order: UUID
    line: int
    case_no: str


class NumberedLines(ReadModel[Numbered]):
    """Two lines for every kind of tea, known by the kind."""

    context = "orders"
    table = Table("numbered_lines", Numbered, key=("order", "line"))
    folds = (ItemAdded,)

    def keys(self, event):
        return [(event.originator_id, line) for line in (1, 2)]

    def evolve(self, key, row, event):  # noqa: ARG002 - every time the same
        return Numbered(*key, event.sku.upper())


def test_a_case_number_stands_for_the_row_of_its_case(audited, order):
    lines = NumberedLines()
    audited.record(audited.shop.added(order, "tea7"))
    rebuild(lines, audited.ledger.database, audited.ledger.log)
    inspector = audited.asking(lines)

    assert inspector.why(Asked("tea7/2")).key == f"{order}/2"
    with pytest.raises(KeyAmbiguous) as several:
        inspector.why(Asked("tea7"))
    with pytest.raises(KeyUnknown) as unknown:
        inspector.why(Asked("tea8/1"))
    assert several.value.rows == ("TEA7/1", "TEA7/2")
    assert unknown.value.form == "order/line"


def test_what_there_is_not_is_said_with_what_there_is(audited, order):
    inspector = audited.asking()

    with pytest.raises(KeyUnknown) as unknown:
        inspector.why(Asked(f"{str(order)[:-1]}~"))
    with pytest.raises(KeyUnknown):
        inspector.why(Asked(str(uuid4())))
    with pytest.raises(ColumnUnknown) as column:
        inspector.why(Asked(str(order), column="totl"))
    assert unknown.value.near == (str(order),)
    assert column.value.columns == ("total",)

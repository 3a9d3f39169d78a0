"""A shop's orders: events, two read models and a log to put them in, for tests of what projects any context."""

from __future__ import annotations

import base64
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from shared.cloudevents import parse
from shared.events import Created, Event, Forgetting, published
from shared.processes.process import Process
from shared.read_models import standing
from shared.read_models.model import ReadModel, Table
from shared.relay.sequencer import Sequencer
from shared.sealing import Sealed, SubjectId
from shared.store import schema
from shared.store.log import Log


class Channel(StrEnum):
    """Where an order came from."""

    SHOP = "shop"
    WEB = "web"


class Name(msgspec.Struct, frozen=True):
    """What a customer is called."""

    text: str


@published("orders.OrderPlaced.v1")
class OrderPlaced(Created):
    """A customer ordered something."""

    originator_id: UUID
    customer: SubjectId
    name: Sealed[Name]
    channel: Channel


@published("orders.ItemAdded.v1")
class ItemAdded(Event):
    """A customer wants something more; a number of -1 is what the read models here cannot digest."""

    originator_id: UUID
    sku: str
    number: int
    price: Decimal


@published("orders.OrderShipped.v1")
class OrderShipped(Event):
    """An order is on its way."""

    originator_id: UUID
    on: date
    parcels: tuple[str, ...]


@published("orders.OrderCancelled.v1")
class OrderCancelled(Event):
    """An order was taken back."""

    originator_id: UUID


@published("orders.ShopPainted.v1")
class ShopPainted(Created):
    """The shop has another colour, which no read model here asks about."""

    originator_id: UUID


@published("orders.CustomerForgotten.v1")
class CustomerForgotten(Forgetting, Created):
    """A customer's key was destroyed."""

    originator_id: UUID
    subject: SubjectId


class Line(msgspec.Struct, frozen=True):
    """One line of an order."""

    sku: str
    number: int
    at: datetime


class Order(msgspec.Struct, frozen=True, gc=False):
    """One order, with every kind of column there is."""

    id: UUID
    customer: SubjectId
    name: Sealed[Name]
    called: str | None
    channel: Channel
    placed_at: datetime
    total: Decimal = Decimal(0)
    items: int = 0
    lines: tuple[Line, ...] = ()
    shipped: bool = False
    shipped_on: date | None = None
    parcels: tuple[str, ...] = ()
    last_sku: str | None = None


class Orders(ReadModel[Order]):
    """Every order that was not cancelled; it opens the customer's name."""

    context = "orders"
    table = Table(
        "orders", Order, key=("id",), indexes=(("channel", "placed_at"),), subjects=("customer",), personal=("called",)
    )
    folds = (OrderPlaced, ItemAdded, OrderShipped, OrderCancelled)

    def subjects(self, event):
        return (event.customer,) if isinstance(event, OrderPlaced) else ()

    def keys(self, event):
        return ((event.originator_id,),)

    def evolve(self, _, row, event):
        if isinstance(event, OrderPlaced):
            opened = self.opener.open(event.name, Name)
            called = opened.text if opened else None
            return Order(event.originator_id, event.customer, event.name, called, event.channel, event.timestamp)
        if isinstance(event, ItemAdded):
            return with_line(row, event)
        if isinstance(event, OrderShipped):
            return replace(row, shipped=True, shipped_on=event.on, parcels=event.parcels)
        return None


def with_line(row, event):
    if event.number < 0:
        raise ValueError(f"{event.number} of {event.sku}")
    return replace(
        row,
        total=row.total + event.number * event.price,
        items=row.items + event.number,
        lines=(*row.lines, Line(event.sku, event.number, event.timestamp)),
        last_sku=event.sku,
    )


class Sale(msgspec.Struct, frozen=True, gc=False):
    """How often something was ordered through one channel."""

    sku: str
    day: date
    sold: int


class Sales(ReadModel[Sale]):
    """What was sold on each day: a row is fed by many orders, and opens nothing."""

    context = "orders"
    table = Table("sales", Sale, key=("sku", "day"))
    folds = (ItemAdded,)

    def keys(self, event):
        return (("any", event.timestamp.date()), (event.sku, event.timestamp.date()))

    def evolve(self, key, row, event):
        if event.number < 0:
            raise ValueError(f"{event.number} of {event.sku}")
        sku, day = key
        return Sale(sku, day, (row.sold if row else 0) + event.number)


class OpenDoor:
    """An opener whose boxes anybody can open, until the person is forgotten."""

    def __init__(self):
        self.forgotten = set()
        self.prepared = []

    def prepare(self, subjects):
        self.prepared.append(set(subjects))

    def open(self, sealed, kind):
        if sealed.subject in self.forgotten:
            return None
        return msgspec.json.decode(base64.b64decode(sealed.box), type=kind)


def box(subject, text):
    return Sealed(subject, base64.b64encode(msgspec.json.encode(Name(text))).decode())


MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


class Shop:
    """Makes events with the right versions: `shop.placed()` begins an order, the rest continue one."""

    def __init__(self):
        self._versions = defaultdict(int)

    def placed(self, order=None, customer=None, name="王小明", channel=Channel.SHOP):
        customer = customer or SubjectId(uuid4())
        return self._event(OrderPlaced, order or uuid4(), customer=customer, name=box(customer, name), channel=channel)

    def added(self, order, sku="tea", number=1, price="2.50"):
        return self._event(ItemAdded, order, sku=sku, number=number, price=Decimal(price))

    def shipped(self, order, *parcels):
        return self._event(OrderShipped, order, on=date(2026, 3, 4), parcels=parcels)

    def cancelled(self, order):
        return self._event(OrderCancelled, order)

    def painted(self):
        return self._event(ShopPainted, uuid4())

    def forgot(self, customer):
        return self._event(CustomerForgotten, uuid4(), subject=customer)

    def _event(self, kind, originator_id, **facts):
        self._versions[originator_id] += 1
        first = {"originator_topic": "orders.Order"} if issubclass(kind, Created) else {}
        version = self._versions[originator_id]
        return kind(originator_id=originator_id, originator_version=version, timestamp=MORNING, **first, **facts)


META = b',"subject":"o"'


class Ledger:
    """A context's log in a database, sequenced at once: `record` answers the bytes that a relay would publish."""

    def __init__(self, dsn, context="orders"):
        self.database = schema.install(dsn, context)
        standing.install(self.database)
        self.log = Log(self.database, context)
        self._connection = self.database.connect(name="ledger")
        self._sequencer = Sequencer(self._connection, context, generation=0, page_size=30)

    def record(self, *events, meta=META):
        self.store(*events, meta=meta)
        return self.settle()

    def store(self, *events, meta=META):
        rows = [
            (event.originator_id, event.originator_version, event.TOPIC, msgspec.json.encode(event), meta)
            for event in events
        ]
        with self._connection.cursor() as cursor:
            cursor.executemany(
                "insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, %s)",
                rows,
            )

    def write(self, originator_id, version, type_name, data):
        """What somebody else put into the table."""
        self._connection.execute(
            "insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, %s)",
            (originator_id, version, type_name, data, b',"subject":"o"'),
        )

    def settle(self):
        bodies = []
        while (page := self._sequencer.next_page()) is not None:
            bodies += [body for _, body in page.messages]
        return bodies

    def query(self, statement, parameters=()):
        return self._connection.execute(statement, parameters).fetchall()

    def close(self):
        self.log.close()
        self._connection.close()


class Queue:
    """What followers are handed, in a test's hands: what is put in comes once, in that order, to whoever asks first."""

    def __init__(self, *bodies):
        self.waiting = list(bodies)
        self.missed = False

    def put(self, bodies):
        self.waiting += bodies

    def subscribe(self):
        return self

    def receive(self, limit, timeout):  # noqa: ARG002 - nothing comes by waiting
        if self.missed:
            self.missed = False
            return None
        taken, self.waiting = self.waiting[:limit], self.waiting[limit:]
        return [parse(body) for body in taken]

    def close(self):
        pass


class Basket(msgspec.Struct, frozen=True):
    """What the process knows of an order: how much is in it, and when to remind its customer."""

    id: UUID
    items: int
    remind_at: datetime | None


class Praise(msgspec.Struct, frozen=True):
    """Thank for the items so far."""

    order: UUID
    items: int


class Remind(msgspec.Struct, frozen=True):
    """Ask whether something is missing."""

    order: UUID
    at: datetime


class ThankAndRemind(Process[Basket]):
    """Thanks for every second item, and reminds a day after the last one."""

    context = "orders"
    table = Table("thank_and_remind", Basket, key=("id",), indexes=(("remind_at",),))
    folds = (OrderPlaced, ItemAdded, OrderShipped, OrderCancelled)
    deadline = "remind_at"

    def keys(self, event):
        return ((event.originator_id,),)

    def evolve(self, key, row, event):
        match event:
            case OrderPlaced():
                return Basket(key[0], 0, None)
            case ItemAdded():
                return Basket(key[0], row.items + event.number, event.timestamp + timedelta(days=1))
            case OrderShipped():
                return replace(row, remind_at=None)
        return None

    def react(self, row, event):
        if isinstance(event, ItemAdded) and row.items % 2 == 0:
            return [Praise(event.originator_id, row.items)]
        return []

    def expire(self, key, row, now):  # noqa: ARG002 - the row says all
        return [Remind(row.id, row.remind_at)]


class Clerk:
    """Carries out commands, each idempotency key once, unless told to refuse or to stumble."""

    def __init__(self):
        self.done = {}
        self.asked = []
        self.troubles = []

    def handle(self, command, occasion):
        self.asked.append(occasion.key)
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble
        self.done.setdefault(occasion.key, command)

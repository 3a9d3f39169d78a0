"""Published events: their names, their versions, and the aggregates that trigger them."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest

from shared.events import (
    Aggregate,
    Created,
    Event,
    EventDecoder,
    UnknownEventType,
    current_version_of,
    event,
    event_name,
    is_published,
    published,
    published_by,
    upcasts,
)


@published("kites.KiteFlown.v1")
class KiteFlownV1(Event):
    """A kite was flown; its height was in feet."""

    originator_id: UUID
    feet: int


@published("kites.KiteFlown.v2")
class KiteFlownV2(Event):
    """A kite was flown; its height was in metres."""

    originator_id: UUID
    metres: int


@published("kites.KiteFlown.v3")
class KiteFlown(Event):
    """A kite was flown at a height, in a wind."""

    originator_id: UUID
    metres: int
    wind: str


@upcasts
def _in_metres(old: KiteFlownV1) -> KiteFlownV2:
    return KiteFlownV2(old.originator_id, old.originator_version, old.timestamp, metres=round(old.feet * 0.3048))


@upcasts
def _in_wind(old: KiteFlownV2) -> KiteFlown:
    return KiteFlown(old.originator_id, old.originator_version, old.timestamp, metres=old.metres, wind="unknown")


@published("kites.KiteBuilt.v1")
class KiteBuilt(Created):
    """A kite was built."""

    originator_id: UUID
    colour: str


class Kite(Aggregate):
    """A kite, which remembers how high it has been."""

    TOPIC = "kites.Kite"
    KiteBuilt = KiteBuilt
    KiteFlown = KiteFlown

    @event(KiteBuilt)
    def __init__(self, colour: str) -> None:
        self.colour = colour
        self.highest = 0

    def fly(self, metres: int) -> None:
        self.trigger_event(self.KiteFlown, metres=metres, wind="south")

    @event(KiteFlown)
    def _flown(self, metres: int) -> None:
        self.highest = max(self.highest, metres)


def stored(fact: Event) -> tuple[str, bytes]:
    return type(fact).TOPIC, msgspec.json.encode(fact)


def flown_of_old(cls, version=2, **payload):
    return cls(uuid4(), version, Kite.KiteFlown.create_timestamp(), **payload)


def test_a_published_event_is_known_by_its_name_in_the_order_of_declaration():
    assert KiteFlown.TOPIC == "kites.KiteFlown.v3"
    assert list(published_by("kites")) == [
        "kites.KiteFlown.v1",
        "kites.KiteFlown.v2",
        "kites.KiteFlown.v3",
        "kites.KiteBuilt.v1",
    ]
    assert is_published("kites.KiteBuilt.v1")
    assert not is_published("kites.KiteBuilt.v2")
    assert published_by("kite") == {}


def test_the_routing_key_is_the_name_without_context_and_version():
    assert event_name("kites.KiteFlown.v3") == "KiteFlown"


@pytest.mark.parametrize(
    "name", ["KiteLost", "kites.KiteLost", "kites.kiteLost.v1", "kites.KiteLost.v0", "Kites.KiteLost.v1"]
)
def test_a_name_without_context_name_and_version_is_refused(name):
    with pytest.raises(ValueError, match="is not <context>"):
        published(name)


def test_a_name_is_published_once():
    with pytest.raises(ValueError, match="published twice"):

        @published("kites.KiteFlown.v3")
        class Again(Event):
            """Another fact under a taken name."""

            originator_id: UUID


def test_an_event_needs_a_catalogue_entry():
    with pytest.raises(ValueError, match="needs a docstring"):

        @published("kites.KiteTorn.v1")
        class KiteTorn(Event):
            originator_id: UUID

    assert not is_published("kites.KiteTorn.v1")


def test_an_old_version_leads_to_the_newest():
    assert current_version_of("kites.KiteFlown.v1") == "kites.KiteFlown.v3"
    assert current_version_of("kites.KiteFlown.v3") == "kites.KiteFlown.v3"


def test_an_event_of_the_newest_version_is_decoded_as_it_is():
    fact = flown_of_old(KiteFlown, metres=30, wind="west")

    assert EventDecoder().decode(*stored(fact)) == fact


def test_an_event_of_the_oldest_version_is_upcast_step_by_step():
    old = flown_of_old(KiteFlownV1, feet=100)

    fact = EventDecoder().decode(*stored(old))

    assert fact == KiteFlown(old.originator_id, old.originator_version, old.timestamp, metres=30, wind="unknown")


def test_an_event_of_a_version_in_between_is_upcast_from_there():
    old = flown_of_old(KiteFlownV2, metres=30)

    assert EventDecoder().decode(*stored(old)) == KiteFlown(
        old.originator_id, 2, old.timestamp, metres=30, wind="unknown"
    )


def test_a_type_that_was_never_published_is_refused_by_name():
    with pytest.raises(UnknownEventType, match=r"kites\.KiteSold\.v1.* run the release that wrote it"):
        EventDecoder().decode("kites.KiteSold.v1", b"{}")


def test_bytes_that_are_not_the_event_are_refused():
    with pytest.raises(msgspec.ValidationError, match="missing required field"):
        EventDecoder().decode("kites.KiteBuilt.v1", b"{}")


def test_an_aggregate_is_made_again_from_its_stored_events():
    kite = Kite(colour="red")
    kite.fly(20)
    kite.fly(10)
    decoder = EventDecoder(Kite.event_classes())

    again = None
    for fact in kite.collect_events():
        again = decoder.decode(*stored(fact)).mutate(again)

    assert again == kite
    assert (again.colour, again.highest, again.version) == ("red", 20, 3)


def test_an_aggregate_is_made_again_from_events_of_old_versions():
    kite = Kite(colour="red")
    [built] = kite.collect_events()
    old = KiteFlownV1(kite.id, 2, kite.created_on, feet=100)
    decoder = EventDecoder(Kite.event_classes())

    again = decoder.decode(*stored(old)).mutate(decoder.decode(*stored(built)).mutate(None))

    assert (again.colour, again.highest) == ("red", 30)


def test_the_name_of_an_aggregate_and_not_its_module_is_stored():
    kite = Kite(colour="red")
    _, data = stored(kite.collect_events()[0])

    assert b'"originator_topic":"kites.Kite"' in data
    assert b"test_events" not in data


def test_an_aggregate_knows_the_events_it_has_named():
    assert {cls.TOPIC for cls in Kite.event_classes()} == {"kites.KiteBuilt.v1", "kites.KiteFlown.v3"}
    assert all(issubclass(cls, (Kite.KiteBuilt, Kite.KiteFlown)) for cls in Kite.event_classes())

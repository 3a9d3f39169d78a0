"""Published facts: a stable dotted type with a version, a docstring that is its catalogue entry, a typed payload.

A stored event never changes. A change that would break a reader is a new version; the old class stays, together with
the function that turns it into the new one at the edge of decoding (`upcasts`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_type_hints

import eventsourcing.domain
from eventsourcing.domain import event

from shared.decoding import json_decoder
from shared.sealing import SubjectId  # noqa: TC001 - an event's annotations are read at run time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "Aggregate",
    "Created",
    "Event",
    "EventDecoder",
    "Forgetting",
    "UnknownEventType",
    "current_version_of",
    "event",
    "event_name",
    "is_published",
    "published",
    "published_by",
    "upcasts",
]

Event = eventsourcing.domain.AggregateEvent
Created = eventsourcing.domain.AggregateCreated
AnyEvent = TypeVar("AnyEvent", bound=Event)

_TYPE_NAME = re.compile(r"[a-z_]+\.[A-Z][A-Za-z]+\.v[1-9][0-9]*")
_published: dict[str, type[Event]] = {}
_upcasters: dict[str, Callable[[Any], Event]] = {}


class UnknownEventType(LookupError):
    """The log holds a type that this code has never published: it is older than the log."""

    def __init__(self, type_name: str) -> None:
        super().__init__(
            f"unknown event type {type_name!r}: this code is older than the log; run the release that wrote it"
        )
        self.type_name = type_name


def published(type_name: str) -> Callable[[type[AnyEvent]], type[AnyEvent]]:
    """Give an event class its stable name on the wire, `<context>.<Name>.v<version>`, and enter it in the catalogue."""
    if not _TYPE_NAME.fullmatch(type_name):
        msg = f"{type_name!r} is not <context>.<Name>.v<version>"
        raise ValueError(msg)

    def enter(cls: type[AnyEvent]) -> type[AnyEvent]:
        if type_name in _published:
            msg = f"{type_name} is published twice"
            raise ValueError(msg)
        if not cls.__doc__ or cls.__doc__.startswith(f"{cls.__name__}("):
            msg = f"{type_name} needs a docstring: it is the catalogue entry"
            raise ValueError(msg)
        cls.TOPIC = type_name  # type: ignore[attr-defined]
        _published[type_name] = cls
        return cls

    return enter


def published_by(context: str) -> dict[str, type[Event]]:
    """Every type a context has ever published, old versions included, in the order of declaration."""
    return {name: cls for name, cls in _published.items() if name.startswith(f"{context}.")}


def is_published(type_name: str) -> bool:
    """Whether this code knows a published event of this name."""
    return type_name in _published


def upcasts(function: Callable[[Any], Event]) -> Callable[[Any], Event]:
    """Register how an old version becomes the next one; the parameter's annotation names the old class."""
    hints = get_type_hints(function)
    old = next(hint for name, hint in hints.items() if name != "return")
    _upcasters[old.TOPIC] = function
    return function


@cache
def event_name(type_name: str) -> str:
    """`CaseSubmitted` of `matching.CaseSubmitted.v1`: the routing key, where Nameko's `@event_handler` listens."""
    return type_name.split(".")[1]


def current_version_of(type_name: str) -> str:
    """The type that an event of this type is decoded into: its own, or the newest that upcasting leads to."""
    while type_name in _upcasters:
        successor = get_type_hints(_upcasters[type_name])["return"]
        type_name = successor.TOPIC
    return type_name


class Forgetting:
    """Marks the event by which a context records that the key of a person, its `subject`, was destroyed.

    It comes first among the event's bases. The read-model engine empties what it had opened of that person.
    """

    subject: SubjectId


class Aggregate(eventsourcing.domain.Aggregate):
    """A consistency boundary whose stored name is `TOPIC`, never a module path.

    A subclass declares `TOPIC = "<context>.<Name>"`, names its published events in its body and evolves in `@event`
    methods, which run again at every load: decide in plain methods, only assign in those.
    """

    TOPIC: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # The library makes a `Created` class for every aggregate; without a name of its own it would refuse ours.
        names = {
            "TOPIC": f"{cls.TOPIC}.Created",
            "__module__": cls.__module__,
            "__qualname__": f"{cls.__qualname__}.Created",
        }
        setattr(cls, "Created", type("Created", (Created,), names))  # noqa: B010 - mypy takes it for a redefinition
        super().__init_subclass__(**kwargs)

    @classmethod
    def event_classes(cls) -> list[type[Event]]:
        """The aggregate's own subclasses of the published events, which know how to change it."""
        return [
            value
            for value in vars(cls).values()
            if isinstance(value, type) and issubclass(value, Event) and getattr(value, "TOPIC", "") in _published
        ]


class EventDecoder:
    """Turns stored bytes into events: typed, upcast to the newest version, unknown types refused.

    Given an aggregate's classes it produces events that can change the aggregate; given none, the published classes.
    """

    def __init__(self, classes: Iterable[type[Event]] = ()) -> None:
        self._wanted: dict[str, type[Event]] = {cls.TOPIC: cls for cls in classes}  # type: ignore[attr-defined]
        self._decoders: dict[str, Callable[[bytes], Event]] = {}

    def decode(self, type_name: str, data: bytes) -> Event:
        """The event in `data`, the JSON bytes as stored; raises `UnknownEventType`, or msgspec's ValidationError."""
        decode = self._decoders.get(type_name)
        if decode is None:
            decode = self._decoders[type_name] = self.decoder_of(type_name)
        return decode(data)

    def decoder_of(self, type_name: str) -> Callable[[bytes], Event]:
        """What `decode` does for one type, made anew; raises `UnknownEventType`."""
        newest = current_version_of(type_name)
        target = self._wanted.get(newest, _published.get(newest))
        if target is None:
            raise UnknownEventType(type_name)
        if newest == type_name:
            return json_decoder(target).decode
        decode_old = json_decoder(_published[type_name]).decode

        def decode_and_upcast(data: bytes) -> Event:
            fact: Event = decode_old(data)
            while (step := _upcasters.get(fact.TOPIC)) is not None:  # type: ignore[attr-defined]
                fact = step(fact)
            return fact if type(fact) is target else target(**vars(fact))

        return decode_and_upcast

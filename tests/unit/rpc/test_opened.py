"""Rows leave a service with what was sealed opened, and without pseudonyms."""

from uuid import UUID

import msgspec

from shared.rpc.opened import opened
from shared.sealing import Sealed, SubjectId

ANNA, BELA = (SubjectId(UUID(int=number)) for number in (1, 2))


class Name(msgspec.Struct, frozen=True):
    name: str


class Guest(msgspec.Struct, frozen=True):
    room: int
    subject: SubjectId
    who: Sealed[Name]
    note: Sealed[Name] | None = None


class Glass:
    """Opens every box but those of the forgotten, and remembers for whom keys were fetched."""

    def __init__(self, *forgotten):
        self.forgotten = forgotten
        self.fetched = []

    def prepare(self, subjects):
        self.fetched.append(set(subjects))

    def open(self, sealed, kind):
        return None if sealed.subject in self.forgotten else kind(sealed.box)


def test_what_is_sealed_is_opened_and_pseudonyms_stay():
    [row] = opened([Guest(7, ANNA, Sealed(ANNA, "Anna"), Sealed(ANNA, "late"))], Glass())
    assert row == {"room": 7, "who": Name("Anna"), "note": Name("late")}


def test_who_has_been_forgotten_and_what_was_never_said_is_none():
    [row] = opened([Guest(7, ANNA, Sealed(ANNA, "Anna"))], Glass(ANNA))
    assert row == {"room": 7, "who": None, "note": None}


def test_the_keys_of_all_rows_are_fetched_at_once():
    glass = Glass()
    opened([Guest(1, ANNA, Sealed(ANNA, "Anna")), Guest(2, BELA, Sealed(BELA, "Béla"))], glass)
    assert glass.fetched == [{ANNA, BELA}]

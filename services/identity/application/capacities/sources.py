"""What a session says gives its person their capacities: a card that was shown in it, or the person as proved."""

from __future__ import annotations

from uuid import UUID

from shared.sealing import SubjectId

_FROM_CARD = "card/"
_FROM_PERSON = "person/"


def source_of_card(card: SubjectId) -> str:
    """How a session says that this card gives the capacities."""
    return f"{_FROM_CARD}{card}"


def source_of_person(subject: SubjectId) -> str:
    """How a session says that the person, proved otherwise, has the capacities."""
    return f"{_FROM_PERSON}{subject}"


def card_of_source(source: str) -> SubjectId | None:
    """The card that a session names, where it is one."""
    return SubjectId(UUID(source.removeprefix(_FROM_CARD))) if source.startswith(_FROM_CARD) else None


def person_of_source(source: str) -> SubjectId | None:
    """The person that a session names, where it is one."""
    return SubjectId(UUID(source.removeprefix(_FROM_PERSON))) if source.startswith(_FROM_PERSON) else None

"""What a command led to: the answer that is stored with it, and given again when it is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self
from uuid import UUID  # noqa: TC003 - msgspec reads the annotation at run time

import msgspec

from shared.decoding import json_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared.refusals import Refusal
    from shared.store.append import Reservation
    from shared.store.application import Changed


class Result(StrEnum):
    """Whether the command changed anything."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """It was so already: a row imported before, preferences as they were."""


class Notice(msgspec.Struct, frozen=True):
    """Something to look at in what was taken, worded like a refusal of the same code."""

    code: str
    field: str = ""
    params: dict[str, str] = {}

    @classmethod
    def of(cls, refusal: Refusal) -> Self:
        """What the refusal says, without refusing."""
        return cls(refusal.code, refusal.field, {name: str(value) for name, value in refusal.params.items()})


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """The aggregate that a command was about, and its version, by which a reader can wait for it.

    `number` is the one that people know it by, a 案件編號 say; empty where it has none.
    """

    id: UUID
    version: int
    number: str = ""
    result: Result = Result.DONE
    notices: tuple[Notice, ...] = ()


outcome_of = json_decoder(Outcome).decode
"""The outcome in the body of a stored answer."""


@dataclass(frozen=True)
class Decision:
    """What a handler wants saved, all of it or nothing, and what it answers."""

    outcome: Outcome
    changed: Sequence[Changed] = ()
    reserve: Sequence[Reservation] = ()
    release: Sequence[Reservation] = ()
    beforehand: Sequence[Callable[[], object]] = ()
    """What has to be done at the vault before anything is saved; may be repeated, and is left out by a trial."""

"""What is wrong with a form: a sentence for each field at fault, and those that belong to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from services.gateway.web.rendering import words_of

if TYPE_CHECKING:
    from shared.refusals import Refusal
    from shared.rpc.wire import RemoteRefusal


@dataclass
class Faults:
    """Sentences by field, in the order in which they were found; what belongs to no field lies under an empty name."""

    sentences: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, refusal: RemoteRefusal, *, below: str = "") -> Self:
        """The objections to a form; `below`, with which its fields begin (`child.`), is left out of their names."""
        faults = cls()
        for one in refusal.objections:
            faults.add(one.field.removeprefix(below), words_of(one))
        return faults

    def add(self, name: str, sentence: str) -> None:
        """Tell of a field, where nothing has been told of it yet."""
        self.sentences.setdefault(name, sentence)

    def refuse(self, refusal: Refusal) -> None:
        """Tell of an objection that the front has found itself."""
        self.add(refusal.field, words_of(refusal))

    def at(self, name: str) -> str:
        """The sentence for a field; empty where nothing is wrong with it."""
        return self.sentences.get(name, "")

    @property
    def errors(self) -> dict[str, str]:
        """The sentences that belong to a field, by its name."""
        return {name: sentence for name, sentence in self.sentences.items() if name}

    @property
    def whole(self) -> tuple[str, ...]:
        """What is wrong with the form as a whole."""
        return tuple(sentence for name, sentence in self.sentences.items() if not name)

    def __bool__(self) -> bool:
        return bool(self.sentences)

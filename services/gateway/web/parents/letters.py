"""The messages of a case as its family reads them: to whom each went, and what is known of its arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.gateway.web import letters
from services.gateway.web.rendering import t, value
from services.gateway.web.shown import last

if TYPE_CHECKING:
    from services.gateway.web.letters import Letter


@dataclass(frozen=True)
class FamilyLetter:
    """One mail or SMS, and in words to whom it went, what it was about and how it stands."""

    letter: Letter
    to: str
    about: str
    state: str

    @classmethod
    def of(cls, letter: Letter) -> FamilyLetter:
        """The message as it was told to this family."""
        about = t(f"parents.letters.about.{letter.template}")
        return cls(letter, _recipient(letter), about, value(letter.status))


def letters_of(case_no: str) -> list[FamilyLetter] | None:
    """What the family was told of a case, the newest first; None while nobody can tell."""
    found = letters.letters_of(case_no)
    return None if found is None else [FamilyLetter.of(one) for one in found]


def _recipient(letter: Letter) -> str:
    if not letter.address:
        return t("parents.letters.forgotten")
    if letter.channel == "sms":
        return t("parents.letters.sms", end=last(letter.address))
    return t("parents.letters.mail")

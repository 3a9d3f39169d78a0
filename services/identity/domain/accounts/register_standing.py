"""What the register leaves of an account's rights: nobody acts for a place that is shut, or for who has left it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from services.identity.events import DisabledReason

if TYPE_CHECKING:
    from services.identity.events import Rights


class Standing(NamedTuple):
    """How an institution stands on a day: whether it is open, and who of some practitioners practises there."""

    is_open: bool
    practising: frozenset[str]

    def objection_to(self, given: Rights) -> DisabledReason | None:
        """Why nobody may use an account of these rights; None where somebody may."""
        if not self.is_open:
            return DisabledReason.INSTITUTION_SHUT
        if given.acts_for and not self.practising.intersection(given.acts_for):
            return DisabledReason.NO_PRACTITIONER_LEFT
        return None

    def left_of(self, given: Rights) -> Rights:
        """The rights without the practitioners who do not practise there."""
        return replace(given, acts_for=tuple(number for number in given.acts_for if number in self.practising))

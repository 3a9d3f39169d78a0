"""支援人員: practitioners for themselves, and whoever practises at the institution whose card somebody holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.asking import caller
from services.gateway.web.practice.licences import Practitioner
from shared.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 200
"""So many people are offered to choose from; of a larger institution a number is typed."""


class Staff(msgspec.Struct, frozen=True):
    """Whom the caller can apply for; `is_whole` where they are all offered."""

    people: Sequence[Practitioner]
    is_whole: bool = True

    def named(self, number: str) -> Practitioner | None:
        """The one of this number; None where it is none of these."""
        return next((one for one in self.people if one.number == number), None)


def staff() -> Staff:
    """Whom the caller can apply for (S001: only oneself, or one's own staff)."""
    if caller().role is Role.PRACTITIONER:
        oneself = msgspec.convert(caller().ask("identity.own_record"), Practitioner | None)
        return Staff([oneself] if oneself else [])
    known = caller().known
    found = caller().ask("identity.personnel", {"institution": known.institution if known else None, "limit": MOST})
    return Staff(msgspec.convert(found["entries"], list[Practitioner]), is_whole=not found["following"])

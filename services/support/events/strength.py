"""What an institution says of itself, which the rule of 40 % is reckoned by (DOMAIN §0.3)."""

from __future__ import annotations

from uuid import UUID

from services.support.events.entries import InstitutionCode
from shared.events import Created, published


@published("support.StrengthStated.v1")
class StrengthStated(Created):
    """自有診次與醫師數: the sessions that an institution's own doctors hold in a week, and how many doctors it has.

    It stands until the institution says otherwise.
    """

    originator_id: UUID
    institution: InstitutionCode
    weekly_sessions: int
    doctors: int

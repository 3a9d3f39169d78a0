"""What families see: applying for a dedicated doctor, and following their case."""

from services.gateway.web.parents import (
    amending,
    apply,
    birth,
    cases,
    changing,
    checks,
    contact,
    figures,
    home,
    nearby,
    preferences,
    proving,
    sending,
    submitting,
    twins,
    withdrawing,
)
from services.gateway.web.parents.area import PARENTS

__all__ = [
    "PARENTS",
    "amending",
    "apply",
    "birth",
    "cases",
    "changing",
    "checks",
    "contact",
    "figures",
    "home",
    "nearby",
    "preferences",
    "proving",
    "sending",
    "submitting",
    "twins",
    "withdrawing",
]

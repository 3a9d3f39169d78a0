"""Who asks the read models of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.principal import Assurance, Principal, Role

if TYPE_CHECKING:
    from shared.sealing import SubjectId


def parent(phone: SubjectId | None) -> Principal:
    return Principal("parent", Role.PARENT, frozenset({Assurance.OTP}), subject=phone)


def doctor(institution: str | None, *numbers: str, role: Role = Role.DOCTOR) -> Principal:
    return Principal(
        "doctor", role, frozenset({Assurance.PASSWORD}), institution=institution, acts_for=frozenset(numbers)
    )


def bureau(county: str | None, role: Role = Role.BUREAU_MANAGER) -> Principal:
    return Principal("bureau", role, frozenset({Assurance.PASSWORD}), jurisdiction=county)


def staff(role: Role) -> Principal:
    return Principal(str(role), role, frozenset({Assurance.CARD_PIN}))

"""An institution and one of its doctors, as families name them and are told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.gateway.web.rendering import t

if TYPE_CHECKING:
    from collections.abc import Mapping


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """By code and number, with the names that the register has for them; empty where none is meant."""

    institution: str = ""
    institution_name: str = ""
    doctor: str = ""
    doctor_name: str = ""

    @property
    def place_name(self) -> str:
        """Both by name, or by code where the register has no name; the institution alone where no doctor is meant."""
        institution, doctor = self.institution_name or self.institution, self.doctor_name or self.doctor
        return t("parents.place", institution=institution, doctor=doctor) if doctor else institution

    @property
    def place(self) -> Mapping[str, str]:
        """What of anything at a place says where that is, as it is kept."""
        return {name: getattr(self, name) for name in Place.__struct_fields__}

    def is_same_place(self, other: Place) -> bool:
        """Whether both are the same doctor at the same institution."""
        return (self.institution, self.doctor) == (other.institution, other.doctor)

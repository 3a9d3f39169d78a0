"""What was entered into the registry, checked field by field: every fault is kept, so that all are told at once."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from services.identity.application.registry.service_hours import holiday_hours, weekly_hours
from services.identity.domain.registry import refusals
from services.identity.domain.registry.policies import MOST_CREDITS
from services.identity.events import Coordinates, PlaceAddress
from shared.application.objections import Objections
from shared.refusals import Refusal
from shared.taiwan.codes import parse_department, parse_profession
from shared.taiwan.contacts import parse_mobile_number
from shared.taiwan.identifiers import (
    PersonalId,
    parse_institution_code,
    parse_personal_id,
    parse_unified_business_number,
)
from shared.taiwan.places import county_named, district_named
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.identity.commands import HolidayEntry, HoursEntry, TrainingEntry
    from services.identity.events import HolidayHours, WeekdayHours

NAME_LIMIT = 200
STREET_LIMIT = 200
NUMBER_LIMIT = 40
_UBN_LENGTH = 8
_CODE_LENGTH = 10
_PHONE = re.compile(r"[0-9+][0-9()\-# ;]{5,79}")
_LATITUDES = (Decimal(21), Decimal(27))
_LONGITUDES = (Decimal(116), Decimal(123))
_DECIMALS = Decimal("0.000001")


class Sheet(Objections):
    """Checks the fields of one entry of the registry on the day `today`."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def institution_code(self, text: str, field: str = "institution") -> str:
        """An institution code; a check digit that does not fit is only noticed."""
        parsed = self.parsed(lambda: parse_institution_code(text, field=field))
        if parsed is None:
            return ""
        if parsed.warning:
            self.notice(refusals.InstitutionCodeDoubtful(field, code=parsed.code))
        return parsed.code

    def place_code(self, text: str) -> str:
        """機構代碼 of a non-medical place, whatever kind of number it has.

        Eight digits are a 統一編號 and have to be one; of ten a check digit that does not fit is only noticed.
        """
        code = folded(self.needed_text(text, "code", NUMBER_LIMIT)).upper()
        if code.isdecimal() and len(code) == _UBN_LENGTH:
            self.parsed(lambda: parse_unified_business_number(code, field="code"))
        return self.institution_code(code, "code") if code.isdecimal() and len(code) == _CODE_LENGTH else code

    def address(self, county: str, district: str, street: str) -> PlaceAddress:
        """地址: a county of the table, a district of it where one is given, the rest as written."""
        rest = self.text(street, "street", STREET_LIMIT)
        name = self.parsed(lambda: county_named(county, field="county").name)
        if name is None or not district.strip():
            return PlaceAddress(name or "", street=rest)
        found = self.parsed(lambda: district_named(name, district, field="district"))
        return PlaceAddress(name, found.name, found.postal_code, rest) if found else PlaceAddress(name, street=rest)

    def phone(self, text: str) -> str:
        """A landline or mobile number as the register writes it, with extension; several separated by ;."""
        text = text.strip()
        if text and not _PHONE.fullmatch(text):
            self.object(refusals.PhoneMalformed("phone"))
        return text

    def coordinates(self, latitude: str, longitude: str) -> Coordinates | None:
        """經緯度 inside Taiwan's waters, at most six decimals; None where both are empty."""
        if not latitude.strip() and not longitude.strip():
            return None
        north, east = _degrees(latitude, _LATITUDES), _degrees(longitude, _LONGITUDES)
        if north is None or east is None:
            self.object(refusals.CoordinatesMalformed("latitude" if north is None else "longitude"))
            return None
        return Coordinates(north, east)

    def departments(self, codes: Sequence[str]) -> tuple[str, ...]:
        """診療科別 by code, each once, in the order of the codes."""
        found = set()
        for place, code in enumerate(codes):
            try:
                found.add(parse_department(code, field=f"departments.{place}").code)
            except Refusal as refusal:
                self.object(refusal)
        return tuple(sorted(found))

    def profession(self, text: str) -> str:
        """醫事人員類別 by code."""
        return self.parsed(lambda: parse_profession(text, field="profession").code) or ""

    def identifier(self, text: str) -> PersonalId | None:
        """身分證字號 or 統一證號; None where it is empty."""
        if not text.strip():
            return None
        return self.parsed(lambda: parse_personal_id(text, on=self._today, field="identifier"))

    def mobile(self, text: str) -> str:
        """行動電話 as 09 and 8 digits, to which codes may be sent; empty where none is known."""
        if not text.strip():
            return ""
        return self.parsed(lambda: parse_mobile_number(text, field="mobile").number) or ""

    def hours(self, entries: Sequence[HoursEntry]) -> tuple[WeekdayHours, ...]:
        """服務時段 of the week."""
        return self.parsed(lambda: weekly_hours(entries)) or ()

    def holiday_hours(self, entries: Sequence[HolidayEntry]) -> tuple[HolidayHours, ...]:
        """長假期時段, day by day."""
        return self.parsed(lambda: holiday_hours(entries)) or ()

    def training(self, entry: TrainingEntry) -> TrainingEntry:
        """學分 of one course."""
        self.needed_text(entry.course, "training.course", NAME_LIMIT)
        if not 1 <= entry.credits <= MOST_CREDITS:
            self.object(refusals.CreditsOutOfRange("training.credits", limit=MOST_CREDITS))
        return entry


def _degrees(text: str, within: tuple[Decimal, Decimal]) -> Decimal | None:
    try:
        degrees = Decimal(text.strip())
    except InvalidOperation:
        return None
    if not degrees.is_finite() or not within[0] <= degrees <= within[1]:
        return None
    return degrees.quantize(_DECIMALS).normalize()

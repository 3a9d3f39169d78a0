"""What one row of the register says: a command to record or to close an enrolment, or every fault of the row.

Columns are named as on the platform's forms (docs/operators/imports.md). Dates may be of the ROC or Western, closed
choices in Chinese or by their code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.matching.commands import (
    AddressEntry,
    ChildEntry,
    CloseEnrolment,
    ContactEntry,
    MotherEntry,
    RecordEnrolment,
)
from services.matching.events import ClosureReason, IdentifierKind, Relation, Sex
from shared.imports.cells import Cells
from shared.imports.files import Columns
from shared.refusals import Refusal
from shared.taiwan.identifiers import parse_personal_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from enum import StrEnum


class BirthOrderUnreadable(Refusal):
    """同胎次序 is 0 (or 單胞胎) for a single child, 1, 2… among twins."""


ENROLMENTS = Columns(
    headings={
        "case_no": "案件編號",
        "institution": "收案醫事機構代碼",
        "doctor": "幼兒專責醫師代號",
        "enrolled_on": "收案日期",
        "evidence": "通知函雜湊值",
        "contact.relation": "聯絡人關係",
        "contact.name": "聯絡人姓名",
        "contact.mobile": "聯絡人手機",
        "contact.email": "電子信箱",
        "mother.kind": "母親證號類別",
        "mother.identifier": "母親身分證字號/居留證號",
        "child.name": "幼兒姓名",
        "child.sex": "幼兒性別",
        "child.identifier": "幼兒身分證字號",
        "child.birth_date": "幼兒出生年月日",
        "child.birth_order": "同胎次序",
        "child.residence.county": "現居縣市",
        "child.residence.district": "現居區域",
        "child.residence.street": "現居地址",
        "child.household.county": "戶籍縣市",
        "child.household.district": "戶籍區域",
        "child.household.street": "戶籍地址",
    },
    required=frozenset(
        {
            "institution",
            "doctor",
            "enrolled_on",
            "mother.identifier",
            "child.birth_date",
            "child.residence.county",
            "child.residence.district",
        }
    ),
    alternatives={
        "醫事機構代碼": "institution",
        "幼兒胎次": "child.birth_order",
        "母親身分證字號": "mother.identifier",
        "聯絡人信箱": "contact.email",
    },
)

CLOSURES = Columns(
    headings={
        "institution": "結案醫事機構代碼",
        "closed_on": "結案日期",
        "reason": "結案原因",
        "child_identifier": "幼兒身分證字號",
        "mother.kind": "母親證號類別",
        "mother.identifier": "母親身分證字號/居留證號",
        "birth_date": "幼兒出生年月日",
        "birth_order": "同胎次序",
    },
    required=frozenset({"institution", "closed_on", "reason"}),
    alternatives={"醫事機構代碼": "institution", "幼兒胎次": "birth_order", "母親身分證字號": "mother.identifier"},
)

KINDS = {
    "本國籍": IdentifierKind.NATIONAL_ID,
    "身分證": IdentifierKind.NATIONAL_ID,
    "居留證": IdentifierKind.RESIDENT_CERTIFICATE,
    "護照": IdentifierKind.PASSPORT,
}
RELATIONS = {
    "母親": Relation.MOTHER,
    "父親": Relation.FATHER,
    "祖父母": Relation.GRANDPARENT,
    "監護人": Relation.GUARDIAN,
    "其他": Relation.OTHER,
}
SEXES = {"男": Sex.MALE, "女": Sex.FEMALE}
_CLOSURE_REASONS = {
    "變更專責醫師": ClosureReason.CHANGE_OF_DOCTOR,
    "逾齡": ClosureReason.AGE_LIMIT,
    "遷出": ClosureReason.MOVED_AWAY,
    "死亡": ClosureReason.DECEASED,
    "其他": ClosureReason.OTHER,
}
_BIRTH_ORDER = re.compile(r"單胞胎0?|(?:多胞胎|第)?([0-9])胎?")


def word_for(value: StrEnum | None, words: Mapping[str, StrEnum]) -> str:
    """The first Chinese word by which files know the value; empty for None."""
    return next((word for word, meaning in words.items() if meaning == value), "")


class _Family(Cells):
    """The cells that tell of a family."""

    def birth_order(self, name: str) -> int:
        """同胎次序."""
        return self.read(name, lambda text: _birth_order(name, text)) or 0

    def needed_mother(self, today: date) -> MotherEntry:
        """The mother, whose number has to be there."""
        self.needed("mother.identifier")
        return self.mother(today) or MotherEntry(IdentifierKind.NATIONAL_ID, "")

    def mother(self, today: date) -> MotherEntry | None:
        """The mother by her number, whose kind it shows itself where it is not a passport's."""
        number = self.text("mother.identifier")
        kind = self.choice("mother.kind", KINDS)
        if number and kind is None:
            kind = self.read("mother.identifier", lambda text: _kind_of(text, today))
        return MotherEntry(kind, number) if number and kind else None

    def address(self, prefix: str) -> AddressEntry | None:
        """An address, where the row has one."""
        county, district = self.text(f"{prefix}.county"), self.text(f"{prefix}.district")
        return AddressEntry(county, district, self.text(f"{prefix}.street")) if county or district else None

    def contact(self) -> ContactEntry | None:
        """The contact, where the row names one; a live case knows its own."""
        if not self.text("contact.mobile"):
            return None
        relation = self.choice("contact.relation", RELATIONS) or Relation.OTHER
        email = self.text("contact.email")
        return ContactEntry(relation, self.text("contact.name"), self.text("contact.mobile"), email)


def _birth_order(name: str, text: str) -> int:
    match = _BIRTH_ORDER.fullmatch("".join(text.split()))
    if match is None:
        raise BirthOrderUnreadable(name)
    return int(match[1] or 0)


def _kind_of(number: str, today: date) -> IdentifierKind:
    return IdentifierKind(parse_personal_id(number, on=today, field="mother.identifier").kind)


def enrolment_of(cells: Mapping[str, str], today: date) -> RecordEnrolment:
    """The enrolment that a row of `ENROLMENTS` records; raises a Refusal, InvalidForm where there are several."""
    row = _Family(cells)
    enrolled_on = row.needed_day("enrolled_on")
    mother = row.needed_mother(today)
    residence = AddressEntry(
        row.needed("child.residence.county"), row.needed("child.residence.district"), row.text("child.residence.street")
    )
    child = ChildEntry(
        residence=residence,
        birth_date=row.needed_day("child.birth_date"),
        name=row.text("child.name"),
        sex=row.choice("child.sex", SEXES),
        identifier=row.text("child.identifier"),
        birth_order=row.birth_order("child.birth_order"),
        household=row.address("child.household"),
    )
    institution, doctor, contact = row.needed("institution"), row.needed("doctor"), row.contact()
    row.refuse_faults()
    return RecordEnrolment(
        institution=institution,
        doctor=doctor,
        enrolled_on=enrolled_on,
        mother=mother,
        child=child,
        contact=contact,
        case_no=row.text("case_no"),
        evidence=row.text("evidence"),
    )


def closure_of(cells: Mapping[str, str], today: date) -> CloseEnrolment:
    """The closure that a row of `CLOSURES` records; raises a Refusal, InvalidForm where there are several."""
    row = _Family(cells)
    closed_on = row.needed_day("closed_on")
    row.needed("reason")
    reason = row.choice("reason", _CLOSURE_REASONS) or ClosureReason.OTHER
    institution, mother = row.needed("institution"), row.mother(today)
    birth_date, birth_order = row.day("birth_date"), row.birth_order("birth_order")
    row.refuse_faults()
    return CloseEnrolment(
        institution=institution,
        closed_on=closed_on,
        reason=reason,
        child_identifier=row.text("child_identifier"),
        mother=mother,
        birth_date=birth_date,
        birth_order=birth_order,
    )

"""批次匯出幼兒個案資料: cases that an institution has accepted, as a file to fetch the notices with and to enrol from.

The columns are those in which enrolments come back (`register_rows.ENROLMENTS`), so that a clinic fills in the day of
the enrolment and hands the same file in. Every cell is text: a name that begins like a formula stays a name.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from services.matching.adapters.register_rows import ENROLMENTS, KINDS, RELATIONS, SEXES, word_for
from services.matching.events import Child, Contact, Mother
from shared.spreadsheets import csv_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from services.matching.events import Address
    from services.matching.read_models.clinic_worklist import ClinicOffer
    from shared.sealing import Opener

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Characters that a spreadsheet file cannot hold."""


@dataclass(frozen=True)
class ExportFile:
    """A finished file, its SHA-256 in hex, and the cases in it."""

    content: bytes
    digest: str
    case_ids: tuple[UUID, ...]


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet whose cells are all text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("幼兒個案資料")
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_text_cell(sheet, value) for value in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


FORMATS: Mapping[str, Callable[[Iterable[Sequence[str]]], bytes]] = {"xlsx": as_xlsx, "csv": csv_file}


def export_offers(offers: Sequence[ClinicOffer], opener: Opener, file_format: str) -> ExportFile:
    """The file of these offers, which the caller is allowed to see; `file_format` is one of `FORMATS`.

    Cells of people who have been forgotten stay empty.
    """
    return as_file(rows_of(offers, opener), [offer.case_id for offer in offers], file_format)


def rows_of(offers: Sequence[ClinicOffer], opener: Opener) -> list[list[str]]:
    """The headings, and a row an offer."""
    opener.prepare({sealed.subject for offer in offers for sealed in (offer.child, offer.mother, offer.contact)})
    return [list(ENROLMENTS.headings.values()), *(_row(offer, opener) for offer in offers)]


def as_file(rows: Sequence[Sequence[str]], case_ids: Sequence[UUID], file_format: str) -> ExportFile:
    """The rows as a file; needs nothing but its arguments, and for thousands of rows the better part of a second."""
    content = FORMATS[file_format](rows)
    return ExportFile(content, sha256(content).hexdigest(), tuple(case_ids))


def _row(offer: ClinicOffer, opener: Opener) -> list[str]:
    child = opener.open(offer.child, Child)
    mother = opener.open(offer.mother, Mother)
    contact = opener.open(offer.contact, Contact)
    cells = {
        "case_no": offer.case_no,
        "institution": offer.institution,
        "doctor": offer.doctor,
        "child.birth_order": str(offer.birth_order),
    }
    if contact:
        cells |= {
            "contact.relation": word_for(contact.relation, RELATIONS),
            "contact.name": contact.name,
            "contact.mobile": contact.mobile,
            "contact.email": contact.email,
        }
    if mother:
        cells |= {"mother.kind": word_for(mother.kind, KINDS), "mother.identifier": mother.identifier}
    if child:
        cells |= {
            "child.name": child.name,
            "child.sex": word_for(child.sex, SEXES),
            "child.identifier": child.identifier or "",
            "child.birth_date": _day(child.birth_date),
            **_address("child.residence", child.residence),
            **_address("child.household", child.household),
        }
    return [_UNPRINTABLE.sub("", cells.get(name, "")) for name in ENROLMENTS.headings]


def _address(prefix: str, address: Address | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        f"{prefix}.county": address.county,
        f"{prefix}.district": address.district,
        f"{prefix}.street": address.street,
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _text_cell(sheet: Any, value: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    cell.number_format = "@"
    return cell

"""The clinics' desks: each evening they export what they have accepted, fill in the day, and hand in real files.

The files stay in the directory of the run, with the result of every row beside them.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from services.matching import commands
from services.matching.adapters.batch_export import export_offers
from services.matching.adapters.register_import import import_register, read_register
from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS, KINDS, RELATIONS, SEXES, word_for
from services.matching.events import RegisterKind
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.worklist_search import accepted_offers
from shared.imports.files import BIG5, Purpose, open_register
from shared.imports.results import ResultFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from services.matching.adapters.batch_export import ExportFile
    from services.matching.commands import ChildEntry, ContactEntry, PreferenceEntry
    from services.matching.demonstration.cast import Family
    from services.matching.demonstration.scene import Scene
    from services.matching.demonstration.stage import Matter
    from shared.imports.results import ImportSummary

Cells = dict[str, str]


@dataclass
class _Evening:
    """What one clinic has to do this evening."""

    accepted: list[Matter] = field(default_factory=list)
    by_hand: list[Cells] = field(default_factory=list)
    closures: list[Cells] = field(default_factory=list)


class RegisterDesk:
    """Collects what clinics enter in the course of a day, and hands it in when the day closes."""

    def __init__(self, scene: Scene, directory: Path) -> None:
        self._scene = scene
        self._directory = directory
        self._evenings: dict[str, _Evening] = {}
        self._files = 0

    def enrol(self, matter: Matter) -> None:
        """The clinic that has agreed takes the child in."""
        self._of(matter.asked.institution).accepted.append(matter)

    def enrol_by_hand(self, family: Family, contact: ContactEntry, child: ChildEntry, where: PreferenceEntry) -> None:
        """A clinic enters a child whose case is not its own, or who has none."""
        row = {
            "institution": where.institution,
            "doctor": where.doctor,
            "enrolled_on": self._scene.clock.today.isoformat(),
            "contact.relation": word_for(contact.relation, RELATIONS),
            "contact.name": contact.name,
            "contact.mobile": contact.mobile,
            "contact.email": contact.email,
            "mother.kind": word_for(family.mother.kind, KINDS),
            "mother.identifier": family.mother.identifier,
            "child.name": child.name,
            "child.sex": word_for(child.sex, SEXES),
            "child.identifier": child.identifier,
            "child.birth_date": _day(child.birth_date),
            "child.birth_order": str(child.birth_order),
            "child.residence.county": child.residence.county,
            "child.residence.district": child.residence.district,
            "child.residence.street": child.residence.street,
        }
        self._of(where.institution).by_hand.append(row)

    def close(self, matter: Matter) -> None:
        """The clinic that has the child enrolled closes, because the family wants to change."""
        row = {
            "institution": matter.asked.institution,
            "closed_on": self._scene.clock.today.isoformat(),
            "reason": "變更專責醫師",
            "mother.kind": word_for(matter.family.mother.kind, KINDS),
            "mother.identifier": matter.family.mother.identifier,
            "birth_date": _day(matter.child.birth_date),
            "birth_order": str(matter.child.birth_order),
        }
        self._of(matter.asked.institution).closures.append(row)

    def close_day(self) -> None:
        """Hand in everything, a file a clinic and kind."""
        evenings, self._evenings = self._evenings, {}
        for institution, evening in evenings.items():
            rows = [*self._exported(institution, evening.accepted), *evening.by_hand]
            if rows:
                self._hand_in(institution, RegisterKind.ENROLMENTS, self._as_csv(rows), len(rows))
            if evening.closures:
                content = _as_json(evening.closures)
                self._hand_in(institution, RegisterKind.CLOSURES, content, len(evening.closures))

    def hand_in_faults(self, institution: str) -> None:
        """A file that nobody has looked over: each of its rows must be refused, and the story goes on."""
        rows = [
            {"institution": institution, "doctor": "D9999999", "enrolled_on": "114/02/30"},
            {"institution": institution, "doctor": "D9999999", "mother.identifier": "Y200000000"},
        ]
        full = [{name: row.get(name, "") for name in ENROLMENTS.required} | row for row in rows]
        summary = self._take_in(institution, RegisterKind.ENROLMENTS, self._as_csv(full))
        self._scene.tally.did("rows_refused", summary.refused)
        self._expect(summary, taken=0, unchanged=0, refused=len(rows))
        self._scene.narrator.tell(
            "import_refused", self._scene.clock.today, rows=len(rows), clinic=self._scene.cast.name_of(institution)
        )

    def _of(self, institution: str) -> _Evening:
        return self._evenings.setdefault(institution, _Evening())

    def _exported(self, institution: str, matters: list[Matter]) -> list[Cells]:
        """批次匯出, and the same rows with the day of the enrolment and the scanned notice filled in."""
        if not matters:
            return []
        file = self._export(institution, matters)
        day, rows = self._scene.clock.today.isoformat(), []
        for row in open_register(io.BytesIO(file.content), ENROLMENTS).rows:
            evidence = sha256(f"{row.cells['case_no']}/{day}".encode()).hexdigest()
            rows.append({**row.cells, "enrolled_on": day, "evidence": evidence})
        if len(rows) != len(matters):
            self._scene.tally.surprises.append(f"{institution} exported {len(rows)} cases instead of {len(matters)}")
        return rows

    def _export(self, institution: str, matters: list[Matter]) -> ExportFile:
        everyone = self._scene.cast.everyone_at(institution)
        reader = self._scene.context.reader(ClinicWorklist)
        offers = accepted_offers(reader, everyone, [matter.id for matter in matters])
        reader.close()
        file = export_offers(offers, self._scene.context.vault, "csv")
        workbook = export_offers(offers, self._scene.context.vault, "xlsx")
        command = commands.ExportCases(file.case_ids, file.digest)
        key = f"export/{self._scene.context.application.desk.file_digest(file.digest)}"
        self._scene.company.ask(command, everyone, key)
        self._scene.tally.did("exports")
        self._keep(f"{institution}-export.csv", file.content)
        self._keep(f"{institution}-export.xlsx", workbook.content)
        return file

    def _hand_in(self, institution: str, kind: RegisterKind, content: bytes, rows: int) -> None:
        """Import a file; the first of the run twice, which must change nothing."""
        summary = self._take_in(institution, kind, content)
        self._scene.tally.did("imports")
        self._scene.tally.did("rows_taken", summary.taken)
        self._expect(summary, taken=rows, unchanged=0, refused=0)
        if self._scene.tally.deeds["imports"] == 1:
            again = self._take_in(institution, kind, content)
            self._scene.tally.did("rows_unchanged", again.unchanged)
            self._expect(again, taken=0, unchanged=rows, refused=0)
            self._scene.narrator.tell(
                "imported_twice", self._scene.clock.today, rows=rows, clinic=self._scene.cast.name_of(institution)
            )

    def _take_in(self, institution: str, kind: RegisterKind, content: bytes) -> ImportSummary:
        self._files += 1
        name = f"{self._files:04d}-{institution}-{kind}"
        self._keep(f"{name}.{'json' if content.startswith(b'[') else 'csv'}", content)
        with (self._directory / f"{name}.results.csv").open("w", encoding="utf-8-sig", newline="") as results:
            summary = import_register(
                self._scene.context.application,
                read_register(io.BytesIO(content), kind),
                self._scene.cast.everyone_at(institution),
                self._scene.clock.next_deed(),
                purpose=Purpose.TAKE,
                tell=ResultFile(results, "案件編號").tell,
            )
        self._scene.context.wake.set()
        return summary

    def _expect(self, summary: ImportSummary, *, taken: int, unchanged: int, refused: int) -> None:
        if (summary.taken, summary.unchanged, summary.refused) != (taken, unchanged, refused):
            self._scene.tally.surprises.append(f"an import was to end with {(taken, unchanged, refused)}: {summary}")

    def _as_csv(self, rows: Iterable[Cells]) -> bytes:
        """As spreadsheets save it: every other file in Big5, the rest in UTF-8."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(ENROLMENTS.headings.values())
        writer.writerows([row.get(name, "") for name in ENROLMENTS.headings] for row in rows)
        return text.getvalue().encode(BIG5 if self._files % 2 else "utf-8-sig")

    def _keep(self, name: str, content: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / name).write_bytes(content)


def _as_json(rows: Iterable[Cells]) -> bytes:
    named = [{CLOSURES.headings[name]: cell for name, cell in row.items()} for row in rows]
    return json.dumps(named, ensure_ascii=False, indent=1).encode()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""

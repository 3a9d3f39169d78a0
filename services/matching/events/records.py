"""What is recorded beside cases: files handed out and taken in, people who have been forgotten."""

from __future__ import annotations

from uuid import UUID

from services.matching.events.entries import (
    CaseNo,
    Digest,
    Institution,
    RegisterKind,
)
from shared.events import Created, Forgetting, published
from shared.sealing import SubjectId


@published("matching.CasesExported.v1")
class CasesExported(Created):
    """批次匯出: an institution took the data of its accepted cases, to fetch the notices and enrol the children."""

    originator_id: UUID
    institution: Institution
    case_nos: tuple[CaseNo, ...]
    digest: Digest


@published("matching.RegisterImported.v1")
class RegisterImported(Created):
    """匯入: a file of enrolments or closures from 個案管理資訊系統 was taken in; one outcome a row, counted here."""

    originator_id: UUID
    kind: RegisterKind
    digest: Digest
    rows: int
    taken: int
    unchanged: int
    refused: int


@published("matching.SubjectForgotten.v1")
class SubjectForgotten(Forgetting, Created):
    """A person's key was destroyed at the vault: read models empty what they had opened of that person."""

    originator_id: UUID
    subject: SubjectId
    ground: str

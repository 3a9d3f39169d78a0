"""Batches and the end of personal data: exports, imports, people to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.application import reservations
from services.matching.domain import access, guards, refusals
from services.matching.domain.records import CaseExport, ForgottenSubject, RegisterImport, RowCounts
from services.matching.domain.refusals import heed
from shared.application.outcome import Decision, Outcome, Result
from shared.sealing import UnknownSubject
from shared.store.append import Reservation
from shared.vault.errors import SubjectOnHold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.commands import ExportCases, ForgetSubject, RecordForgotten, RecordImport
    from shared.principal import Principal
    from shared.sealing import SubjectId


def export_cases(desk: Desk, command: ExportCases, principal: Principal, now: datetime) -> Decision:
    """批次匯出: every case must be one that the caller's institution has accepted."""
    form = desk.form(now)
    digest = form.digest(command.digest, "digest")
    if not command.case_ids:
        form.object(refusals.FieldMissing("case_ids"))
    form.finish()
    cases = [desk.case(case_id) for case_id in dict.fromkeys(command.case_ids)]
    for case in cases:
        heed(access.to_case(type(command), principal, case))
        heed(guards.exporting(case, principal.institution))
    case_nos = [case.case_no for case in cases]
    export = CaseExport.record(principal.institution or "", case_nos, desk.file_digest(digest), now)
    return Decision(Outcome(export.id, export.version), [export])


def record_import(desk: Desk, command: RecordImport, _: Principal, now: datetime) -> Decision:
    """匯入: the rows were commands of their own; this counts them."""
    form = desk.form(now)
    digest = form.digest(command.digest, "digest")
    counts = RowCounts(command.rows, command.taken, command.unchanged, command.refused)
    form.object(counts.objection())
    form.finish()
    record = RegisterImport.record(command.kind, desk.file_digest(digest), counts, now)
    return Decision(Outcome(record.id, record.version), [record])


def forget_subject(desk: Desk, command: ForgetSubject, _: Principal, now: datetime) -> Decision:
    """Destroy a person's keys, then say so; after a crash in between the next start says it."""
    form = desk.form(now)
    ground = form.needed_text(command.ground, "ground", desk.policy(now).explanation_limit)
    form.finish()
    known_as = desk.people.known_as(command.subject)
    try:
        forgotten = desk.store.seizing(
            reservations.last_turns(known_as), lambda: _forget(desk, command.subject, ground)
        )
    except UnknownSubject:
        raise refusals.PersonUnknown("subject") from None
    except SubjectOnHold as error:
        raise refusals.PersonOnHold("subject", grounds=tuple(hold.ground for hold in error.holds)) from None
    return _tell_forgotten(desk, forgotten, ground, now)


def _forget(desk: Desk, subject: SubjectId, ground: str) -> Sequence[SubjectId]:
    """Destroy the keys of somebody about whom nobody can decide anything meanwhile."""
    if desk.store.holders_in([reservations.live_matter(known) for known in desk.people.known_as(subject)]):
        raise refusals.PersonHasLiveMatter("subject")
    return desk.people.forget(subject, ground)


def record_forgotten(desk: Desk, command: RecordForgotten, _: Principal, now: datetime) -> Decision:
    """The vault has forgotten a person, and the log may not know."""
    return _tell_forgotten(desk, (command.subject,), command.ground, now)


def _tell_forgotten(desk: Desk, subjects: Sequence[SubjectId], ground: str, now: datetime) -> Decision:
    """Record those of whom the log does not tell yet."""
    told = desk.store.holders(reservations.FORGOTTEN, [str(subject) for subject in subjects])
    records, reserve = [], []
    for subject in subjects:
        if str(subject) not in told:
            record = ForgottenSubject.record(subject, ground, now)
            records.append(record)
            reserve.append(Reservation(reservations.FORGOTTEN, str(subject), record.id))
    if not records:
        return Decision(Outcome(told[str(subjects[0])], ForgottenSubject.INITIAL_VERSION, result=Result.UNCHANGED))
    return Decision(Outcome(records[0].id, records[0].version), records, reserve)

"""Batches and the end of personal data: exports, imports, people to be forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.application import reservations
from services.matching.application.outcome import Decision, Outcome
from services.matching.domain import access, guards, refusals
from services.matching.domain.records import CaseExport, ForgottenSubject, RegisterImport, RowCounts
from services.matching.domain.refusals import heed
from shared.sealing import UnknownSubject
from shared.vault.errors import SubjectOnHold

if TYPE_CHECKING:
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.commands import ExportCases, ForgetSubject, RecordImport
    from shared.principal import Principal


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
    export = CaseExport.record(principal.institution or "", [case.case_no for case in cases], digest, now)
    return Decision(Outcome(export.id, export.version), [export])


def record_import(desk: Desk, command: RecordImport, _: Principal, now: datetime) -> Decision:
    """匯入: the rows were commands of their own; this counts them."""
    form = desk.form(now)
    digest = form.digest(command.digest, "digest")
    form.finish()
    counts = RowCounts(command.rows, command.taken, command.unchanged, command.refused)
    record = RegisterImport.record(command.kind, digest, counts, now)
    return Decision(Outcome(record.id, record.version), [record])


def forget_subject(desk: Desk, command: ForgetSubject, _: Principal, now: datetime) -> Decision:
    """Destroy a person's keys, then say so; done again after a crash in between, it ends the same."""
    form = desk.form(now)
    ground = form.needed_text(command.ground, "ground", desk.policy(now).explanation_limit)
    form.finish()
    for scope in (reservations.LIVE_CASE, reservations.ENROLMENT):
        if desk.store.holder_of(scope, str(command.subject)) is not None:
            raise refusals.PersonHasLiveMatter("subject")
    try:
        forgotten = desk.people.forget(command.subject, ground)
    except UnknownSubject:
        raise refusals.PersonUnknown("subject") from None
    except SubjectOnHold as error:
        raise refusals.PersonOnHold("subject", grounds=tuple(hold.ground for hold in error.holds)) from None
    records = [ForgottenSubject.record(subject, ground, now) for subject in forgotten]
    return Decision(Outcome(records[0].id, records[0].version), records)

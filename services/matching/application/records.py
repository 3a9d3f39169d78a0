"""Batches and the end of personal data: exports, imports, people to be forgotten."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from services.matching.application import reservations
from services.matching.domain import access, guards, refusals
from services.matching.domain.records import CaseExport, ForgottenSubject, RegisterImport
from services.matching.domain.refusals import heed
from shared.application.forgetting import FORGOTTEN, told
from shared.application.outcome import Decision, Outcome, Result
from shared.imports.counts import RowCounts
from shared.sealing import SubjectId
from shared.vault.errors import SubjectOnHold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.matching.application.desk import Desk
    from services.matching.commands import ExportCases, ForgetSubject, RecordForgotten, RecordImport
    from shared.principal import Principal
    from shared.store.append import Reservation


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
    """Destroy a person's keys, then say so; after a crash in between the next start says it.

    The vault has its own transactions. So nobody can decide about the person from before the keys are destroyed until
    it is known here that they have been, however this process ends.
    """
    form = desk.form(now)
    ground = form.needed_text(command.ground, "ground", desk.policy(now).explanation_limit)
    form.finish()
    known_as = desk.people.known_as(command.subject)
    if not known_as:
        raise refusals.PersonUnknown("subject")
    leaving = reservations.leaving(known_as)
    desk.store.seizing(leaving, lambda: None)
    try:
        forgotten = desk.store.seizing(reservations.last_turns(known_as), lambda: _forget(desk, known_as, ground))
    except refusals.PersonHasLiveMatter:
        desk.store.settle(leaving, tuple)
        raise
    except SubjectOnHold as error:
        desk.store.settle(leaving, tuple)
        raise refusals.PersonOnHold("subject", grounds=tuple(hold.ground for hold in error.holds)) from None
    return _tell_forgotten(desk, forgotten, ground, now)


def _forget(desk: Desk, known_as: Sequence[SubjectId], ground: str) -> Sequence[SubjectId]:
    """Destroy the keys of somebody about whom nobody can decide anything meanwhile."""
    leaving = desk.store.holders(reservations.BEING_FORGOTTEN, [str(person) for person in known_as])
    if len(leaving) < len(known_as) or set(leaving.values()) != {reservations.LEAVING}:
        raise refusals.CaseBusy  # another process has settled the same before we came to it
    _refuse_live_matter(desk, known_as)
    return desk.people.forget(known_as[0], ground)


def _refuse_live_matter(desk: Desk, people: Sequence[SubjectId]) -> None:
    if desk.store.holders_in([reservations.live_matter(person) for person in people]):
        raise refusals.PersonHasLiveMatter("subject")


def settle_leaving(desk: Desk) -> None:
    """Find out of those whom a process that died was about to forget whether it has."""
    for person in desk.store.keys_held_by(reservations.BEING_FORGOTTEN, reservations.LEAVING):
        subject = SubjectId(UUID(person))
        desk.store.settle(reservations.leaving([subject]), partial(_turns_left, desk, subject))


def _turns_left(desk: Desk, subject: SubjectId) -> list[Reservation]:
    """The last turns of somebody who has been forgotten; nobody has those of anybody else, so the next may begin."""
    gone = any(subject in entry.subjects for entry in desk.vault.forgotten())
    return reservations.last_turns([subject]) if gone else []


def record_forgotten(desk: Desk, command: RecordForgotten, _: Principal, now: datetime) -> Decision:
    """The vault has forgotten a person, and the log may not know; nothing new can begin for them from now on."""
    person = [command.subject]
    with suppress(refusals.PersonHasLiveMatter):  # it has to come to its end
        desk.store.seizing(reservations.last_turns(person), lambda: _refuse_live_matter(desk, person))
    return _tell_forgotten(desk, person, command.ground, now)


def _tell_forgotten(desk: Desk, subjects: Sequence[SubjectId], ground: str, now: datetime) -> Decision:
    """Record those of whom the log does not tell yet."""
    known = desk.store.holders(FORGOTTEN, [str(subject) for subject in subjects])
    records, reserve = [], []
    for subject in subjects:
        if str(subject) not in known:
            record = ForgottenSubject.record(subject, ground, now)
            records.append(record)
            reserve.append(told(subject, record.id))
    if not records:
        return Decision(Outcome(known[str(subjects[0])], ForgottenSubject.INITIAL_VERSION, result=Result.UNCHANGED))
    return Decision(Outcome(records[0].id, records[0].version), records, reserve)

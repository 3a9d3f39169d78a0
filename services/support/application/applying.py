"""登錄, 變更, 註銷: what whoever applies does with an application until the bureau is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from services.support.application import reservations
from services.support.application.forms import objection_to_past
from services.support.domain import access, guards, refusals
from services.support.domain.application import Application, Batch
from services.support.domain.findings import AskedLine, findings_of
from services.support.domain.refusals import heed
from services.support.domain.schedules import occurrences_of
from services.support.events import ApplicationKind, Line, NamedSupport, Terms
from shared.application import Decision, Outcome, Result
from shared.refusals import FieldMissing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.support.application.desk import Desk
    from services.support.application.forms import CheckedLine, Form
    from services.support.commands import (
        AmendmentEntry,
        DiscardDraft,
        DraftApplication,
        ImportLines,
        LineEntry,
        NameCancellations,
        RemoveLines,
        SetAmendments,
        SetLines,
        SubmitForReview,
    )
    from services.support.domain.support import Support
    from services.support.events import LineFinding
    from shared.principal import Principal


def draft_application(desk: Desk, command: DraftApplication, principal: Principal, now: datetime) -> Decision:
    """A draft with the next number of the day; whoever is locked out begins nothing but cancellations."""
    applicant = desk.applicant(principal)
    if command.kind is not ApplicationKind.CANCEL and applicant.practitioner:
        heed(desk.objection_to_new([applicant.practitioner], now))
    application = Application.draft(command.kind, applicant, case_no=desk.new_case_no(now), now=now)
    return Decision(_outcome(application), [application], [reservations.numbered(application)])


def set_lines(desk: Desk, command: SetLines, principal: Principal, now: datetime) -> Decision:
    """時間輸入 of one line or many; all of them, or none where anything is at fault."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    heed(guards.editing(application))
    lines = _lines(desk, command, application, principal, now)
    application.set_lines(lines, desk.policy(now).batch_rows, now)
    return Decision(_outcome(application), [application])


def import_lines(desk: Desk, command: ImportLines, principal: Principal, now: datetime) -> Decision:
    """整批匯入 into a draft of its own; whoever hands the same workbook in again is told of that draft."""
    form = desk.form(now)
    told = form.digest(command.digest, "digest")
    if len(command.rows) != len(command.lines):
        form.object(FieldMissing("rows"))
    form.finish()
    applicant = desk.applicant(principal)
    known = desk.draft_of_workbook(applicant, told)
    if known is not None:
        return Decision(Outcome(known.id, known.version, known.case_no, Result.UNCHANGED))
    application = Application.draft(ApplicationKind.NEW, applicant, case_no=desk.new_case_no(now), now=now)
    lines = _lines(desk, command, application, principal, now)
    application.set_lines(lines, desk.policy(now).batch_rows, now)
    application.note_batch(Batch(command.workbook, desk.known_by(told), command.rows, command.refused), now)
    held = [reservations.numbered(application), *reservations.workbook(application)]
    return Decision(_outcome(application), [application], held)


def set_amendments(desk: Desk, command: SetAmendments, principal: Principal, now: datetime) -> Decision:
    """變更後資料 of one support or many; remarks that say the same are those before."""
    application = _about_supports(desk, command, principal, ApplicationKind.AMEND)
    form = desk.form(now)
    named = [
        _amended(desk, form, application, entry, principal, now, f"amendments.{number}")
        for number, entry in enumerate(command.amendments)
    ]
    if not command.amendments:
        form.object(FieldMissing("amendments"))
    form.finish()
    found = [one for one in named if one is not None]
    heed(desk.objection_to_new({one.practitioner for one in found}, now))
    application.name_supports(found, desk.policy(now).batch_rows, now)
    return Decision(_outcome(application), [application])


def name_cancellations(desk: Desk, command: NameCancellations, principal: Principal, now: datetime) -> Decision:
    """單筆註銷, 整批註銷 of supports that go on."""
    application = _about_supports(desk, command, principal, ApplicationKind.CANCEL)
    form = desk.form(now)
    named: list[NamedSupport] = []
    for number, support_id in enumerate(command.support_ids):
        support = _changeable(desk, form, application, support_id, principal, now, f"support_ids.{number}")
        if support is not None:
            named.append(NamedSupport(support.id, support.held.practitioner, support.held.place, support.terms, None))
    if not command.support_ids:
        form.object(FieldMissing("support_ids"))
    form.finish()
    application.name_supports(named, desk.policy(now).batch_rows, now)
    return Decision(_outcome(application), [application])


def remove_lines(desk: Desk, command: RemoveLines, principal: Principal, now: datetime) -> Decision:
    """刪除."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    if not command.line_ids:
        raise FieldMissing("line_ids")
    application.remove(tuple(dict.fromkeys(command.line_ids)), now)
    return Decision(_outcome(application), [application])


def discard_draft(desk: Desk, command: DiscardDraft, principal: Principal, now: datetime) -> Decision:
    """The draft is gone; its number is not given again."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    release = reservations.workbook(application)
    application.discard(now)
    return Decision(_outcome(application), [application], release=release)


def submit_for_review(desk: Desk, command: SubmitForReview, principal: Principal, now: datetime) -> Decision:
    """送審, 重送: with what is found of each line; from now on the supports named have a change pending."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    heed(guards.submitting(application, command.lines))
    supports = desk.supports_of(application)
    findings: Sequence[LineFinding] = ()
    if application.kind is not ApplicationKind.CANCEL:
        heed(desk.objection_to_new(application.practitioners, now))
        findings = findings_now(desk, application, now)
    for support in supports:
        named = application.supports[support.id]
        heed(guards.changeable(support, now))
        if named.before != support.terms:
            raise refusals.AmendmentOutdated
        support.request_change(application, named.after, now)
    due_by = desk.policy(now).decision_due_by(now, desk.calendar)
    application.submit(findings, confirmed=command.lines, due_by=due_by, now=now)
    return Decision(_outcome(application), [application, *supports])


def _outcome(application: Application) -> Outcome:
    return Outcome(application.id, application.version, application.case_no)


# Lines ---------------------------------------------------------------------------------------------------------------


def _lines(
    desk: Desk, command: SetLines | ImportLines, application: Application, principal: Principal, now: datetime
) -> list[Line]:
    """The lines as they were entered; refuses with every fault of them, or with a move lock on one of their people."""
    form = desk.form(now)
    checked = [
        _checked(form, application, entry, principal, f"lines.{number}") for number, entry in enumerate(command.lines)
    ]
    if not command.lines:
        form.object(FieldMissing("lines"))
    form.finish()
    found = [line for line in checked if line is not None]
    heed(desk.objection_to_new({line.practitioner.number for line in found}, now))
    return [_sealed(desk, application, line, entry.line_id) for line, entry in zip(found, command.lines, strict=True)]


def _checked(
    form: Form, application: Application, entry: LineEntry, principal: Principal, field: str
) -> CheckedLine | None:
    form.object(access.for_practitioner(principal, entry.practitioner, f"{field}.practitioner"))
    if entry.line_id is not None and entry.line_id not in application.lines:
        form.object(refusals.LineUnknown(f"{field}.line_id"))
    return form.line(entry, application.applicant.institution, field)


def _sealed(desk: Desk, application: Application, line: CheckedLine, line_id: UUID | None) -> Line:
    """The line, which keeps the files that the one it takes the place of has, where that is the same person's."""
    before = application.lines.get(line_id) if line_id else None
    remarks = desk.remarks(application, line.terms.remarks)
    terms = Terms(line.terms.purposes, line.terms.schedule, remarks)
    files = before.attachments if before and before.practitioner == line.practitioner.number else ()
    return Line(line_id or uuid4(), line.practitioner.number, line.place, line.department, terms, files)


def findings_now(desk: Desk, application: Application, now: datetime) -> Sequence[LineFinding]:
    """What is found of every line; refuses where somebody has moved away, or all of a schedule is over."""
    home = desk.home(application.applicant.institution)
    asked: list[AskedLine] = []
    form = desk.form(now)
    for number, entry in enumerate(application.entries):
        entry_id, terms = _as_asked(entry)
        practitioner = desk.practitioner(entry.practitioner)
        if practitioner.institution != home.code:
            form.object(refusals.PractitionerMovedAway(f"lines.{number}", practitioner=practitioner.name))
        form.object_at(f"lines.{number}", objection_to_past(terms.schedule, now))
        asked.append(AskedLine(entry_id, practitioner, entry.place, occurrences_of(terms.schedule)))
    form.finish()
    return findings_of(asked, home, desk.register, desk.diaries, desk.policy(now).quota_rule)


def _as_asked(entry: Line | NamedSupport) -> tuple[UUID, Terms]:
    """By which id a line is known, and what it asks for."""
    if isinstance(entry, Line):
        return entry.id, entry.terms
    return entry.support, entry.after or entry.before


# Supports ------------------------------------------------------------------------------------------------------------


def _about_supports(
    desk: Desk, command: SetAmendments | NameCancellations, principal: Principal, kind: ApplicationKind
) -> Application:
    """The application that the command is about, which can still be changed and is of this kind."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    heed(guards.editing(application))
    if application.kind is not kind:
        raise refusals.ApplicationOfOtherKind(kind=application.kind)
    return application


def _changeable(  # noqa: PLR0913, PLR0917 - whose, which, when, and where it was entered
    desk: Desk,
    form: Form,
    application: Application,
    support_id: UUID,
    principal: Principal,
    now: datetime,
    field: str,
) -> Support | None:
    """The support, where the caller may ask for a change of it now."""
    support = form.parsed(lambda: desk.support(support_id, field))
    if support is None:
        return None
    objection = access.to_support(principal, support) or guards.changeable(support, now)
    if objection is None and support.held.institution != application.applicant.institution:
        objection = refusals.NotYourSupport()
    return None if form.object_at(field, objection) else support


def _amended(  # noqa: PLR0913, PLR0917 - as above
    desk: Desk,
    form: Form,
    application: Application,
    entry: AmendmentEntry,
    principal: Principal,
    now: datetime,
    field: str,
) -> NamedSupport | None:
    support = _changeable(desk, form, application, entry.support_id, principal, now, f"{field}.support_id")
    checked = form.terms(entry.terms, f"{field}.terms")
    if support is None or checked is None:
        return None
    before = support.terms
    same = desk.says_the_same(before.remarks, checked.remarks)
    remarks = before.remarks if same else desk.remarks(application, checked.remarks)
    after = Terms(checked.purposes, checked.schedule, remarks)
    if after == before:
        form.object(refusals.NothingAmended(f"{field}.terms"))
    return NamedSupport(support.id, support.held.practitioner, support.held.place, before, after)

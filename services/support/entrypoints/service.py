"""Support as a Nameko service: a method a command, and its read models, each caller seeing only what concerns them."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import structlog

from services.support.adapters.batch_import import import_batch
from services.support.adapters.batch_results import RESULT_TITLE, result_file
from services.support.adapters.batch_rows import TITLES, BatchRules, read_batch
from services.support.adapters.batch_template import template
from services.support.adapters.workbook import WorkbookLimits
from services.support.application import Desk, Supporting
from services.support.application.attaching import name_of, part_of, receive_part
from services.support.commands import ImportBatch, ReceivePart
from services.support.domain.access import INSTITUTION, OVERSEERS, PRACTITIONER, WHO_MAY
from services.support.domain.files import Upload
from services.support.domain.forty_percent import Attendance, quota, weeks_around
from services.support.domain.policies import POLICIES, Policy
from services.support.domain.refusals import ApplicationUnknown, FileUnknown, PlaceUnknown, SupportUnknown
from services.support.domain.schedules import preview_of
from services.support.domain.support import Span
from services.support.entrypoints.answers.applications import ApplicationListed, ApplicationTold, FindingTold
from services.support.entrypoints.answers.batches import WORKBOOK, BatchTold
from services.support.entrypoints.answers.files import MEDIA_TYPES, FileGiven, PartReceived
from services.support.entrypoints.answers.quotas import QuotaTold
from services.support.entrypoints.answers.register import RegisterFileListed
from services.support.entrypoints.answers.supports import (
    GroupTold,
    LockListed,
    PreviewedTime,
    PreviewTold,
    SupporterListed,
    SupportListed,
    SupportTold,
    TimeListed,
)
from services.support.entrypoints.opening import (
    application_told,
    applications_listed,
    groups_told,
    locks_listed,
    supporters_listed,
    supports_listed,
    times_listed,
)
from services.support.entrypoints.questions import (
    ApplicationAsked,
    ApplicationsAsked,
    BatchesAsked,
    CaseNumberAsked,
    MonthAsked,
    PartAsked,
    PlacesAsked,
    QueueAsked,
    QuotaAsked,
    RegisterFilesAsked,
    ScheduleAsked,
    StatisticsAsked,
    SupportAsked,
    SupportersAsked,
    SupportsAsked,
    TemplateAsked,
)
from services.support.events import LineFinding
from services.support.messages import WORDING
from services.support.read_models.application_search import (
    ApplicationFilters,
    Progress,
    QueueFilters,
    QueueStanding,
    StateCount,
    application_seen,
    applications_seen,
    progress_of,
    queue_standing,
    review_queue,
    state_counts,
)
from services.support.read_models.applications import Applications
from services.support.read_models.batches import Batches, TakenWorkbook, batches_of
from services.support.read_models.known_institutions import KnownInstitutions
from services.support.read_models.move_locks import MoveLocks, locks_seen
from services.support.read_models.place_search import PlaceFilters, PlaceFound, places_found
from services.support.read_models.register_files import RegisterFiles, files_listed
from services.support.read_models.support_statistics import CountFilters, counted_by
from services.support.read_models.support_times import SupportTimes, calendar_of, overlapping
from services.support.read_models.supports import (
    SupportCounts,
    SupportFilters,
    Supports,
    counts_of,
    support_seen,
    supporters_seen,
    supports_seen,
)
from shared.access import BUREAU
from shared.calendar import start_of_day, taipei_day
from shared.imports.files import Purpose
from shared.principal import Principal, Role
from shared.read_models.paging import Page
from shared.rpc.actions import ActionListed
from shared.rpc.aside import aside
from shared.rpc.refusals import FieldMalformed
from shared.rpc.service import EVERYBODY, ContextService, deed, query
from shared.taiwan.dates import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from services.support.adapters.batch_import import BatchReport
    from services.support.read_models.applications import ApplicationRow
    from services.support.read_models.supports import SupportRow
    from shared.actions import Action

Filters = TypeVar("Filters", ApplicationFilters, QueueFilters, SupportFilters)

_log = structlog.get_logger()

_LONGEST_MONTH = 31


class SupportService(ContextService):
    """報備支援."""

    name = "support"
    words = WORDING
    application = Supporting
    policies = POLICIES

    @query(EVERYBODY, asks=CaseNumberAsked, reads=Applications)
    def progress(self, _: Principal, asked: CaseNumberAsked) -> Progress:
        """申辦進度查詢: state and days of the case of this number; refuses with `ApplicationUnknown`."""
        found = progress_of(self.reader(Applications), asked.case_no.strip())
        if found is None:
            raise ApplicationUnknown("case_no")
        return found

    @query(EVERYBODY)
    def policy_today(self, _: Principal) -> Policy:
        """The figures of support in force today: what can be chosen, how much fits, how long a decision may take."""
        return self._desk.policy(self.now)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=ApplicationsAsked, reads=Applications)
    def applications(self, principal: Principal, asked: ApplicationsAsked) -> Page[ApplicationListed]:
        """案件查詢: a page of the applications that the caller sees, the last changed first, with what they can do."""
        filters = replace(
            _filters(ApplicationFilters, asked),
            starts=parse_time(asked.starts, field="starts") if asked.starts else None,
            ends=parse_time(asked.ends, field="ends") if asked.ends else None,
        )
        reader = self.reader(Applications)
        page = applications_seen(reader, principal, filters, limit=asked.limit, cursor=asked.cursor)
        return Page(self._listed(page.entries, principal), page.following)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, reads=Applications)
    def application_counts(self, principal: Principal) -> list[StateCount]:
        """儀表板: how many applications the caller sees in each state, by kind."""
        return state_counts(self.reader(Applications), principal)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=ApplicationAsked, reads=Applications)
    def application_whole(self, principal: Principal, asked: ApplicationAsked) -> ApplicationTold:
        """One application with its lines, its evidence and the decision; refuses with `ApplicationUnknown`."""
        row = application_seen(self.reader(Applications), principal, asked.application_id)
        if row is None:
            raise ApplicationUnknown("application_id")
        return application_told(self._desk, row, principal, partial(self._actions, principal), self.now)

    @query(PRACTITIONER, INSTITUTION, asks=ApplicationAsked, reads=SupportTimes)
    def found_so_far(self, principal: Principal, asked: ApplicationAsked) -> list[FindingTold]:
        """What would be found of each line if it were submitted now: seen before it is, and by nobody else."""
        policy = self._desk.policy(self.now)
        found: Sequence[LineFinding] = self.context.application.found_so_far(asked.application_id, principal, self.now)
        return [FindingTold.of(finding, policy) for finding in found]

    @query(BUREAU, asks=QueueAsked, reads=Applications)
    def review_queue(self, principal: Principal, asked: QueueAsked) -> Page[ApplicationListed]:
        """審核清單: a page of what waits for the caller's bureau, the longest waiting first, with age and due day."""
        filters, reader = _filters(QueueFilters, asked), self.reader(Applications)
        page = review_queue(reader, principal, filters, self.now, limit=asked.limit, cursor=asked.cursor)
        return Page(self._listed(page.entries, principal), page.following)

    @query(BUREAU, reads=Applications)
    def review_standing(self, principal: Principal) -> QueueStanding:
        """How much waits for the caller's bureau, how much of it past its day or assigned to nobody."""
        return queue_standing(self.reader(Applications), principal, self.now)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=SupportsAsked, reads=Supports)
    def supports(self, principal: Principal, asked: SupportsAsked) -> Page[SupportListed]:
        """他院支援本院, 本院支援他院, one's own: a page of the supports that the caller sees, by their beginning."""
        filters = _filters(SupportFilters, asked)
        page = supports_seen(self.reader(Supports), principal, filters, limit=asked.limit, cursor=asked.cursor)
        return Page(self._supports_listed(page.entries), page.following)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=SupportersAsked, reads=Supports)
    def supporters(self, principal: Principal, asked: SupportersAsked) -> list[SupporterListed]:
        """Whose supports the caller sees, to choose one of them: 500 at most, by name."""
        filters = SupportFilters(institution=asked.institution, place=asked.place)
        return supporters_listed(self._desk, supporters_seen(self.reader(Supports), principal, filters))

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=SupportAsked, reads=Supports)
    def support_whole(self, principal: Principal, asked: SupportAsked) -> SupportTold:
        """One support with what the caller can do; refuses with `SupportUnknown`."""
        row = support_seen(self.reader(Supports), principal, asked.support_id)
        if row is None:
            raise SupportUnknown("support_id")
        [listed] = self._supports_listed([row])
        actions = self.context.application.support_actions(row.id, principal, self.now)
        return SupportTold(listed, tuple(ActionListed.of(action) for action in actions))

    @query(BUREAU, *OVERSEERS, asks=StatisticsAsked, reads=Supports)
    def statistics(self, principal: Principal, asked: StatisticsAsked) -> list[GroupTold]:
        """統計: the supports that the caller's bureau has approved, by 人員類型, 院所 or 縣市, the most first."""
        period = CountFilters(asked.first, asked.last)
        counted = counted_by(self.reader(Supports), principal, asked.by, period, self.now)
        return groups_told(self._desk, asked.by, counted)

    @query(PRACTITIONER, INSTITUTION, reads=Supports)
    def support_counts(self, principal: Principal) -> SupportCounts:
        """有效報備支援人數: how many supports of the caller go on, and of how many practitioners."""
        return counts_of(self.reader(Supports), principal, self.now)

    @query(PRACTITIONER, INSTITUTION, BUREAU, asks=MonthAsked, reads=SupportTimes)
    def calendar(self, principal: Principal, asked: MonthAsked) -> list[TimeListed]:
        """報備支援行事曆: every time of a month that concerns the caller, in order."""
        rows = calendar_of(self.reader(SupportTimes), principal, *_month(asked.day))
        return times_listed(self._desk, rows)

    @query(PRACTITIONER, INSTITUTION, reads=MoveLocks)
    def move_locks(self, principal: Principal) -> list[LockListed]:
        """異動執登場所: what locks the caller, or the caller's people, out, and what has to be cancelled first."""
        staff = self._desk.register.staff(principal.institution) if principal.institution else frozenset()
        rows = locks_seen(self.reader(MoveLocks), principal, staff)
        return locks_listed(self._desk, rows, self.now)

    @query(PRACTITIONER, INSTITUTION, asks=TemplateAsked)
    def batch_template(self, _: Principal, asked: TemplateAsked) -> FileGiven:
        """範本檔: the workbook to fill in."""
        policy = self._desk.policy(self.now)
        content = aside(template, asked.kind, policy.batch_rows, policy.remarks_limit)
        return FileGiven.of(f"{TITLES[asked.kind]}.xlsx", WORKBOOK, content)

    @query(PRACTITIONER, INSTITUTION, asks=ImportBatch)
    def dry_run_batch(self, principal: Principal, asked: ImportBatch) -> BatchTold:
        """試匯: what would become of each row of a workbook; nothing is kept of it."""
        return BatchTold.of(self._report(principal, asked, Purpose.TRY), asked.language)

    @query(PRACTITIONER, INSTITUTION, asks=ImportBatch)
    def dry_run_file(self, principal: Principal, asked: ImportBatch) -> FileGiven:
        """結果檔: the same as a workbook, for whoever has to mend the rows."""
        results = self._report(principal, asked, Purpose.TRY).results
        content = aside(result_file, results, WORDING, asked.language)
        return FileGiven.of(f"{TITLES[asked.kind]}{RESULT_TITLE}.xlsx", WORKBOOK, content)

    @deed(*WHO_MAY[ImportBatch], asks=ImportBatch)
    def import_batch(self, principal: Principal, asked: ImportBatch) -> BatchTold:
        """匯入: the rows of a workbook, as it was chosen, into a draft of their own.

        Whoever loses the answer sends the same file again: what was taken is known.
        """
        self.context.heed_signing()
        told = BatchTold.of(self._report(principal, asked, Purpose.TAKE), asked.language)
        self.context.wake.set()
        return told

    @query(PRACTITIONER, INSTITUTION, asks=BatchesAsked, reads=Batches)
    def batches(self, principal: Principal, asked: BatchesAsked) -> Page[TakenWorkbook]:
        """整批申請紀錄: a page of the workbooks that the caller has handed in, the last one first."""
        return batches_of(self.reader(Batches), principal, limit=asked.limit, cursor=asked.cursor)

    @deed(*WHO_MAY[ReceivePart], asks=ReceivePart)
    def receive_part(self, principal: Principal, asked: ReceivePart) -> PartReceived:
        """上傳附件, a part at a time; `attach_file` attaches the file once all are there, within an hour."""
        upload = Upload(asked.application_id, asked.line_id, asked.upload)
        receive_part(self._desk, upload, asked.number, _bytes_of(asked.content), principal, self.now)
        return PartReceived(asked.number)

    @query(PRACTITIONER, INSTITUTION, BUREAU, *OVERSEERS, asks=PartAsked, reads=Applications)
    def file_part(self, principal: Principal, asked: PartAsked) -> FileGiven:
        """附件, a part at a time, for whoever sees the line it is of; each look is logged with who looks.

        Refuses with `FileUnknown`, also where the caller does not see the application.
        """
        row = application_seen(self.reader(Applications), principal, asked.application_id)
        files = {file.id: file for entry in row.entries for file in entry.files} if row else {}
        file = files.get(asked.file_id)
        if file is None or not 0 <= asked.number < len(file.parts):
            raise FileUnknown("file_id")
        looked_at = {"application": str(asked.application_id), "file": str(file.id), "part": asked.number}
        _log.info("file_read", principal=principal.id, role=principal.role, **looked_at)
        content = part_of(self._desk, file.parts[asked.number])
        return FileGiven.of(name_of(self._desk, file) or "", MEDIA_TYPES[file.kind], content)

    # The register's rows know nothing of what is written here, so that nobody waits for them to.
    @query(PRACTITIONER, INSTITUTION, BUREAU, asks=PlacesAsked)
    def places(self, _: Principal, asked: PlacesAsked) -> Page[PlaceFound]:
        """被支援機構查詢: a page of the institutions and non-medical places sought, by code."""
        reader, filters = self.reader(KnownInstitutions), PlaceFilters(asked.text, asked.county)
        return places_found(reader, filters, taipei_day(self.now), limit=asked.limit, cursor=asked.cursor)

    @query(PRACTITIONER, INSTITUTION, BUREAU, asks=ScheduleAsked)
    def preview_schedule(self, _: Principal, asked: ScheduleAsked) -> PreviewTold:
        """預覽: every time that a schedule means, holidays marked; refuses what could not be applied for."""
        form = self._desk.form(self.now)
        schedule = form.schedule(asked.schedule, "schedule")
        form.finish()
        assert schedule is not None  # noqa: S101 - nothing is at fault
        preview = preview_of(schedule, self._desk.calendar)
        return PreviewTold(
            tuple(
                PreviewedTime(day.occurrence.start, day.occurrence.end, day.is_holiday, day.is_excepted)
                for day in preview.days
            ),
            preview.uncovered_years,
        )

    @query(INSTITUTION, BUREAU, *OVERSEERS, asks=QuotaAsked, reads=SupportTimes)
    def quota(self, principal: Principal, asked: QuotaAsked) -> QuotaTold:
        """報備支援額度限制: what is used of an institution's quota in a month, what is allowed, and by which rule.

        Weeks that lie in two months are told whole in both.
        An institution asks about itself, a bureau about those of its county; refuses with `PlaceUnknown` of others.
        """
        desk = self._desk
        code = asked.institution.strip() or principal.institution or ""
        known = desk.register.institution(code) if code else None
        if known is None or not _may_ask_of(principal, code, known.county):
            raise PlaceUnknown("institution")
        own = desk.register.strength(code)
        first, last = weeks_around(asked.day)
        stays = desk.diaries.at_place(known.place, Span(start_of_day(first), start_of_day(last + timedelta(days=1))))
        attendances = (Attendance(stay.practitioner, stay.occurrence) for stay in stays)
        used = quota(attendances, own, desk.policy(self.now).quota_rule).of_month(asked.day)
        return QuotaTold.of(code, known.name, own, used)

    def _report(self, principal: Principal, asked: ImportBatch, purpose: Purpose) -> BatchReport:
        """What becomes of a workbook, which is read where it holds nobody up."""
        policy = self._desk.policy(self.now)
        limits = WorkbookLimits(policy.batch_bytes, policy.batch_unpacked_bytes, policy.batch_rows)
        rules = BatchRules(policy.schedule_limits, policy.remarks_limit, policy.purposes, self._desk.calendar)
        batch = aside(read_batch, _bytes_of(asked.content), asked.kind, limits, rules)
        return import_batch(self.context.application, batch, principal, self.now, purpose=purpose, choice=asked.choice)

    @query(BUREAU, *OVERSEERS, asks=RegisterFilesAsked, reads=RegisterFiles)
    def register_files(self, _: Principal, asked: RegisterFilesAsked) -> Page[RegisterFileListed]:
        """報備支援清冊檔: a page of the files made for the insurer, the last first, and where each stands."""
        page = files_listed(self.reader(RegisterFiles), limit=asked.limit, cursor=asked.cursor)
        return Page(tuple(map(RegisterFileListed.of, page.entries)), page.following)

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.context.application.desk
        return desk

    def _actions(self, principal: Principal, application_id: UUID) -> Iterable[Action]:
        actions: Iterable[Action] = self.context.application.actions(application_id, principal, self.now)
        return actions

    def _supports_listed(self, rows: Sequence[SupportRow]) -> tuple[SupportListed, ...]:
        overlaps = overlapping(self.reader(SupportTimes), [row.id for row in rows])
        return supports_listed(self._desk, rows, overlaps)

    def _listed(self, rows: Sequence[ApplicationRow], principal: Principal) -> tuple[ApplicationListed, ...]:
        return applications_listed(self._desk, rows, principal, partial(self._actions, principal), self.now)


def _filters(kind: type[Filters], asked: ApplicationsAsked | QueueAsked | SupportsAsked) -> Filters:
    """The filters as the read model has them."""
    return kind(**{name: value for name, value in vars(asked).items() if name in kind.__dataclass_fields__})


def _bytes_of(content: str) -> bytes:
    """The bytes of a file; raises `FieldMalformed`."""
    try:
        return b64decode(content, validate=True)
    except ValueError:
        raise FieldMalformed("content", expected="text") from None


def _month(day: date) -> tuple[datetime, datetime]:
    """The first moment of a Taipei month, and that of the next."""
    first = day.replace(day=1)
    following = (first + timedelta(days=_LONGEST_MONTH)).replace(day=1)
    return start_of_day(first), start_of_day(following)


def _may_ask_of(principal: Principal, institution: str, county: str) -> bool:
    """Whose quota the caller may look at."""
    if principal.role is Role.INSTITUTION:
        return principal.institution == institution
    return principal.role not in BUREAU.roles or principal.jurisdiction == county

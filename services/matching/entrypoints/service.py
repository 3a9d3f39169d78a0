"""Matching as a Nameko service: a method a command, and its four read models, each caller seeing only its own rows."""

from __future__ import annotations

from base64 import b64decode, b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from msgspec.structs import asdict

from services.matching.adapters.batch_export import as_file, rows_of
from services.matching.adapters.register_import import import_register, read_short_register
from services.matching.application import Desk, Matching
from services.matching.commands import REGISTER_FILE_ROWS, ImportRegister
from services.matching.domain.access import WHO_MAY
from services.matching.domain.policies import POLICIES, Policy
from services.matching.domain.refusals import CaseUnknown, EnrolmentUnknown
from services.matching.entrypoints.answers.bureaus import BureauCase, BureauCaseListed
from services.matching.entrypoints.answers.clinics import ClinicCase, EnrolmentListed, ExportedFile, OfferListed
from services.matching.entrypoints.answers.doctors import DoctorListed, WaitingTime
from services.matching.entrypoints.answers.families import FamilyCaseListed
from services.matching.entrypoints.answers.figures import Figures, InstitutionListed, ReasonListed
from services.matching.entrypoints.answers.register import FileTold, RowTold
from services.matching.entrypoints.opening import (
    bureau_cases_listed,
    enrolments_listed,
    family_cases_listed,
    offers_listed,
)
from services.matching.entrypoints.questions import (
    BoardQueue,
    CaseAsked,
    CaseNumber,
    CasesAsked,
    CasesTicked,
    DoctorsSought,
    EnrolmentAsked,
    EnrolmentsAsked,
    Export,
    Matter,
    Months,
    Worklist,
)
from services.matching.messages import WORDING
from services.matching.read_models import case_statistics
from services.matching.read_models.board_queues import QueueCount, cases_on, queue_counts
from services.matching.read_models.bureau_board import BureauBoard
from services.matching.read_models.bureau_cases import (
    NO_CASES,
    CaseCounts,
    CaseFilters,
    bureau_case,
    bureau_cases,
    case_counts,
)
from services.matching.read_models.case_statistics import CaseStatistics, CountyCounts
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.doctor_demand import DoctorDemand, Place, demand_of
from services.matching.read_models.doctor_search import search_doctors
from services.matching.read_models.enrolments import EnrolmentFilters, Enrolments, enrolment_of, enrolments_of
from services.matching.read_models.family_cases import FamilyCases, case_by_id, case_of_contact, cases_of_contact
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.monthly_statistics import MonthCounts, by_month
from services.matching.read_models.public_figures import ConsentTime, consent_time
from services.matching.read_models.stated_places import StatedPlaces, places_of
from services.matching.read_models.worklist_search import (
    NOTHING,
    TabCounts,
    WorklistFilters,
    accepted_offers,
    newest_offers,
    offers_of_case,
    tab_counts,
    worklist,
)
from shared.access import AUDITOR, BUREAU, CLINIC, FAMILY, INSURER, OPERATOR
from shared.calendar import taipei_day
from shared.imports.files import Purpose
from shared.principal import Principal
from shared.read_models.paging import Page
from shared.rpc.actions import ActionListed
from shared.rpc.aside import aside
from shared.rpc.refusals import FieldMalformed
from shared.rpc.service import EVERYBODY, ContextService, deed, query
from shared.taiwan.text import folded
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.matching.read_models.case_statistics import InstitutionCounts, ReasonCount
    from shared.read_models.reader import Reader

Filters = TypeVar("Filters", WorklistFilters, EnrolmentFilters, CaseFilters)
Entry = TypeVar("Entry")
Named = TypeVar("Named", InstitutionListed, ReasonListed)


class MatchingService(ContextService):
    """媒合."""

    name = "matching"
    words = WORDING
    application = Matching
    policies = POLICIES

    @query(EVERYBODY, asks=DoctorsSought, reads=StatedPlaces)
    def find_doctors(self, _: Principal, asked: DoctorsSought) -> Page[DoctorListed]:
        """選擇醫師: a page of the doctors sought, with waiting time and places left, nearest or by institution."""
        today, calendar = taipei_day(self.now), self._desk.calendar
        page = search_doctors(self.reader(KnownDoctors), asked.sought, today, limit=asked.limit, cursor=asked.cursor)
        places = [Place(found.institution, found.doctor) for found in page.entries]
        waits = demand_of(self.reader(DoctorDemand), places, today)
        stated = places_of(self.reader(StatedPlaces), places)
        listed = (
            DoctorListed.of(
                found,
                WaitingTime.of(waits[place], today, calendar),
                stated.get(place),
                found.metres if asked.sought.near else None,
            )
            for found, place in zip(page.entries, places, strict=True)
        )
        return Page(tuple(listed), page.following)

    @query(EVERYBODY, reads=CaseStatistics)
    def consent_time(self, _: Principal) -> ConsentTime:
        """How long new applications took until a doctor agreed, over the last full month."""
        calendar = self._desk.calendar
        return consent_time(self.reader(CaseStatistics), taipei_day(self.now), calendar)

    @query(EVERYBODY)
    def policy_today(self, _: Principal) -> Policy:
        """The figures of the programme in force today: how many preferences, how long each step may take."""
        return self._desk.policy(self.now)

    @query(FAMILY, CLINIC, BUREAU, asks=Matter)
    def actions(self, principal: Principal, asked: Matter) -> tuple[ActionListed, ...]:
        """Every command that could be given about a case or an enrolment; why not, where `objection` is not None."""
        return self._actions(principal, asked.case_or_enrolment_id)

    @query(FAMILY, reads=FamilyCases)
    def family_cases(self, principal: Principal) -> tuple[FamilyCaseListed, ...]:
        """相關幼兒資訊: the cases and enrolments of the phone that the parent has proved, with their timelines."""
        return family_cases_listed(self._desk, cases_of_contact(self.reader(FamilyCases), principal), self.now)

    @query(FAMILY, asks=CaseNumber, reads=FamilyCases)
    def family_case(self, principal: Principal, asked: CaseNumber) -> FamilyCaseListed:
        """One of them; refuses with `CaseUnknown` also where it is another family's."""
        case = case_of_contact(self.reader(FamilyCases), asked.case_no, principal)
        if case is None:
            raise CaseUnknown("case_no")
        return family_cases_listed(self._desk, [case], self.now)[0]

    @query(CLINIC, asks=Worklist, reads=ClinicWorklist)
    def clinic_worklist(self, principal: Principal, asked: Worklist) -> Page[OfferListed]:
        """家長媒合工具申請案件查詢: a page of what the caller's doctors have been asked, as `order` says."""
        filters = self._filters(WorklistFilters, asked)
        if filters is None:
            return Page(())
        reader = self.reader(ClinicWorklist)
        found = worklist(reader, principal, filters, order=asked.order, limit=asked.limit, cursor=asked.cursor)
        return Page(offers_listed(self._desk, found.entries, self.now), found.following)

    @query(CLINIC, asks=Worklist, reads=ClinicWorklist)
    def worklist_counts(self, principal: Principal, asked: Worklist) -> TabCounts:
        """How many of them these filters let through, by tab."""
        filters = self._filters(WorklistFilters, asked)
        return tab_counts(self.reader(ClinicWorklist), principal, filters) if filters else NOTHING

    @query(CLINIC, asks=CaseAsked, reads=ClinicWorklist)
    def clinic_offer(self, principal: Principal, asked: CaseAsked) -> OfferListed:
        """The newest offer of one case; refuses with `CaseUnknown` where the caller's doctors were never asked."""
        return self._offers_of(principal, asked)[0]

    @query(CLINIC, asks=CasesTicked, reads=ClinicWorklist)
    def clinic_offers(self, principal: Principal, asked: CasesTicked) -> tuple[OfferListed, ...]:
        """The newest offer of each of these cases, the nearest deadline first; refuses as `clinic_offer` for any."""
        found = newest_offers(self.reader(ClinicWorklist), asked.case_ids, principal)
        if len(found) < len(set(asked.case_ids)):
            raise CaseUnknown("case_ids")
        return offers_listed(self._desk, found, self.now)

    @query(CLINIC, asks=CaseAsked, reads=ClinicWorklist)
    def clinic_case(self, principal: Principal, asked: CaseAsked) -> ClinicCase:
        """The record of one case: every offer to the caller's doctors, and what can be done; refuses as above."""
        newest, *earlier = self._offers_of(principal, asked)
        return ClinicCase(newest, tuple(earlier), self._actions(principal, asked.case_id))

    @query(CLINIC, asks=EnrolmentsAsked, reads=Enrolments)
    def institution_enrolments(self, principal: Principal, asked: EnrolmentsAsked) -> Page[EnrolmentListed]:
        """收案名單: a page of those whom the caller's doctors have enrolled, on paper too, the newest first."""
        filters = self._filters(EnrolmentFilters, asked)
        if filters is None:
            return Page(())
        page = enrolments_of(self.reader(Enrolments), principal, filters, limit=asked.limit, cursor=asked.cursor)
        return Page(enrolments_listed(self._desk, page.entries), page.following)

    @query(CLINIC, asks=EnrolmentAsked, reads=Enrolments)
    def institution_enrolment(self, principal: Principal, asked: EnrolmentAsked) -> EnrolmentListed:
        """One of them; refuses with `EnrolmentUnknown` also where another clinic made it."""
        found = enrolment_of(self.reader(Enrolments), asked.enrolment_id, principal)
        if found is None:
            raise EnrolmentUnknown("enrolment_id")
        return enrolments_listed(self._desk, [found])[0]

    @query(CLINIC, asks=Export, reads=ClinicWorklist)
    def export_file(self, principal: Principal, asked: Export) -> ExportedFile:
        """批次匯出: the file of those cases that can be exported; `export_cases` then records that it was taken."""
        offers = accepted_offers(self.reader(ClinicWorklist), principal, asked.case_ids)
        rows, case_ids = rows_of(offers, self.context.vault), [found.case_id for found in offers]
        file = aside(as_file, rows, case_ids, asked.file_format)
        return ExportedFile(b64encode(file.content).decode(), file.digest, tuple(file.case_ids))

    @deed(*WHO_MAY[ImportRegister], asks=ImportRegister)
    def import_register(self, principal: Principal, asked: ImportRegister) -> FileTold:
        """匯入, 試匯: a file of enrolments or closures, of the rows that the caller answers for.

        Whoever loses the answer sends the same file again: what was taken is known.
        """
        if asked.purpose is Purpose.TAKE:
            self.context.heed_signing()
        try:
            file = BytesIO(b64decode(asked.content, validate=True))
        except ValueError:
            raise FieldMalformed("content", expected="text") from None
        rows = aside(read_short_register, file, asked.kind, REGISTER_FILE_ROWS)
        told: list[RowTold] = []
        summary = import_register(
            self.context.application,
            rows,
            principal,
            self.now,
            purpose=asked.purpose,
            tell=lambda result: told.append(RowTold.of(result, asked.language)),
        )
        return FileTold.of(summary, told)

    @query(BUREAU, reads=BureauBoard)
    def board_counts(self, principal: Principal) -> list[QueueCount]:
        """What lies on each queue of the caller's county, since when, and the first day by which to act."""
        return queue_counts(self.reader(BureauBoard), principal, self.now)

    @query(BUREAU, asks=BoardQueue, reads=BureauBoard)
    def board_cases(self, principal: Principal, asked: BoardQueue) -> Page[BureauCaseListed]:
        """A page of one queue of the caller's county, the longest lying first."""
        reader = self.reader(BureauBoard)
        page = cases_on(reader, principal, asked.queue, self.now, limit=asked.limit, cursor=asked.cursor)
        return Page(bureau_cases_listed(self._desk, page.entries, self.now), page.following)

    @query(BUREAU, asks=CasesAsked, reads=BureauBoard)
    def bureau_cases(self, principal: Principal, asked: CasesAsked) -> Page[BureauCaseListed]:
        """衛生局案件查詢: a page of the cases of the caller's jurisdiction, the newest application first."""
        filters = self._filters(CaseFilters, asked)
        if filters is None:
            return Page(())
        reader = self.reader(BureauBoard)
        page = bureau_cases(reader, principal, filters, self.now, limit=asked.limit, cursor=asked.cursor)
        return Page(bureau_cases_listed(self._desk, page.entries, self.now), page.following)

    @query(BUREAU, asks=CasesAsked, reads=BureauBoard)
    def bureau_case_counts(self, principal: Principal, asked: CasesAsked) -> CaseCounts:
        """How many of them these filters let through, by status and by flag."""
        filters = self._filters(CaseFilters, asked)
        return case_counts(self.reader(BureauBoard), principal, filters, self.now) if filters else NO_CASES

    @query(BUREAU, asks=CaseNumber, reads=BureauBoard)
    def bureau_case(self, principal: Principal, asked: CaseNumber) -> BureauCase:
        """The record of one case, identifiers and contact opened; refuses with `CaseUnknown` outside the county."""
        row = bureau_case(self.reader(BureauBoard), asked.case_no, principal)
        case = case_by_id(self.reader(FamilyCases), row.id) if row else None
        if row is None or case is None:
            raise CaseUnknown("case_no")
        [standing] = bureau_cases_listed(self._desk, [row], self.now)
        [whole] = family_cases_listed(self._desk, [case], self.now)
        return BureauCase(standing, whole, self._actions(principal, row.id))

    @query(BUREAU, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def statistics_by_county(self, principal: Principal) -> Figures[CountyCounts]:
        """The counties that the caller answers for, in figures."""
        return self._figures(lambda reader: case_statistics.by_county(reader, principal))

    @query(BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def statistics_by_institution(self, principal: Principal) -> Figures[InstitutionListed]:
        """The institutions that the caller answers for, in figures."""
        return self._figures(
            lambda reader: self._by_name(InstitutionListed, case_statistics.by_institution(reader, principal))
        )

    @query(BUREAU, INSURER, OPERATOR, AUDITOR, asks=Months, reads=CaseStatistics)
    def statistics_by_month(self, principal: Principal, asked: Months) -> Figures[MonthCounts]:
        """The months up to now, of the children of the caller's county, or of all, the oldest first."""
        today, calendar = taipei_day(self.now), self._desk.calendar
        return self._figures(lambda reader: by_month(reader, principal, today, calendar, asked.months))

    @query(BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def decline_reasons(self, principal: Principal) -> Figures[ReasonListed]:
        """未能同意收案原因 of those institutions, the most frequent first."""
        return self._figures(lambda reader: self._by_name(ReasonListed, case_statistics.declines(reader, principal)))

    @property
    def _desk(self) -> Desk:
        desk: Desk = self.context.application.desk
        return desk

    def _actions(self, principal: Principal, matter_id: UUID) -> tuple[ActionListed, ...]:
        found = self.context.application.actions(matter_id, principal, self.now)
        return tuple(ActionListed.of(action) for action in found)

    def _offers_of(self, principal: Principal, asked: CaseAsked) -> tuple[OfferListed, ...]:
        offers = offers_of_case(self.reader(ClinicWorklist), asked.case_id, principal)
        if not offers:
            raise CaseUnknown("case_id")
        return offers_listed(self._desk, offers, self.now)

    def _filters(self, kind: type[Filters], asked: Any) -> Filters | None:
        """The filters as the read model has them; None where nobody has the mother's identifier."""
        entered = {name: value for name, value in vars(asked).items() if name in kind.__dataclass_fields__}
        if asked.mother is not None:
            number = folded(asked.mother.identifier).upper()
            entered["mother"] = (
                self.context.vault.find(Identifier(asked.mother.kind, number)) if number.strip() else None
            )
            if entered["mother"] is None:
                return None
        return kind(**entered)

    def _by_name(self, kind: type[Named], rows: Sequence[InstitutionCounts | ReasonCount]) -> list[Named]:
        """The figures of institutions, with what these are called."""
        names = self._desk.registry.names({row.institution for row in rows}, set())
        return [kind(**asdict(row), institution_name=names.institution(row.institution)) for row in rows]

    def _figures(self, count: Callable[[Reader], Sequence[Entry]]) -> Figures[Entry]:
        """What is counted, with how far the rows had come before."""
        reader = self.reader(CaseStatistics)
        standing = reader.standing()
        return Figures(tuple(count(reader)), standing.position, standing.moved_at)

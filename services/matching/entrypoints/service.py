"""Matching as a Nameko service: a method a command, and its four read models, each caller seeing only its own rows."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from services.matching.adapters.batch_export import as_file, rows_of
from services.matching.application import Matching
from services.matching.domain.policies import Policy
from services.matching.domain.refusals import CaseUnknown
from services.matching.entrypoints.answers.doctors import DoctorListed, WaitingTime
from services.matching.entrypoints.questions import (
    BoardQueue,
    CaseAsked,
    CaseNumber,
    DoctorsSought,
    Export,
    Matter,
    MotherAsked,
    Worklist,
)
from services.matching.messages import WORDING
from services.matching.read_models import case_statistics
from services.matching.read_models.bureau_board import BureauBoard, cases_on, queue_counts
from services.matching.read_models.case_statistics import CaseStatistics
from services.matching.read_models.clinic_worklist import (
    ClinicWorklist,
    WorklistFilters,
    accepted_offers,
    offer,
    worklist,
)
from services.matching.read_models.doctor_demand import DoctorDemand, Place, demand_of
from services.matching.read_models.doctor_search import search_doctors
from services.matching.read_models.family_cases import FamilyCases, case_of_contact, cases_of_contact
from services.matching.read_models.known_doctors import KnownDoctors
from services.matching.read_models.public_figures import ConsentTime, consent_time
from services.matching.read_models.stated_places import StatedPlaces, places_of
from shared.access import AUDITOR, BUREAU, CLINIC, FAMILY, INSURER, OPERATOR
from shared.calendar import taipei_day
from shared.read_models.paging import Page
from shared.rpc.aside import aside
from shared.rpc.opened import opened
from shared.rpc.service import EVERYBODY, ContextService, method_of, query
from shared.rpc.wire import Told
from shared.taiwan.text import folded
from shared.vault.blind_index import Identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.matching.domain.actions import Action
    from services.matching.read_models.bureau_board import BoardCase, Queue
    from services.matching.read_models.case_statistics import CountyCounts, InstitutionCounts, ReasonCount
    from services.matching.read_models.clinic_worklist import ClinicOffer
    from services.matching.read_models.family_cases import FamilyCase
    from shared.principal import Principal

    Row = dict[str, Any]


class MatchingService(ContextService):
    """媒合."""

    name = "matching"
    words = WORDING
    application = Matching

    @query(EVERYBODY, asks=DoctorsSought, reads=StatedPlaces)
    def find_doctors(self, _: Principal, asked: DoctorsSought) -> Page[DoctorListed]:
        """選擇醫師: a page of the doctors sought, with waiting time and places left, nearest or by institution."""
        today, calendar = taipei_day(self.now), self.context.application.desk.calendar
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
        calendar = self.context.application.desk.calendar
        return consent_time(self.reader(CaseStatistics), taipei_day(self.now), calendar)

    @query(EVERYBODY)
    def policy_today(self, _: Principal) -> Policy:
        """The figures of the programme in force today: how many preferences, how long each step may take."""
        policy: Policy = self.context.application.desk.policy(self.now)
        return policy

    @query(FAMILY, CLINIC, BUREAU, asks=Matter)
    def actions(self, principal: Principal, asked: Matter) -> list[Row]:
        """Every command that could be given about a case or an enrolment; why not, where `objection` is not None."""
        found = self.context.application.actions(asked.case_or_enrolment_id, principal, self.now)
        return [_action(action) for action in found]

    @query(FAMILY, reads=FamilyCases)
    def family_cases(self, principal: Principal) -> list[Row]:
        """相關幼兒資訊: the cases and enrolments of the phone that the parent has proved, with their timelines."""
        return self._family(cases_of_contact(self.reader(FamilyCases), principal))

    @query(FAMILY, asks=CaseNumber, reads=FamilyCases)
    def family_case(self, principal: Principal, asked: CaseNumber) -> Row:
        """One of them; refuses with `CaseUnknown` also where it is another family's."""
        case = case_of_contact(self.reader(FamilyCases), asked.case_no, principal)
        if case is None:
            raise CaseUnknown("case_no")
        return self._family([case])[0]

    @query(CLINIC, asks=Worklist, reads=ClinicWorklist)
    def clinic_worklist(self, principal: Principal, asked: Worklist) -> Page[Row]:
        """家長媒合工具申請案件查詢: a page of what the caller's doctors have been asked, the longest waiting first."""
        filters = self._filters(asked)
        if filters is None:
            return Page(())
        page = worklist(self.reader(ClinicWorklist), principal, filters, limit=asked.limit, cursor=asked.cursor)
        return Page(tuple(self._offers(page.entries)), page.following)

    @query(CLINIC, asks=CaseAsked, reads=ClinicWorklist)
    def clinic_offer(self, principal: Principal, asked: CaseAsked) -> Row:
        """The newest offer of one case; refuses with `CaseUnknown` where the caller's doctors were never asked."""
        found = offer(self.reader(ClinicWorklist), asked.case_id, principal)
        if found is None:
            raise CaseUnknown("case_id")
        return self._offers([found])[0]

    @query(CLINIC, asks=Export, reads=ClinicWorklist)
    def export_file(self, principal: Principal, asked: Export) -> Row:
        """批次匯出: the file of those cases that can be exported; `export_cases` then records that it was taken."""
        offers = accepted_offers(self.reader(ClinicWorklist), principal, asked.case_ids)
        rows, case_ids = rows_of(offers, self.context.vault), [found.case_id for found in offers]
        file = aside(as_file, rows, case_ids, asked.file_format)
        return {"content": b64encode(file.content).decode(), "digest": file.digest, "case_ids": file.case_ids}

    @query(BUREAU, reads=BureauBoard)
    def board_counts(self, principal: Principal) -> dict[Queue, int]:
        """How many cases lie on each queue of the caller's county."""
        return queue_counts(self.reader(BureauBoard), principal, self.now)

    @query(BUREAU, asks=BoardQueue, reads=BureauBoard)
    def board_cases(self, principal: Principal, asked: BoardQueue) -> Page[Row]:
        """A page of one queue of the caller's county, the longest lying first."""
        reader = self.reader(BureauBoard)
        page = cases_on(reader, principal, asked.queue, self.now, limit=asked.limit, cursor=asked.cursor)
        return Page(tuple(self._board(page.entries)), page.following)

    @query(BUREAU, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def statistics_by_county(self, principal: Principal) -> list[CountyCounts]:
        """The counties that the caller answers for, in figures."""
        return case_statistics.by_county(self.reader(CaseStatistics), principal)

    @query(BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def statistics_by_institution(self, principal: Principal) -> list[InstitutionCounts]:
        """The institutions that the caller answers for, in figures."""
        return case_statistics.by_institution(self.reader(CaseStatistics), principal)

    @query(BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR, reads=CaseStatistics)
    def decline_reasons(self, principal: Principal) -> list[ReasonCount]:
        """未能同意收案原因 of those institutions, the most frequent first."""
        return case_statistics.declines(self.reader(CaseStatistics), principal)

    def _filters(self, asked: Worklist) -> WorklistFilters | None:
        """The filters as the read model has them; None where nobody has the mother's identifier."""
        entered = {name: value for name, value in vars(asked).items() if name not in {"limit", "cursor", "mother"}}
        if asked.mother is None:
            return WorklistFilters(**entered)
        mother = self._mother(asked.mother)
        return WorklistFilters(**entered, mother=mother) if mother else None

    def _mother(self, asked: MotherAsked) -> Any:
        return self.context.vault.find(Identifier(asked.kind, folded(asked.identifier).upper()))

    def _family(self, cases: Sequence[FamilyCase]) -> list[Row]:
        rows = zip(cases, opened(cases, self.context.vault), strict=True)
        return [row | {"by_itself": case.by_itself} for case, row in rows]

    def _offers(self, offers: Sequence[ClinicOffer]) -> list[Row]:
        rows = zip(offers, opened(offers, self.context.vault), strict=True)
        return [row | {"days_waiting": found.days_waiting(self.now)} for found, row in rows]

    def _board(self, cases: Sequence[BoardCase]) -> list[Row]:
        rows = zip(cases, opened(cases, self.context.vault), strict=True)
        return [row | {"owner": case.owner} for case, row in rows]


def _action(action: Action) -> Row:
    objection = Told.of(action.objection) if action.objection else None
    return {"command": method_of(action.command), "objection": objection}

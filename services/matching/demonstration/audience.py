"""What each read model shows, asked as those who use it ask: families, clinics, bureaus, and who counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from services.matching.demonstration.cast import OPERATOR, bureau, parent
from services.matching.domain.statuses import MatchStatus
from services.matching.read_models.board_queues import cases_on
from services.matching.read_models.bureau_board import BureauBoard, Queue
from services.matching.read_models.case_statistics import CaseStatistics, by_county, by_institution, declines
from services.matching.read_models.clinic_worklist import ClinicWorklist
from services.matching.read_models.family_cases import FamilyCases, cases_of_contact
from services.matching.read_models.worklist_search import worklist
from shared.read_models.paging import MAX_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.matching.application import Matching
    from services.matching.demonstration.cast import Cast
    from services.matching.demonstration.tally import Figures, Tally
    from shared.context import Context
    from shared.read_models.paging import Page

Row = TypeVar("Row")

_COUNTY_FIGURES = (
    "children",
    "cases",
    "changes",
    "live",
    "matched",
    "unmatched",
    "withdrawn",
    "elsewhere",
    "enrolments",
    "on_paper",
    "closed",
)
_INSTITUTION_FIGURES = ("asked", "accepted", "declined", "expired", "lapsed")


@dataclass(frozen=True)
class Audience:
    """Asks every read model; `before` are the statistics that earlier runs had left."""

    context: Context[Matching]
    cast: Cast
    before: Figures

    def shown(self, tally: Tally, now: datetime) -> dict[str, Figures]:
        """What each read model shows of this run at `now` (aware), by its name."""
        statistics = statistics_of(self.context)
        return {
            "family_cases": self._families(tally),
            "clinic_worklist": self._clinics(tally),
            "bureau_board": self._bureaus(tally, now),
            "case_statistics": {name: count - self.before.get(name, 0) for name, count in statistics.items()},
        }

    def _families(self, tally: Tally) -> Figures:
        reader = self.context.reader(FamilyCases)
        figures: Counter[str] = Counter(cases=0, enrolments_on_paper=0, matched=0, unmatched=0, withdrawn=0)
        for phone in tally.phones:
            for row in cases_of_contact(reader, parent(phone)):
                if row.kind is None:
                    figures["enrolments_on_paper"] += 1
                    continue
                figures["cases"] += 1
                if row.match in {MatchStatus.MATCHED, MatchStatus.UNMATCHED, MatchStatus.WITHDRAWN}:
                    figures[str(row.match)] += 1
                figures.update(f"timeline.{step.what}" for step in row.timeline)
        reader.close()
        return dict(figures)

    def _clinics(self, tally: Tally) -> Figures:
        reader = self.context.reader(ClinicWorklist)
        figures: Counter[str] = Counter(offers=0, accepted=0, declined=0, expired=0, lapsed=0, taken_back=0, released=0)
        for institution in self.cast.clinics:
            everyone = self.cast.everyone_at(institution)
            for row in _all(partial(worklist, reader, everyone, limit=MAX_PAGE)):
                if row.case_id in tally.case_ids:
                    figures.update(("offers", str(row.status)))
        reader.close()
        return dict(figures)

    def _bureaus(self, tally: Tally, now: datetime) -> Figures:
        reader = self.context.reader(BureauBoard)
        figures: Counter[str] = Counter(unmatched=0, enrolled_elsewhere=0)
        for county in self.cast.counties:
            officer = bureau(county)
            for queue in Queue:
                rows = _all(partial(cases_on, reader, officer, queue, now, limit=MAX_PAGE))
                figures[str(queue)] += sum(row.id in tally.case_ids for row in rows)
        reader.close()
        return {
            queue: count for queue, count in figures.items() if count or queue in {"unmatched", "enrolled_elsewhere"}
        }


def statistics_of(context: Context[Matching]) -> Figures:
    """The counts of the whole log, summed over counties and institutions."""
    reader = context.reader(CaseStatistics)
    figures: Counter[str] = Counter(dict.fromkeys((*_COUNTY_FIGURES, *_INSTITUTION_FIGURES), 0))
    for county in by_county(reader, OPERATOR):
        figures.update({name: getattr(county, name) for name in _COUNTY_FIGURES})
    for institution in by_institution(reader, OPERATOR):
        figures.update({name: getattr(institution, name) for name in _INSTITUTION_FIGURES})
    for reason in declines(reader, OPERATOR):
        figures[f"declined.{reason.reason}"] += reason.cases
    reader.close()
    return dict(figures)


def _all(page: Callable[..., Page[Row]]) -> Iterator[Row]:
    """Every row of a paged list."""
    cursor = None
    while True:
        found = page(cursor=cursor)
        yield from found.entries
        if (cursor := found.following) is None:
            return

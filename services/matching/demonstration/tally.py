"""What the story has done, as facts and counts of it, and what each read model must show after it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from shared.sealing import SubjectId

Figures = dict[str, int]
"""Counts by name."""


@dataclass
class Tally:
    """Counts what people did and what must have followed by itself, by the name of the event that says so.

    `case_ids` and `phones` are those of this run: by them its rows are found among those of earlier ones.
    """

    facts: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    case_ids: set[UUID] = field(default_factory=set)
    phones: set[SubjectId] = field(default_factory=set)
    surprises: list[str] = field(default_factory=list)
    """What did not come out as the story has it."""

    def happened(self, fact: str, times: int = 1) -> None:
        """An event of this name must have been recorded so many times."""
        self.facts[fact] += times

    def did(self, deed: str, times: int = 1) -> None:
        """Something that is counted, but is no event of a case or an enrolment."""
        self.deeds[deed] += times

    @property
    def figures(self) -> Figures:
        """Everything counted."""
        return dict(sorted((self.facts + self.deeds).items()))

    def expected(self) -> dict[str, Figures]:
        """What each read model must show of this run, by its name."""
        facts = self.facts
        return {
            "family_cases": {
                "cases": facts["CaseSubmitted"],
                "enrolments_on_paper": self.deeds["enrolled_on_paper"],
                "matched": facts["CaseEnrolled"] + facts["EnrolmentMismatchDetected"],
                "unmatched": facts["CaseUnmatched"],
                "withdrawn": facts["CaseWithdrawn"],
                **{f"timeline.{name}": count for name, count in sorted(facts.items()) if name not in _OF_ENROLMENTS},
            },
            "clinic_worklist": {
                "offers": facts["PreferenceOffered"],
                "accepted": facts["CaseEnrolled"],
                "declined": facts["InstitutionDeclined"],
                "expired": facts["OfferExpired"],
                "lapsed": facts["NoticeLapsed"],
                "taken_back": facts["OfferWithdrawn"],
                "released": facts["NoticeReleased"] + self.deeds["let_go"],
            },
            "bureau_board": {
                "unmatched": facts["CaseUnmatched"],
                "enrolled_elsewhere": facts["EnrolmentMismatchDetected"],
            },
            "case_statistics": {
                "children": self.deeds["children"],
                "cases": facts["CaseSubmitted"],
                "changes": facts["ChangeRequested"],
                "live": 0,
                "matched": facts["CaseEnrolled"] + facts["EnrolmentMismatchDetected"],
                "unmatched": facts["CaseUnmatched"],
                "withdrawn": facts["CaseWithdrawn"],
                "elsewhere": facts["EnrolmentMismatchDetected"],
                "enrolments": facts["EnrolmentRecorded"],
                "on_paper": self.deeds["enrolled_on_paper"],
                "closed": facts["EnrolmentClosed"],
                "asked": facts["PreferenceOffered"],
                "accepted": facts["InstitutionAccepted"],
                "declined": facts["InstitutionDeclined"],
                "expired": facts["OfferExpired"],
                "lapsed": facts["NoticeLapsed"],
                **{f"declined.{reason}": count for reason, count in sorted(self.reasons.items())},
            },
        }


_OF_ENROLMENTS = frozenset({"EnrolmentRecorded", "EnrolmentClosed", "EnrolmentContactChanged"})
"""Told by the rows of enrolments, of which families see only those made on paper."""


def differences_between(expected: dict[str, Figures], shown: dict[str, Figures]) -> list[str]:
    """Where a read model shows another figure than the story has it; figures that are missing count as 0."""
    return [
        f"{model}.{name}: {figures.get(name, 0)} in the story, {shown[model].get(name, 0)} shown"
        for model, figures in expected.items()
        for name in sorted(figures.keys() | shown[model].keys())
        if figures.get(name, 0) != shown[model].get(name, 0)
    ]

"""A case as a trail: what has happened, who holds it now and by when, and what comes by itself if nobody acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

from services.gateway.web import shown
from services.gateway.web.asking import caller
from services.gateway.web.rendering import counted, has_phrase, language, t, today, value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.gateway.web.parents.matters import Matter, Step, StepAhead

_TOLD_WITH_ANOTHER = frozenset({"NoticeRequested", "BureauTaskOpened"})
"""Steps that the one beside them tells of."""

_PRESENT_ITSELF = frozenset({"institution_answers", "former_closed"})
"""Steps ahead that the present one tells of."""

_PAST_TONES = {
    "InstitutionDeclined": "refused",
    "OfferExpired": "ended",
    "OfferWithdrawn": "ended",
    "PreferencePassedOver": "ended",
    "NoticeReleased": "ended",
    "NoticeLapsed": "ended",
    "CaseUnmatched": "refused",
    "CaseWithdrawn": "ended",
    "EnrolmentClosed": "ended",
}


@dataclass(frozen=True)
class Past:
    """A step that happened."""

    title: str
    at: datetime
    told: str = ""
    tone: str = "done"


@dataclass(frozen=True)
class Fact:
    """A figure of the present step; `when` is the moment that it tells, if it is one."""

    label: str
    figure: str
    note: str = ""
    when: datetime | None = None


@dataclass(frozen=True)
class Present:
    """Where the case is; `holder` is turn for the family itself, wait for somebody else, alert past the deadline."""

    title: str
    told: str
    holder: str
    word: str
    facts: Sequence[Fact] = ()


@dataclass(frozen=True)
class Future:
    """A step that comes, or may come."""

    title: str
    told: str = ""


@dataclass(frozen=True)
class Trail:
    """Past, present and future of one case or enrolment; nothing is present once it is over."""

    past: Sequence[Past] = ()
    present: Present | None = None
    future: Sequence[Future] = field(default_factory=tuple)

    @classmethod
    def of(cls, case: Matter) -> Self:
        """The trail of what `matching.family_case` tells."""
        steps = [step for step in case.timeline if step.what not in _TOLD_WITH_ANOTHER]
        return cls([_past(step) for step in steps], _present(case), _future(case))


class Standing(NamedTuple):
    """Where a case stands as its family sees it: tone and words (DESIGN §5)."""

    tone: str
    word: str


_TONES = {
    "matching": "wait",
    "awaiting_closure": "wait",
    "awaiting_notice": "wait",
    "matched": "done",
    "unmatched": "wait",
    "withdrawn": "ended",
}
"""By the match, as long as the family itself is not waited for."""


def status_of(case: Matter) -> Standing:
    """What stands beside its name."""
    if case.match is None or (case.enrolment == "enrolled" and case.closed_on):
        state = "closed" if case.closed_on else "enrolled"
        return Standing("ended" if case.closed_on else "done", t(f"parents.status.{state}"))
    tone = "turn" if case.waits_for == "parent" else _TONES[case.match]
    return Standing(tone, t(f"parents.status.{_state(case)}"))


def rank_name(rank: int | None) -> str:
    """第一志願."""
    return t(f"parents.rank.{rank}") if rank else ""


def _state(case: Matter) -> str:
    """The key of the words for where a case stands."""
    match case.match, case.waits_for:
        case "matching", "institution":
            return "asked"
        case "matching", "parent":
            return "released"
        case "matching", _:
            return "between"
        case "awaiting_notice", "institution":
            return "signed"
        case match, _:
            return str(match).replace("_", "-")


def _past(step: Step) -> Past:
    key = f"parents.trail.{step.what}"
    figures = {"place": step.place_name, "rank": rank_name(step.rank)}
    told = t("parents.trail.reason", reason=value(step.reason)) if step.reason else ""
    if not told and has_phrase(f"{key}-told"):
        told = t(f"{key}-told")
    return Past(t(key, **figures), step.at, told, _PAST_TONES.get(step.what, "done"))


def _present(case: Matter) -> Present | None:
    if case.match in {None, "matched", "withdrawn"}:
        return None
    state, status = _state(case), status_of(case)
    is_late = case.due_by is not None and case.due_by < caller().now and state != "unmatched"
    place = (case.former if state == "awaiting-closure" else case).place_name
    told = f"parents.present.{state}.{'late' if is_late else 'told'}"
    return Present(
        title=t(f"parents.present.{state}.title", place=place),
        told=t(told if has_phrase(told) else f"parents.present.{state}.told", place=place),
        holder="alert" if is_late else status.tone,
        word=status.word,
        facts=_facts(case, state),
    )


def _facts(case: Matter, state: str) -> list[Fact]:
    facts = []
    if since := case.waiting_since:
        facts.append(
            Fact(
                t("parents.present.waited"),
                _waited(case.working_days_waiting),
                t("parents.present.since", at=_moment(since)),
            )
        )
    if due_by := case.due_by:
        facts.append(Fact(t(f"parents.present.{state}.due"), _moment(due_by), _reminded(case), due_by))
    return facts


def _reminded(case: Matter) -> str:
    """When whoever is waited for was reminded last."""
    since = case.waiting_since
    reminders = [step.at for step in case.timeline if step.what == "OfferReminded" and since and step.at >= since]
    return t("parents.present.reminded", at=_moment(reminders[-1])) if reminders else ""


def _moment(at: datetime) -> str:
    return shown.moment(at, language(), today())


def _waited(days: int | None) -> str:
    return counted("parents.present.days", days) if days else t("parents.present.today")


def _future(case: Matter) -> list[Future]:
    """What comes when all goes well, then what comes by itself when nobody acts."""
    if case.match == "unmatched":
        return [Future(t("parents.future.bureau-calls"))]
    told = _PRESENT_ITSELF | ({"notice_signed"} if case.match == "awaiting_notice" else set())
    return [_ahead(case, step) for step in case.ahead if step.what not in told]


def _ahead(case: Matter, step: StepAhead) -> Future:
    match step.what:
        case "notice_signed":
            return Future(t("parents.future.sign"), t("parents.future.sign-told"))
        case "enrolled":
            return Future(t("parents.future.enrolled"), t("parents.future.enrolled-told"))
        case "preference_asked":
            return Future(t(f"parents.future.{_cause(case)}.next", rank=rank_name(step.rank)), step.place_name)
        case _:
            return Future(t(f"parents.future.{_cause(case)}.bureau"), t("parents.future.bureau-told"))


def _cause(case: Matter) -> str:
    """What has to pass before somebody else is asked."""
    state = _state(case)
    return state if state in {"released", "awaiting-notice", "awaiting-closure"} else "asked"

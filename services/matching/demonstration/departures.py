"""Who leaves and comes back in the story, a function a deed: the bureau enters it, and families go on by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.matching.demonstration.clock import FIRST_DAY

if TYPE_CHECKING:
    from services.matching.commands import PreferenceEntry
    from services.matching.demonstration.cast import Family
    from services.matching.demonstration.stage import Matter, Stage

_PROGRAMME = "dedicated_doctor"
_REASON = "other"


def institution_closes(stage: Stage, matter: Matter) -> None:
    """歇業 of the institution that is asked, from today: the offer falls through at once."""
    form = {"institution": matter.asked.institution, "since": _today(stage), "reason": _REASON}
    stage.enter("close_institution", form, matter.asked.institution)
    _left(stage, matter.family, matter.asked, "closed")
    stage.offer_ended(matter)
    _taken_back(stage, matter)


def institution_reopens(stage: Stage, family: Family, choice: PreferenceEntry) -> None:
    """復業: what had been entered was a mistake."""
    form = {"institution": choice.institution, "since": _today(stage)}
    stage.enter("resume_institution", form, choice.institution)
    _came_back(stage, family, choice, "reopened")


def institution_leaves_programme(stage: Stage, family: Family, choice: PreferenceEntry) -> None:
    """退出計畫: today is the last day."""
    form = {"institution": choice.institution, "programme": _PROGRAMME, "until": _today(stage), "reason": _REASON}
    stage.enter("leave_programme", form, choice.institution)
    _left(stage, family, choice, "left_programme")


def agreement_falls_through(stage: Stage, matter: Matter) -> None:
    """收回, on the morning after the last day in the programme, of an agreement that was not signed."""
    _taken_back(stage, matter)


def institution_joins_again(stage: Stage, family: Family, choice: PreferenceEntry) -> None:
    """參與計畫, as if it had never left."""
    form = {"institution": choice.institution, "programme": _PROGRAMME, "since": FIRST_DAY.isoformat()}
    stage.enter("join_programme", form, choice.institution)
    _came_back(stage, family, choice, "joined_again")


def doctor_is_suspended(stage: Stage, family: Family, choice: PreferenceEntry) -> None:
    """停業 of a doctor whom nobody has asked yet."""
    form = {"practitioner": choice.doctor, "since": _today(stage), "reason": _REASON}
    stage.enter("suspend_practitioner", form, choice.institution)
    _left(stage, family, choice, "doctor_suspended")


def doctor_resumes(stage: Stage, family: Family, choice: PreferenceEntry) -> None:
    """復業 of the doctor."""
    stage.enter("resume_practitioner", {"practitioner": choice.doctor, "since": _today(stage)}, choice.institution)
    _came_back(stage, family, choice, "doctor_resumed")


def _taken_back(stage: Stage, matter: Matter) -> None:
    stage.tally.happened("OfferWithdrawn")
    stage.tell(matter.family, "taken_back", clinic=stage.cast.name_of(matter.asked.institution))
    stage.offered(matter)


def _left(stage: Stage, family: Family, choice: PreferenceEntry, what: str) -> None:
    stage.tally.did("participation_ended")
    stage.tell(family, what, clinic=stage.cast.name_of(choice.institution))


def _came_back(stage: Stage, family: Family, choice: PreferenceEntry, what: str) -> None:
    stage.tally.did("participation_resumed")
    stage.tell(family, what, clinic=stage.cast.name_of(choice.institution))


def _today(stage: Stage) -> str:
    return stage.clock.today.isoformat()

"""What the server has understood of a date or a number, said back while the form is being filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.gateway.web.ages import age_on
from services.gateway.web.parents.answers import Answers
from services.gateway.web.parents.entered_dates import ROC
from services.gateway.web.parents.objections import sentence
from services.gateway.web.parents.questions import check_birth_date, check_child_number, check_due_date, check_mother
from services.gateway.web.rendering import counted, language, t
from shared.taiwan.dates import ROC_OFFSET, weekday
from shared.taiwan.identifiers import Sex, parse_personal_id
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from services.gateway.web.parents.objections import Objection
    from services.gateway.web.parents.rules import Rules

_MONTHS_OF_A_BABY = 24
_DAYS_OF_A_NEWBORN = 31


@dataclass(frozen=True)
class Echo:
    """One sentence; `tone` is done, alert where somebody should look again, refused where it cannot be."""

    sentence: str
    tone: str = "done"


def date_echoes(fields: Mapping[str, str], rules: Rules) -> dict[str, str]:
    """What is understood of the dates that a form was opened with, those in which nothing is wrong."""
    answers = Answers(fields)
    names = ("child.birth_date", "child.due_date")
    echoes = {name: ECHOES[name](answers, rules) for name in names if not answers.entered_date(name).is_empty}
    return {name: echo.sentence for name, echo in echoes.items() if echo.tone == "done"}


def _birth_date(answers: Answers, rules: Rules) -> Echo:
    name = "child.birth_date"
    if wrong := check_birth_date(answers, rules):
        return _refused(wrong)
    return Echo(_both_eras(answers, name) + t("parents.echo.age", age=age(answers.day(name), rules.today)))


def _due_date(answers: Answers, rules: Rules) -> Echo:
    name = "child.due_date"
    if wrong := check_due_date(answers, rules):
        return _refused(wrong)
    days = (answers.day(name) - rules.today).days
    told = counted("parents.echo.due-in", days) if days > 0 else t("parents.echo.due-now")
    return Echo(_both_eras(answers, name) + told)


def _mother(answers: Answers, rules: Rules) -> Echo:
    if wrong := check_mother(answers, rules):
        return _refused(wrong)
    if answers.text("mother.identifier-kind") == "passport":
        return Echo(t("parents.echo.passport"))
    if _sex_of(answers.text("mother.identifier"), rules) == Sex.MALE:
        return Echo(t("parents.echo.mans-number"), "alert")
    return Echo(t("parents.echo.number-fits"))


def _child(answers: Answers, rules: Rules) -> Echo:
    wrong = check_child_number(answers.text("child.identifier"), rules.today)
    return _refused(wrong) if wrong else Echo(t("parents.echo.number-fits"))


ECHOES: Mapping[str, Callable[[Answers, Rules], Echo]] = {
    "child.birth_date": _birth_date,
    "child.due_date": _due_date,
    "child.identifier": _child,
    "mother.identifier": _mother,
}
"""By the field that is checked as it is typed."""


def _refused(objections: list[Objection]) -> Echo:
    return Echo(sentence(objections[0]), "refused")


def _sex_of(number: str, rules: Rules) -> Sex | None:
    return parse_personal_id(number, on=rules.today).sex


def _both_eras(answers: Answers, name: str) -> str:
    """The day in the era that was not typed; where the year contradicts the switch, also which it was taken for."""
    entered, day = answers.entered_date(name), answers.day(name)
    typed_roc = (entered.era == ROC) != entered.is_of_other_era
    switched = t("parents.echo.taken-as-roc" if typed_roc else "parents.echo.taken-as-western")
    told = t(
        "parents.echo.western" if typed_roc else "parents.echo.roc",
        roc=day.year - ROC_OFFSET,
        year=day.year,
        month=_month(day),
        day=day.day,
        weekday=f"{day:%A}" if language() is Language.ENGLISH else weekday(day),
    )
    return (switched if entered.is_of_other_era else "") + told


def _month(day: date) -> str:
    return f"{day:%B}" if language() is Language.ENGLISH else str(day.month)


def age(birth_date: date, today: date) -> str:
    """12 天, 4 個月, 2 歲 3 個月: as parents count."""
    found = age_on(birth_date, today)
    if found.days < _DAYS_OF_A_NEWBORN and not found.months:
        return counted("parents.age.days", found.days)
    months = found.years * 12 + found.months
    if months < _MONTHS_OF_A_BABY:
        return counted("parents.age.months", months)
    return t("parents.age.years", years=found.years, months=found.months)

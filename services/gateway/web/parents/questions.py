"""The questions of an application, one a page: what each asks, of whom, and what speaks against an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.gateway.web.family_forms import RELATIONS
from services.gateway.web.parents.answers import MOTHER_KINDS, Answers
from services.gateway.web.parents.entered_dates import parts_of
from services.gateway.web.parents.objections import found, missing, refused_as, too_long
from shared.taiwan.contacts import parse_email_address
from shared.taiwan.identifiers import parse_national_id, parse_passport_number, parse_personal_id
from shared.taiwan.identifiers import parse_resident_certificate as parse_certificate
from shared.taiwan.places import county_named, district_named
from shared.taiwan.text import objection_to_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from services.gateway.web.parents.drafts import Draft
    from services.gateway.web.parents.objections import Objection
    from services.gateway.web.parents.rules import Rules

NAME_LIMIT = 100
STREET_LIMIT = 200
SEXES = ("female", "male")
BIRTH_ORDERS = tuple(str(order) for order in range(1, 10))


@dataclass(frozen=True)
class Question:
    """One page: the `fields` on it, when it is `asked`, and its `check`; without objections it is answered."""

    name: str
    fields: tuple[str, ...]
    check: Callable[[Answers, Rules], list[Objection]]
    asked: Callable[[Answers], bool] = lambda _: True

    def answers_in(self, form: Mapping[str, str]) -> dict[str, str]:
        """What the form of this page says, and empty where it is silent, as of a choice taken back."""
        return {name: form.get(name, "").strip() for name in self.fields}


def _line(answers: Answers, name: str, limit: int) -> list[Objection]:
    text = answers.text(name)
    if len(text) > limit:
        return [too_long(name, text, limit)]
    objection = objection_to_line(text, name)
    return [objection] if objection else []


def _needed_line(answers: Answers, name: str, limit: int) -> list[Objection]:
    return _line(answers, name, limit) if answers.text(name) else [missing(name)]


def _choice(answers: Answers, name: str, choices: tuple[str, ...]) -> list[Objection]:
    return [] if answers.text(name) in choices else [missing(name)]


def check_born(answers: Answers, rules: Rules) -> list[Objection]:
    """Born within the age limit, or expected in the time for which applications are taken."""
    if wrong := _choice(answers, "born", ("yes", "no")):
        return wrong
    return check_birth_date(answers, rules) if answers.is_born else check_due_date(answers, rules)


def check_birth_date(answers: Answers, rules: Rules) -> list[Objection]:
    """A day that has come, of a child who is young enough."""
    name = "child.birth_date"
    if wrong := found(lambda: answers.day(name)):
        return wrong
    birth_date = answers.day(name)
    if birth_date > rules.today:
        return [refused_as("date-in-future", name, today=rules.today.isoformat())]
    if _has_reached(rules.age_limit_years, birth_date, rules.today):
        return [refused_as("child-too-old", name, limit=rules.age_limit_years)]
    return []


def check_due_date(answers: Answers, rules: Rules) -> list[Objection]:
    """A day within the time for which applications are taken."""
    name = "child.due_date"
    if wrong := found(lambda: answers.day(name)):
        return wrong
    first, last = rules.first_due_date, rules.last_due_date
    if first <= answers.day(name) <= last:
        return []
    return [refused_as("due-date-out-of-range", name, first=first.isoformat(), last=last.isoformat())]


def check_twins(answers: Answers, _: Rules) -> list[Objection]:
    """單胞胎, or the order among twins (同胎次序)."""
    wrong = _choice(answers, "twins", ("yes", "no"))
    if wrong or answers.text("twins") == "no":
        return wrong
    return _choice(answers, "child.birth_order", BIRTH_ORDERS)


def check_child(answers: Answers, rules: Rules) -> list[Objection]:
    """Name, sex, and a number unless the household registration (戶籍登記) is not done."""
    wrong = [*_needed_line(answers, "child.name", NAME_LIMIT), *_choice(answers, "child.sex", SEXES)]
    number, is_unregistered = answers.text("child.identifier"), answers.text("unregistered") == "yes"
    if number and is_unregistered:
        return [*wrong, refused_as("number-and-unregistered", "child.identifier")]
    if not number:
        return wrong if is_unregistered else [*wrong, missing("child.identifier")]
    return [*wrong, *check_child_number(number, rules.today)]


def check_child_number(number: str, today: date) -> list[Objection]:
    """身分證字號 or 統一證號 of a child."""
    return found(lambda: parse_personal_id(number, on=today, field="child.identifier"))


def check_mother(answers: Answers, rules: Rules) -> list[Objection]:
    """身分證字號, 居留證號 or 護照號碼 of the mother, of the kind said."""
    name = "mother.identifier"
    number = answers.text(name)
    if wrong := _choice(answers, f"{name}-kind", MOTHER_KINDS):
        return wrong
    if not number:
        return [missing(name)]
    match answers.text(f"{name}-kind"):
        case "national_id":
            return found(lambda: parse_national_id(number, field=name))
        case "resident_certificate":
            return found(lambda: parse_certificate(number, on=rules.today, field=name))
        case _:
            return found(lambda: parse_passport_number(number, field=name))


def check_address(answers: Answers, name: str) -> list[Objection]:
    """縣市 and 區域 of the table; the rest may be left out."""
    county, district = answers.text(f"{name}.county"), answers.text(f"{name}.district")
    if not county:
        return [missing(f"{name}.county")]
    if wrong := found(lambda: county_named(county, field=f"{name}.county")):
        return wrong
    if not district:
        return [missing(f"{name}.district")]
    wrong = found(lambda: district_named(county, district, field=f"{name}.district"))
    return [*wrong, *_line(answers, f"{name}.street", STREET_LIMIT)]


def check_residence(answers: Answers, _: Rules) -> list[Objection]:
    """現居地址."""
    return check_address(answers, "child.residence")


def check_household(answers: Answers, _: Rules) -> list[Objection]:
    """戶籍地址: the same, or another."""
    wrong = _choice(answers, "household", ("same", "other"))
    if wrong or answers.text("household") == "same":
        return wrong
    return check_address(answers, "child.household")


def check_contact(answers: Answers, _: Rules) -> list[Objection]:
    """聯絡人關係, a name, and a mail address where there is one; the phone is the one that was proved."""
    wrong = [
        *_choice(answers, "contact.relation", RELATIONS),
        *_needed_line(answers, "contact.name", NAME_LIMIT),
    ]
    email = answers.text("contact.email")
    return [*wrong, *found(lambda: parse_email_address(email, field="contact.email"))] if email else wrong


def _never(_: Answers, __: Rules) -> list[Objection]:
    return []


ADDRESS_PARTS = ("county", "district", "street")

QUESTIONS = (
    Question("born", ("born", *parts_of("child.birth_date"), *parts_of("child.due_date")), check_born),
    Question("twins", ("twins", "child.birth_order"), check_twins),
    Question(
        "child",
        ("child.name", "child.sex", "child.identifier", "unregistered"),
        check_child,
        asked=lambda answers: answers.is_born,
    ),
    Question("mother", ("mother.identifier-kind", "mother.identifier"), check_mother),
    Question("address", tuple(f"child.residence.{part}" for part in ADDRESS_PARTS), check_residence),
    Question(
        "household",
        ("household", *(f"child.household.{part}" for part in ADDRESS_PARTS)),
        check_household,
        asked=lambda answers: answers.is_born,
    ),
    Question("contact", ("contact.relation", "contact.name", "contact.email"), check_contact),
    Question("doctors", (), _never),
)
"""In the order in which they are asked."""


@dataclass(frozen=True)
class Questionnaire:
    """The questions that an application has to answer, given the answers so far."""

    draft: Draft
    rules: Rules

    @property
    def answers(self) -> Answers:
        """What has been answered."""
        return Answers(self.draft.fields)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that are asked; a child that is not born has no name yet."""
        return tuple(question for question in QUESTIONS if question.asked(self.answers))

    def place(self, question: Question) -> int:
        """第 n 題, counted from 1."""
        return self.questions.index(question) + 1

    def before(self, question: Question) -> Question | None:
        """The one asked before it."""
        place = self.place(question)
        return self.questions[place - 2] if place > 1 else None

    def after(self, question: Question) -> Question | None:
        """The one asked after it; None after the last."""
        place = self.place(question)
        return self.questions[place] if place < len(self.questions) else None

    def is_answered(self, question: Question) -> bool:
        """Whether nothing speaks against what was answered."""
        if question.name == "doctors":
            return bool(self.draft.chosen)
        return not question.check(self.answers, self.rules)

    @property
    def first_open(self) -> Question | None:
        """Where somebody who comes back goes on; None where everything is answered."""
        return next((question for question in self.questions if not self.is_answered(question)), None)


def question_named(name: str) -> Question | None:
    """The question of this name."""
    return next((question for question in QUESTIONS if question.name == name), None)


def question_of_field(field: str) -> Question | None:
    """On which page a field stands that the application refuses; None where it stands on none."""
    if field.startswith("preferences"):
        return QUESTIONS[-1]
    if field.startswith("mother"):
        return question_named("mother")
    return next((one for one in QUESTIONS if any(_is_part(name, field) for name in one.fields)), None)


def _is_part(name: str, field: str) -> bool:
    return name == field or name.startswith((f"{field}-", f"{field}."))


def _has_reached(years: int, birth_date: date, on: date) -> bool:
    """Whether somebody is that old on that day; whoever was born on 29 February on 1 March (民法 §121, §124)."""
    return (on.year - birth_date.year, on.month, on.day) >= (years, birth_date.month, birth_date.day)

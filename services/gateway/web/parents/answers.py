"""What the answers of a family mean to matching: the command that they amount to, and a form filled in from a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.gateway.web.parents.entered_dates import ROC, EnteredDate, fields_of
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from services.gateway.web.parents.matters import Matter
    from services.gateway.web.parents.places import Place
    from services.gateway.web.work.people import Address

    Form = dict[str, Any]

MOTHER_KINDS = ("national_id", "resident_certificate", "passport")


class Answers:
    """The fields of a form as they were typed, read as what they mean."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields

    def text(self, name: str) -> str:
        """A field without the blanks around it; empty where it was not filled in."""
        return self.fields.get(name, "").strip()

    def entered_date(self, name: str) -> EnteredDate:
        """The date in the fields of this name."""
        return EnteredDate.of(self.fields, name)

    def day(self, name: str) -> date:
        """The day that is meant; raises `Refusal` where it is none."""
        return self.entered_date(name).parsed(name)

    @property
    def is_born(self) -> bool:
        """Whether the child is born; as long as nothing is said it is."""
        return self.text("born") != "no"

    @property
    def birth_order(self) -> int:
        """同胎次序: 0 for a single child, 1… among twins."""
        return int(self.text("child.birth_order")) if self.text("twins") == "yes" else 0

    def address(self, name: str) -> Form:
        """地址 as commands take it."""
        return {part: self.text(f"{name}.{part}") for part in ("county", "district", "street")}

    def contact(self, mobile: str) -> Form:
        """聯絡人, reached at this phone."""
        return {
            "relation": self.text("contact.relation"),
            "name": self.text("contact.name"),
            "mobile": mobile,
            "email": self.text("contact.email"),
        }

    def mother(self) -> Form:
        """母親證號."""
        kind = self.text("mother.identifier-kind")
        return {"kind": kind, "identifier": folded(self.text("mother.identifier"))}

    def child(self) -> Form:
        """幼兒: of one that is expected, only what is known by then."""
        known: Form = {"residence": self.address("child.residence"), "birth_order": self.birth_order}
        if not self.is_born:
            return known | {"due_date": self.day("child.due_date").isoformat()}
        return known | self.born_child()

    def born_child(self) -> Form:
        """What is known of a child from its birth on."""
        is_same = self.text("household") != "other"
        return {
            "birth_date": self.day("child.birth_date").isoformat(),
            "name": self.text("child.name"),
            "sex": self.text("child.sex"),
            "identifier": folded(self.text("child.identifier")),
            "household": None if is_same else self.address("child.household"),
        }


def application(answers: Answers, chosen: Iterable[Place], mobile: str) -> Form:
    """申請幼兒專責醫師, as `matching.submit_application` takes it."""
    return {
        "contact": answers.contact(mobile),
        "mother": answers.mother(),
        "child": answers.child(),
        "preferences": preferences(chosen),
    }


def preferences(chosen: Iterable[Place]) -> list[Form]:
    """志願, in order of rank."""
    return [{"institution": one.institution, "doctor": one.doctor} for one in chosen]


def fields_of_case(case: Matter) -> dict[str, str]:
    """What a case knows that a form about its child asks for, birth date and name aside."""
    child = case.child
    fields = {
        "twins": "yes" if case.birth_order else "no",
        "child.birth_order": str(case.birth_order) if case.birth_order else "",
        **_address_fields("child.residence", child.residence if child else None),
    }
    if child and child.household:
        return fields | {"household": "other", **_address_fields("child.household", child.household)}
    return fields | {"household": "same"}


def fields_for_twin(case: Matter) -> dict[str, str]:
    """The answers for the next child of the same birth: everything of the first case that both share."""
    fields = {
        **fields_of_case(case),
        "born": "yes" if case.born else "no",
        "twins": "yes",
        "child.birth_order": str(case.birth_order + 1),
    }
    if case.child and (day := case.child.birth_date or case.child.due_date):
        fields |= fields_of(day, "child.birth_date" if case.born else "child.due_date", ROC)
    if case.mother:
        fields |= {"mother.identifier-kind": case.mother.kind, "mother.identifier": case.mother.identifier}
    if case.contact:
        known = {name: getattr(case.contact, name) for name in ("relation", "name", "email")}
        fields |= {f"contact.{name}": text for name, text in known.items()}
    return fields


def _address_fields(name: str, address: Address | None) -> dict[str, str]:
    return {f"{name}.{part}": getattr(address, part, "") for part in ("county", "district", "street")}

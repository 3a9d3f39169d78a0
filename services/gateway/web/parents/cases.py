"""相關幼兒資訊: the cases and enrolments of the phone that was proved, and the page of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import abort, redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.asking import caller
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.letters import letters_of
from services.gateway.web.parents.possible import possible
from services.gateway.web.parents.trail import Trail, status_of
from services.gateway.web.rendering import refused, show, t
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    Matter = Mapping[str, Any]

_CASE_NO_LIMIT = 20


def case_numbered(case_no: str) -> Matter:
    """A case of the caller's; refuses with `case-unknown`."""
    found: Matter = caller().ask("matching.family_case", {"case_no": case_no})
    return found


def matters() -> Sequence[Matter]:
    """Every case and enrolment of the caller's phone, the newest first."""
    found: Sequence[Matter] = caller().ask("matching.family_cases")
    return found


def matter(ref: str) -> Matter:
    """A case by its number, or an enrolment made on paper, which has none, by its id; 404 where it is not theirs."""
    if not _is_id(ref):
        return case_numbered(ref[:_CASE_NO_LIMIT])
    found = next((one for one in matters() if one["id"] == ref), None)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def ref_of(one: Matter) -> str:
    """How addresses name a case or an enrolment."""
    return str(one["case_no"] or one["id"])


def heading_of(one: Matter) -> str:
    """Of whom a page tells; a child that is not born has no name yet."""
    name = (one["child"] or {}).get("name")
    return t("parents.case.heading", name=name) if name else t("parents.case.heading-unborn")


@PARENTS.page("/cases", FAMILIES)
def cases() -> ResponseReturnValue:
    """The list; a case number that was typed leads to its case."""
    case_no = folded(request.args.get("case_no", ""))[:_CASE_NO_LIMIT].upper()
    listed = [{**one, "ref": ref_of(one), "heading": heading_of(one), "standing": status_of(one)} for one in matters()]
    if not case_no:
        objection = t("parents.missing.case-no") if "case_no" in request.args else ""
        page = refused if objection else show
        return page("parents/cases.html", cases=listed, case_no="", errors=_errors(objection))
    if any(one["ref"] == case_no for one in listed):
        return redirect(url_for("parents.case", ref=case_no), HTTPStatus.SEE_OTHER)
    objection = t("parents.cases.not-found", case_no=case_no)
    return refused("parents/cases.html", cases=listed, case_no=case_no, errors=_errors(objection))


@PARENTS.page("/cases/<ref>", FAMILIES)
def case(ref: str) -> ResponseReturnValue:
    """One of them: what has happened, who has to act next and by when, and what the family can do."""
    found = matter(ref)
    return show(
        "parents/case.html",
        case=found,
        ref=ref_of(found),
        heading=heading_of(found),
        case_label=_label(found),
        standing=status_of(found),
        trail=Trail.of(found),
        possible=possible(found),
        letters=letters_of(found["case_no"]) if found["case_no"] else [],
    )


def _label(one: Matter) -> str:
    return t("parents.case.label", case_no=one["case_no"]) if one["case_no"] else t("parents.cases.on-paper")


def _errors(objection: str) -> dict[str, str]:
    return {"case_no": objection} if objection else {}


def _is_id(ref: str) -> bool:
    try:
        return str(UUID(ref)) == ref
    except ValueError:
        return False

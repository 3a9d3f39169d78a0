"""相關幼兒資訊: the cases and enrolments of the phone that was proved, and the page of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from services.gateway.web.areas import FAMILIES
from services.gateway.web.parents.area import PARENTS
from services.gateway.web.parents.letters import letters_of
from services.gateway.web.parents.matters import CASE_NO_LIMIT, matter, matters
from services.gateway.web.parents.possible import possible
from services.gateway.web.parents.trail import Trail, status_of
from services.gateway.web.rendering import refused, show, t
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from services.gateway.web.parents.matters import Matter


@PARENTS.page("/cases", FAMILIES)
def cases() -> ResponseReturnValue:
    """The list; a case number that was typed leads to its case."""
    case_no = folded(request.args.get("case_no", ""))[:CASE_NO_LIMIT].upper()
    listed = [(one, status_of(one)) for one in matters()]
    if not case_no:
        objection = t("parents.missing.case-no") if "case_no" in request.args else ""
        page = refused if objection else show
        return page("parents/cases.html", cases=listed, case_no="", errors=_errors(objection))
    if any(one.ref == case_no for one, _ in listed):
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
        ref=found.ref,
        heading=found.heading,
        case_label=_label(found),
        standing=status_of(found),
        trail=Trail.of(found),
        possible=possible(found),
        letters=letters_of(found.case_no) if found.case_no else [],
    )


def _label(one: Matter) -> str:
    return t("parents.case.label", case_no=one.case_no) if one.case_no else t("parents.cases.on-paper")


def _errors(objection: str) -> dict[str, str]:
    return {"case_no": objection} if objection else {}

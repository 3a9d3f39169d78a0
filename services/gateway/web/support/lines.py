"""報備支援明細: who and where, then why and when, then every time of it once more before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from services.gateway.web.asking import caller
from services.gateway.web.counties import county_choices
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.support.applications import application, seen, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.calendar_ticks import Months
from services.gateway.web.support.entered import carried, faults_of, fields_of, schedule_in, terms_in
from services.gateway.web.support.people import staff
from services.gateway.web.support.places import Place, places_found
from services.gateway.web.support.rules import departments_offered, rules_today
from services.gateway.web.support.shapes import PreviewTold
from shared.principal import Role
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from services.gateway.web.support.people import Staff
    from services.gateway.web.support.shapes import ApplicationTold, EntryTold

    Typed = MultiDict[str, str]

_SET = "set_lines"


@dataclass(frozen=True)
class Line:
    """A line that is being entered, or said anew: `former` is what it was, `like` the one that it begins as."""

    told: ApplicationTold
    staff: Staff
    practitioner: str
    place: Place | None
    former: EntryTold | None
    like: EntryTold | None

    @classmethod
    def asked(cls, told: ApplicationTold, given: Typed, former: EntryTold | None = None) -> Line:
        """Who and where, as this form or its address says, else as they were in the line that this is, or is like."""
        like = told.entry(given.get("like", "") or request.args.get("like", ""))
        kept = former or like
        people = staff()
        number = given.get("practitioner") or request.args.get("practitioner") or (kept.practitioner if kept else "")
        if caller().role is Role.PRACTITIONER:
            number = people.people[0].number if people.people else ""
        chosen = given.get("place") or request.args.get("place", "")
        place = Place.of(chosen) or (Place(kept.place.code, kept.place.name) if kept else None)
        return cls(told, people, number, place, former, like)

    @property
    def practitioner_name(self) -> str:
        """By which the person is known; the number where the register tells no name."""
        found = self.staff.named(self.practitioner)
        return found.name if found else self.practitioner

    def begun(self) -> Typed:
        """What stands in the form at first: what was there, or of the line that this is to be like."""
        kept = self.former or self.like
        return fields_of(kept.after, kept.department) if kept and kept.after else MultiDict()


@SUPPORT.page("/support/applications/<uuid:application_id>/lines/new", APPLICANTS)
def choose(application_id: UUID) -> ResponseReturnValue:
    """新增被支援機構: the person, and the place by a search; of a line to be changed both can be chosen anew."""
    told = application(application_id)
    if (elsewhere := told_why_not(told, _SET)) is not None:
        return elsewhere
    faults = Faults()
    former = told.entry(request.args.get("line", ""))
    line = Line.asked(told, MultiDict(), former)
    if "next" in request.args and _is_known(line, faults):
        names = ("practitioner", "place", "like")
        on: dict[str, Any] = {name: request.args[name] for name in names if request.args.get(name)}
        if former:
            return redirect(url_for("support.mend", application_id=application_id, line_id=former.id, **on))
        return redirect(url_for("support.enter", application_id=application_id, **on))
    found = places_found(request.args, faults)
    answer = refused if faults else show
    return answer("support/choose.html", line=line, found=found, counties=county_choices(), faults=faults)


@SUPPORT.page("/support/applications/<uuid:application_id>/lines/new/terms", APPLICANTS, ("GET", "POST"))
def enter(application_id: UUID) -> ResponseReturnValue:
    """支援目的, 科別, 時間 of another line."""
    told = application(application_id)
    if (elsewhere := told_why_not(told, _SET)) is not None:
        return elsewhere
    given = typed()
    line = Line.asked(told, given)
    if not _is_known(line, Faults()):
        asked: dict[str, Any] = request.args.to_dict()
        return redirect(url_for("support.choose", application_id=application_id, next="yes", **asked))
    return _entered(line, given)


@SUPPORT.page("/support/applications/<uuid:application_id>/lines/<uuid:line_id>", APPLICANTS, ("GET", "POST"))
def mend(application_id: UUID, line_id: UUID) -> ResponseReturnValue:
    """修改 of a line; of one that somebody has removed meanwhile, what was typed can be added again."""
    told = application(application_id)
    if (elsewhere := told_why_not(told, _SET)) is not None:
        return elsewhere
    given = typed()
    former = told.entry(str(line_id))
    if former is None and is_opened():
        flash(t("support.mend.gone"), "alert")
        return redirect(url_for("support.record", application_id=application_id))
    return _entered(Line.asked(told, given, former), given)


@SUPPORT.page("/support/applications/<uuid:application_id>/lines/<uuid:line_id>/remove", APPLICANTS, ("GET", "POST"))
def remove(application_id: UUID, line_id: UUID) -> ResponseReturnValue:
    """刪除 of a line, or of a support that the draft was to be about."""
    told, faults = application(application_id), Faults()
    entry = told.entry(str(line_id))
    back = redirect(url_for("support.record", application_id=application_id), HTTPStatus.SEE_OTHER)
    if (elsewhere := told_why_not(told, "remove_lines")) is not None:
        return elsewhere
    if entry is None:
        flash(t("support.mend.gone"), "alert")
        return back
    if not is_opened():
        asked = {"application_id": str(application_id), "line_ids": [str(line_id)]}
        try:
            caller().command("support.remove_lines", asked, request.form.get("idempotency_key", ""))
        except RemoteRefusal as refusal:
            faults = Faults.of(refusal)
        else:
            flash(t("support.remove.done", name=entry.practitioner_name, place=entry.place.name), "done")
            return back
    answer = refused if faults else show
    return answer("support/remove.html", told=told, entry=entry, faults=faults)


def _is_known(line: Line, faults: Faults) -> bool:
    if not line.practitioner:
        faults.add("practitioner", t("support.choose.practitioner-missing"))
    if line.place is None:
        faults.add("place", t("support.choose.place-missing"))
    return not faults


def _entered(line: Line, given: Typed) -> ResponseReturnValue:
    """The form; or its times, once they can be read; or the way back, once the line is kept."""
    faults = Faults()
    if is_opened():
        return _form(line, given or line.begun(), faults)
    if "more" in given or "mend" in given:
        return _form(line, given, faults)
    if (meanwhile := _meanwhile(line, given)) is not None:
        faults.add("", meanwhile)
        return _form(line, given, faults)
    terms = terms_in(given, faults)
    if not terms["purposes"]:
        faults.add("purposes", t("support.enter.purposes-missing"))
    if not faults:
        preview = previewed(given, faults)
        if preview and "save" not in given:
            return show("support/preview.html", line=line, typed=given, carried=carried(given), preview=preview)
        if preview and _is_kept(line, given, terms, faults):
            flash(t("support.enter.done", name=line.practitioner_name, place=_name(line)), "done")
            return redirect(url_for("support.record", application_id=line.told.listed.id), HTTPStatus.SEE_OTHER)
    return _form(line, given, faults)


def previewed(given: Typed, faults: Faults) -> PreviewTold | None:
    """Every time that the schedule means; None where it cannot be one, of which `faults` hears."""
    schedule = schedule_in(given, faults)
    if faults:
        return None
    try:
        return msgspec.convert(caller().ask("support.preview_schedule", {"schedule": schedule}), PreviewTold)
    except RemoteRefusal as refusal:
        faults.sentences.update(faults_of(refusal, given).sentences)
        return None


def _meanwhile(line: Line, given: Typed) -> str | None:
    """What has become of the line since its page was opened; None where nothing has."""
    if not given.get("seen"):
        return None
    if line.former is None:
        return t("support.mend.gone-keep")
    return None if seen(line.former) == given["seen"] else t("support.mend.changed")


def _is_kept(line: Line, given: Typed, terms: dict[str, Any], faults: Faults) -> bool:
    assert line.place is not None  # noqa: S101 - nobody comes here without one
    entry = {
        "practitioner": line.practitioner,
        "place": {"code": line.place.code, "name": line.place.name},
        "department": given.get("department", ""),
        "terms": terms,
        "line_id": line.former.id if line.former else None,
    }
    asked = {"application_id": line.told.listed.id, "lines": [entry]}
    try:
        caller().command("support.set_lines", asked, given.get("idempotency_key", ""))
    except RemoteRefusal as refusal:
        faults.sentences.update(faults_of(refusal, given, below="lines.0.").sentences)
        return False
    return True


def _name(line: Line) -> str:
    return line.place.name if line.place else ""


def _form(line: Line, given: Typed, faults: Faults) -> ResponseReturnValue:
    answer = refused if faults else show
    return answer(
        "support/enter.html",
        line=line,
        typed=given,
        faults=faults,
        rules=rules_today(),
        departments=departments_offered(),
        months=Months.of(given),
        seen=seen(line.former) if line.former else "",
    )

"""支援目的, 支援時間, 備註 as they are typed: read for support, filled in from it, and what it objects to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from services.gateway.web.faults import Faults
from services.gateway.web.rendering import language, t
from services.gateway.web.shown import table_day
from services.gateway.web.support.patterns import MOST, OF_NUMBER, OF_WEEKDAYS, WEEKDAYS, Pattern, Repeats
from services.gateway.web.support.shapes import Continuous, Picked, Recurring
from services.gateway.web.work.days import day_in
from shared.taiwan.dates import time_colon
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.gateway.web.support.shapes import Schedule, TermsTold
    from shared.rpc.wire import RemoteRefusal

    Typed = MultiDict[str, str]

CONTINUOUS, RECURRING, PICKED = KINDS = ("continuous", "recurring", "picked")
"""時間輸入: 持續, 間斷, 選擇."""

_SINGLE = ("department", "kind", "starts", "ends", "repeats", "remarks")
_WITHIN = "terms."


def names_of_days(kind: str) -> tuple[str, str]:
    """The fields with the first and the last day of 持續 or 間斷."""
    return f"first-{kind}", f"last-{kind}"


def fields_of(terms: TermsTold, department: str = "") -> Typed:
    """The fields in which these terms stand when a form is filled in for somebody."""
    fields: Typed = MultiDict({"department": department, "remarks": terms.remarks or ""})
    fields.setlist("purposes", list(terms.purposes))
    fields.update(_fields_of_schedule(terms.schedule))
    return fields


def _fields_of_schedule(schedule: Schedule) -> Typed:
    fields: Typed = MultiDict({"starts": time_colon(schedule.starts), "ends": time_colon(schedule.ends)})
    match schedule:
        case Continuous(first=first, last=last):
            days, fields["kind"] = (first, last), CONTINUOUS
        case Recurring(rule=rule, first=first, last=last, exceptions=exceptions):
            days, fields["kind"] = (first, last), RECURRING
            fields.setlist("exceptions", [day.isoformat() for day in exceptions])
            fields.update(_fields_of_pattern(Pattern.of(rule)))
        case Picked(days=picked):
            fields["kind"] = PICKED
            fields.setlist("days", [day.isoformat() for day in picked])
            return fields
    fields.update(dict(zip(names_of_days(fields["kind"]), (table_day(day, language()) for day in days), strict=True)))
    return fields


def _fields_of_pattern(pattern: Pattern | None) -> Typed:
    fields: Typed = MultiDict()
    if pattern is not None:
        fields["repeats"] = pattern.repeats
        fields[f"number-{pattern.repeats}"] = pattern.number
        fields.setlist(f"weekdays-{pattern.repeats}", list(pattern.weekdays))
    return fields


def carried(given: Typed) -> list[tuple[str, str]]:
    """What was typed, field by field, to go with a page that shows what it means."""
    named = [*_SINGLE, "purposes", "days"]
    named += [name for kind in (CONTINUOUS, RECURRING) for name in names_of_days(kind)]
    named += [f"{what}-{one}" for what, those in (("number", OF_NUMBER), ("weekdays", OF_WEEKDAYS)) for one in those]
    return [(name, value) for name in sorted(named) for value in given.getlist(name)]


def terms_in(given: Typed, faults: Faults) -> dict[str, Any]:
    """支援目的, 支援時間, 備註 as commands take them; `faults` hears of what cannot be read."""
    return {
        "purposes": given.getlist("purposes"),
        "schedule": schedule_in(given, faults),
        "remarks": given.get("remarks", ""),
    }


def schedule_in(given: Typed, faults: Faults) -> dict[str, Any]:
    """支援時間 as support takes it, of the kind that was chosen; days that were excepted of 選擇 are not picked."""
    kind = given.get("kind", "")
    if kind not in KINDS:
        faults.add("kind", t("support.enter.kind-missing"))
        return {}
    entry: dict[str, Any] = {"kind": kind, "starts": given.get("starts", ""), "ends": given.get("ends", "")}
    for name in ("starts", "ends"):
        if not given.get(name, "").strip():
            faults.add(name, t(f"support.enter.{name}-missing"))
    if kind == PICKED:
        excepted = set(given.getlist("exceptions"))
        days = [day for day in given.getlist("days") if day not in excepted]
        if not days:
            faults.add("days", t("support.enter.days-missing"))
        return entry | {"days": days}
    for name, field in zip(("first", "last"), names_of_days(kind), strict=True):
        if not given.get(field, "").strip():
            faults.add(field, t(f"support.enter.{name}-missing"))
        entry[name] = day_in(given, field, faults)
    if kind == RECURRING:
        entry |= {"rule": _rule_in(given, faults), "exceptions": given.getlist("exceptions")}
    return entry


def _rule_in(given: Typed, faults: Faults) -> str:
    repeats = given.get("repeats", "")
    if repeats not in set(Repeats):
        faults.add("repeats", t("support.enter.repeats-missing"))
        return ""
    pattern, number = Repeats(repeats), ""
    weekdays: tuple[str, ...] = ()
    if pattern in OF_NUMBER:
        number = folded(given.get(f"number-{pattern}", "")).lstrip("0")
        if not (number.isdecimal() and int(number) <= MOST[pattern]):
            faults.add(f"number-{pattern}", t("support.enter.number-wrong", most=MOST[pattern]))
    if pattern in OF_WEEKDAYS:
        ticked = given.getlist(f"weekdays-{pattern}")
        weekdays = tuple(code for code in WEEKDAYS if code in ticked)
        if not weekdays:
            faults.add(f"weekdays-{pattern}", t("support.enter.weekdays-missing"))
    return Pattern(pattern, number, weekdays).rule


def faults_of(refusal: RemoteRefusal, given: Mapping[str, str], *, below: str = "") -> Faults:
    """Support's objections beside the fields of the form; `below`, by which its own names begin, is left out."""
    faults = Faults()
    for name, sentence in Faults.of(refusal, below=below).sentences.items():
        faults.add(_field_of(name.removeprefix(_WITHIN), given), sentence)
    return faults


def _field_of(name: str, given: Mapping[str, str]) -> str:
    """The field of the form that support means by `name`; none where it means the whole."""
    first, _, rest = name.partition(".")
    if first == "schedule":
        return _field_of_schedule(rest.partition(".")[0], given)
    known = {"purposes", "department", "remarks", "place", "practitioner"}
    return first if first in known else ""


def _field_of_schedule(name: str, given: Mapping[str, str]) -> str:
    kind = given.get("kind", "")
    if name in {"first", "last"}:
        return f"{name}-{kind}"
    if name == "rule":
        return "repeats"
    return name if name in {"starts", "ends", "days"} else "kind"

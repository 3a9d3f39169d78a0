"""為什麼: one row, the events that made it so, and whether they can be believed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.console.area import CONSOLE, READERS
from services.gateway.web.console.contexts import inspectables, known_context
from services.gateway.web.console.places import place_in
from services.gateway.web.faults import Faults
from services.gateway.web.rendering import refused, show
from shared.refusals import FieldMissing
from shared.rpc.wire import RemoteRefusal
from shared.taiwan.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask.typing import ResponseReturnValue

_IN_THE_FORM = frozenset({"model", "key"})


@CONSOLE.page("/console/why", READERS)
def ask_why() -> ResponseReturnValue:
    """Choose a row of a read model."""
    if not request.args.keys() & _IN_THE_FORM:
        return show("console/ask_why.html", faults=Faults(), typed={}, models=_models())
    typed = {name: folded(request.args.get(name, "")) for name in _IN_THE_FORM}
    context, _, model = typed["model"].partition(".")
    faults = Faults()
    for name in ("model", "key"):
        if not typed[name] or (name == "model" and not model):
            faults.refuse(FieldMissing(name))
    if faults:
        return refused("console/ask_why.html", faults=faults, typed=typed, models=_models())
    return redirect(url_for("console.why", context=context, model=model, key=typed["key"]), 303)


@CONSOLE.page("/console/why/<context>/<model>/<path:key>", READERS)
def why(context: str, model: str, key: str) -> ResponseReturnValue:
    """A row as it is, or was: what its events have made of it."""
    method = f"{known_context(context)}.why_row"
    faults = Faults()
    column = request.args.get("column") or None
    asked: dict[str, Any] = {"model": model, "key": key, "column": column, "page": request.args.get("page", type=int)}
    asked |= place_in("until", request.args.get("until", ""), "until", faults)
    try:
        answer = caller().ask(method, asked)
    except RemoteRefusal as refusal:
        if refusal.field not in _IN_THE_FORM:
            raise
        return _meant_another(f"{context}.{model}", key, refusal)
    if answer["why"] is None:
        return show("console/looking.html", looked=answer["looked"], total=answer["total"])
    found = answer["why"]
    return (refused if faults else show)(
        "console/why.html",
        row=found,
        proof=answer["proof"],
        looks=answer["looks"],
        entries=_entries(found),
        chosen=next((cell for cell in found["cells"] if cell["column"] == column), None),
        command=_command(found, is_earlier="until" in asked or "at" in asked),
        until=request.args.get("until", ""),
        faults=faults,
    )


def _meant_another(model: str, key: str, refusal: RemoteRefusal) -> ResponseReturnValue:
    """The form again, with what is wrong, and the rows that may have been meant."""
    context, _, name = model.partition(".")
    meant = refusal.params.get("rows") or refusal.params.get("near") or ()
    rows = [(one, url_for("console.why", context=context, model=name, key=one)) for one in meant]
    typed = {"model": model, "key": key}
    return refused("console/ask_why.html", faults=Faults.of(refusal), typed=typed, models=_models(), meant=rows)


def _models() -> list[dict[str, Any]]:
    """The choices of the form: every read model and process, by context."""
    return [
        {
            "label": context,
            "options": [
                {"value": f"{context}.{model['name']}", "label": f"{model['name']} ({model['form']})"}
                for model in known["models"]
            ],
        }
        for context, known in inspectables().items()
    ]


def _entries(found: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """What is told of the row in the order of the log: its events, and between them their causes elsewhere."""
    entries = [*found["episodes"], *({"fact": cause, "effect": "cause", "changes": ()} for cause in found["causes"])]
    return sorted(entries, key=lambda entry: int(entry["fact"]["position"]))


def _command(found: Mapping[str, Any], *, is_earlier: bool) -> str:
    """The same question for the command line."""
    words = ["caretrail", "why", f"{found['context']}.{found['model']}", found["key"]]
    words += [found["column"]] if found["column"] else []
    words += ["--until", str(found["position"])] if is_earlier else []
    return shlex.join(words)

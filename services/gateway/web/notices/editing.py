"""Agencies write their pages: both languages side by side, looked at first, and never written over blindly."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.notices.area import EDITORS, NOTICES
from services.gateway.web.notices.difference import TEXTS, differences
from services.gateway.web.notices.editors import editors_named
from services.gateway.web.notices.entries import KINDS, entered, fields_of, texts_of, texts_typed
from services.gateway.web.notices.markdown import rendered
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import refused, show, t
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

_CHANGED = "page-changed-meanwhile"
_PREVIEW = "preview"


@NOTICES.page("/notices/edit", EDITORS)
def edited() -> ResponseReturnValue:
    """Every page that the caller may edit, and whether it is shown."""
    found = caller().ask("gateway.pages_to_edit", {"cursor": cursor_asked()})
    following = url_for("notices.edited", cursor=found["following"]) if found["following"] else None
    return show("notices/edited.html", pages=found["entries"], following=following)


@NOTICES.page("/notices/edit/new", EDITORS, ("GET", "POST"))
def publish() -> ResponseReturnValue:
    """發布 a new page."""
    if is_opened():
        return _editor(typed())
    content, faults = entered()
    if faults:
        return _editor(request.form, faults)
    if _PREVIEW in request.form:
        return _editor(request.form)
    asked = {"kind": request.form.get("kind", ""), "slug": request.form.get("slug", "").strip(), "content": content}
    try:
        caller().command("gateway.publish_page", asked, request.form["idempotency_key"])
    except RemoteRefusal as refusal:
        return _editor(request.form, Faults.of(refusal))
    return _done("published")


@NOTICES.page("/notices/edit/<uuid:page_id>", EDITORS, ("GET", "POST"))
def revise(page_id: UUID) -> ResponseReturnValue:
    """修訂, based on the version that the editor has read."""
    page = _to_edit(page_id)
    if is_opened():
        return _editor(typed() or fields_of(page), page=page)
    content, faults = entered()
    if faults:
        return _editor(request.form, faults, page)
    if _PREVIEW in request.form:
        return _editor(request.form, page=page)
    asked = {"page_id": str(page_id), "based_on": request.form.get("based_on", 0, int), "content": content}
    try:
        caller().command("gateway.revise_page", asked, request.form["idempotency_key"])
    except RemoteRefusal as refusal:
        if refusal.code == _CHANGED:
            return _changed_meanwhile(page_id, refusal)
        return _editor(request.form, Faults.of(refusal), page)
    return _done("revised")


@NOTICES.page("/notices/edit/<uuid:page_id>/withdraw", EDITORS, ("GET", "POST"))
def withdraw(page_id: UUID) -> ResponseReturnValue:
    """下架, after a look at what will no longer be shown."""
    page = _to_edit(page_id)
    if is_opened():
        return show("notices/withdraw.html", page=page, faults=Faults())
    asked = {"page_id": str(page_id), "based_on": request.form.get("based_on", 0, int)}
    try:
        caller().command("gateway.withdraw_page", asked, request.form["idempotency_key"])
    except RemoteRefusal as refusal:
        return refused("notices/withdraw.html", page=_to_edit(page_id), faults=Faults.of(refusal))
    return _done("withdrawn")


@NOTICES.page("/notices/edit/<uuid:page_id>/history", EDITORS)
def history(page_id: UUID) -> ResponseReturnValue:
    """修訂紀錄: who changed what, and when."""
    versions = caller().ask("gateway.page_history", {"page_id": str(page_id)})
    nothing = dict.fromkeys(TEXTS, "")
    earlier = [texts_of(one) for one in versions[1:]] + [nothing]
    changes = [
        (one, differences(before, texts_of(one)) if one["change"] != "withdrawn" else {})
        for one, before in zip(versions, earlier, strict=True)
    ]
    editors = editors_named(one["editor"] for one in versions)
    return show("notices/history.html", page=_to_edit(page_id), changes=changes, editors=editors)


def _to_edit(page_id: UUID) -> dict[str, Any]:
    found = caller().ask("gateway.page_to_edit", {"page_id": str(page_id)})
    page: dict[str, Any] = found["page"]
    return {**page, "standing": found["standing"]}


def _editor(
    form: Mapping[str, str],
    faults: Faults | None = None,
    page: dict[str, Any] | None = None,
    meanwhile: Mapping[str, object] | None = None,
) -> ResponseReturnValue:
    previews = _PREVIEW in form and not faults
    texts = texts_typed(form)
    return show(
        "notices/editor.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        form_values=form,
        faults=faults or Faults(),
        page=page,
        kinds=KINDS,
        meanwhile=meanwhile,
        preview={
            language: (texts[f"{language}.title"], rendered(texts[f"{language}.body"]))
            for language in ("chinese", "english")
        }
        if previews
        else None,
    )


def _changed_meanwhile(page_id: UUID, refusal: RemoteRefusal) -> ResponseReturnValue:
    """What the other editor left, against what was typed here; sent once more, it replaces what the other wrote."""
    page = _to_edit(page_id)
    form = {**request.form, "based_on": str(page["version"])}
    return _editor(form, Faults.of(refusal), page, differences(texts_of(page), texts_typed(form)))


def _done(what: str) -> ResponseReturnValue:
    flash(t(f"notices.done.{what}"), "done")
    return redirect(url_for("notices.edited"), HTTPStatus.SEE_OTHER)

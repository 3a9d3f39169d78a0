"""最新消息, 使用說明, 聯絡我們 and the statements, as everybody reads them; and how the services are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import EVERYBODY
from services.gateway.web.asking import caller
from services.gateway.web.limits import limited
from services.gateway.web.notices.area import NOTICES
from services.gateway.web.notices.markdown import rendered
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, show, t
from services.gateway.web.wording import CONTEXTS, UNANSWERED

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

_HEALTH_SECONDS = 2.0


@NOTICES.page("/notices", EVERYBODY)
def notices() -> ResponseReturnValue:
    """最新消息: those in force, the pinned first."""
    return _listed("notice", "notices.notices", t("notices.notices.title"), t("notices.notices.none"))


@NOTICES.page("/documents", EVERYBODY)
def documents() -> ResponseReturnValue:
    """下載專區."""
    return _listed("document", "notices.documents", t("notices.documents.title"), t("notices.documents.none"))


@NOTICES.page("/help", EVERYBODY)
def help_pages() -> ResponseReturnValue:
    """使用說明: every page of it."""
    return _listed("help", "notices.help_pages", t("notices.help.title"), t("notices.help.none"))


@NOTICES.page("/notices/<slug>", EVERYBODY)
def page(slug: str) -> ResponseReturnValue:
    """One page."""
    found = _found(slug)
    if found is None:
        raise NotFound
    return _shown(found)


@NOTICES.page("/contact", EVERYBODY)
def contact() -> ResponseReturnValue:
    """聯絡我們."""
    return _page_of_foot("contact", "contact", t("notices.contact.title"))


@NOTICES.page("/privacy", EVERYBODY)
def privacy() -> ResponseReturnValue:
    """隱私權聲明, with what 個人資料保護法 §8 has people told."""
    return _page_of_foot("privacy", "statement", t("notices.statements.title"))


@NOTICES.page("/accessibility", EVERYBODY)
def accessibility() -> ResponseReturnValue:
    """無障礙聲明."""
    return _page_of_foot("accessibility", "statement", t("notices.statements.title"))


@NOTICES.page("/status", EVERYBODY)
@limited("status", 30)
def status() -> ResponseReturnValue:
    """服務狀態: what works at this moment, in the words of those who use it."""
    states = {context: _state(context) for context in CONTEXTS}
    return show("notices/status.html", states=states)


def _state(context: str) -> str:
    """`works`, `troubled` where a part of it has failed, or `away`."""
    try:
        report = caller().front.rpc.call(f"{context}.health", timeout=_HEALTH_SECONDS, payload={})
    except UNANSWERED:
        return "away"
    return "works" if all(check["is_met"] for check in report["found"]["checks"]) else "troubled"


def _listed(kind: str, view: str, title: str, none: str) -> ResponseReturnValue:
    asked = {"language": language(), "kind": kind}
    found = caller().ask("gateway.pages", {**asked, "cursor": cursor_asked()})
    following = url_for(view, cursor=found["following"]) if found["following"] else None
    return show("notices/listed.html", title=title, none=none, pages=found["entries"], following=following)


def _page_of_foot(slug: str, kind: str, title: str) -> ResponseReturnValue:
    """A page that every foot leads to; where its agency has withdrawn it, those of its kind instead."""
    found = _found(slug)
    if found is None:
        return _listed(kind, f"notices.{slug}", title, t("notices.none"))
    return _shown(found)


def _found(slug: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = caller().ask("gateway.page", {"slug": slug, "language": language()})
    return found


def _shown(page: dict[str, Any]) -> ResponseReturnValue:
    return show("notices/page.html", page=page, body=rendered(page["body"]))

"""整批申請: templates, a workbook tried and taken into a draft, its rows one by one, and what was taken before."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import closing
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import msgspec
from flask import Response, flash, redirect, request, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.paging import cursor_asked
from services.gateway.web.rendering import language, refused, show, t
from services.gateway.web.support_lists.area import APPLICANTS, SUPPORT_LISTS
from shared.rpc.client import NoAnswer
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

KINDS = ("general", "rules")
"""一般整批, 規則整批."""
CHOICES = ("all_or_nothing", "good_rows")
"""全部正確才匯入, 只匯入正確的列."""
PAGE = 20
KEPT_CHARACTERS = 200_000
"""Of a workbook in base64 that the page keeps, so that it need not be chosen once more after the trial: 300 rows are a
fifth of that."""
_REQUEST_LIMIT = 20 * 1024 * 1024
"""Bytes of a form that is still looked at, so that a file too large is told beside its field."""
_PATIENCE = 55.0
"""Seconds for which a file is waited for; proxies wait for a minute."""


class Limits(msgspec.Struct, frozen=True):
    """What of `support.policy_today` matters to a workbook: how many rows, and how many bytes."""

    batch_rows: int
    batch_bytes: int


class Remark(msgspec.Struct, frozen=True):
    """What is to be mended in a row; `column` is its letter and heading."""

    column: str
    words: str


class Row(msgspec.Struct, frozen=True):
    """What became, or would become, of one row, by its number in the sheet."""

    number: int
    outcome: str
    remarks: tuple[Remark, ...]


class Imported(msgspec.Struct, frozen=True):
    """What became, or would become, of a workbook: the draft of its lines, where there is one, and its rows."""

    application_id: str | None
    case_no: str
    taken: int
    unchanged: int
    refused: int
    rows: tuple[Row, ...]


class TakenWorkbook(msgspec.Struct, frozen=True):
    """A workbook that was taken, by the case that it went into; rows by their numbers in the sheet."""

    application: str
    case_no: str
    kind: str
    imported_at: datetime
    taken: tuple[int, ...]
    refused: tuple[int, ...]
    state: str


class FileGiven(msgspec.Struct, frozen=True):
    """A file to save: its name, its kind and its bytes in base64."""

    name: str
    media_type: str
    content: str


class Result(NamedTuple):
    """What is shown of a workbook that was tried or taken; `content` is kept for the next step where it is not long."""

    imported: Imported
    purpose: str
    content: str


@SUPPORT_LISTS.url_value_preprocessor
def allow_workbooks(endpoint: str | None, _: object) -> None:
    """Let the page take a workbook."""
    if endpoint == "support_lists.batch":
        request.max_content_length = _REQUEST_LIMIT


@SUPPORT_LISTS.page("/support/batch/templates/<kind>.xlsx", APPLICANTS)
def batch_template(kind: str) -> ResponseReturnValue:
    """範本檔 of one of the two kinds."""
    if kind not in KINDS:
        raise NotFound
    return _file(caller().ask("support.batch_template", {"kind": kind}))


@SUPPORT_LISTS.page("/support/batch", APPLICANTS, methods=("GET", "POST"))
def batch() -> ResponseReturnValue:
    """The form, and below it what would become, or became, of each row; the same file again changes nothing."""
    given, faults = typed(), Faults()
    if is_opened():
        return _page(given, faults)
    limits = _limits()
    for name, known in (("kind", KINDS), ("choice", CHOICES)):
        if given.get(name) not in known:
            faults.add(name, t(f"support_lists.batch.{name}-missing"))
    content = _content(given, limits, faults)
    if faults:
        return _page(given, faults)
    purpose = next((name for name in ("result", "take") if name in given), "try")
    choice = given["choice"] if purpose == "take" else "good_rows"  # a trial tells of each row by itself
    asked = {"kind": given["kind"], "content": content, "choice": choice, "language": language()}
    try:
        return _done(purpose, asked, given)
    except RemoteRefusal as refusal:
        told = Faults.of(refusal)
        if sentence := told.sentences.pop("content", ""):
            told.add("file", sentence)
        return _page(given, told)
    except NoAnswer:
        faults.add("", t("support_lists.batch.unanswered"))
        return _page(given, faults)


def _done(purpose: str, asked: Mapping[str, str], given: Mapping[str, str]) -> ResponseReturnValue:
    """What was wanted of the workbook: its result file, a trial, or its rows in a draft. Raises `RemoteRefusal`."""
    if purpose == "result":
        return _file(caller().deed("support.dry_run_file", asked, _PATIENCE))
    method = "support.import_batch" if purpose == "take" else "support.dry_run_batch"
    imported = msgspec.convert(caller().deed(method, asked, _PATIENCE), Imported)
    if purpose == "take" and imported.application_id and not imported.refused:
        flash(t("support_lists.batch.done", rows=imported.taken + imported.unchanged, case_no=imported.case_no), "done")
        return redirect(url_for("support.record", application_id=imported.application_id), HTTPStatus.SEE_OTHER)
    content = asked["content"] if purpose == "try" and len(asked["content"]) <= KEPT_CHARACTERS else ""
    return _page(given, Faults(), Result(imported, purpose, content))


def _content(given: Mapping[str, str], limits: Limits, faults: Faults) -> str:
    """The workbook that was chosen, or else the one that the page has kept, in base64."""
    chosen = request.files.get("file")
    if chosen:
        with closing(chosen):  # a large one lies in a file of its own
            content: bytes = chosen.read()
    else:
        content = _kept(given.get("content", ""))
    if not content:
        faults.add("file", t("support_lists.batch.file-missing"))
    if len(content) > limits.batch_bytes:
        limit, size = limits.batch_bytes // 1000, len(content) // 1000
        faults.add("file", t("support_lists.batch.file-too-large", limit=limit, given=size))
    return b64encode(content).decode()


def _kept(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _limits() -> Limits:
    return msgspec.convert(caller().ask("support.policy_today"), Limits)


def _page(given: Mapping[str, str], faults: Faults, result: Result | None = None) -> ResponseReturnValue:
    cursor = cursor_asked()
    before = caller().ask("support.batches", {"limit": PAGE, "cursor": cursor})
    page: dict[str, Any] = {
        "typed": given,
        "faults": faults,
        "kinds": KINDS,
        "choices_offered": CHOICES,
        "limits": _limits(),
        "result": result,
        "workbooks": msgspec.convert(before["entries"], list[TakenWorkbook]),
        "following": before["following"],
    }
    return refused("support_lists/batch.html", **page) if faults else show("support_lists/batch.html", **page)


def _file(told: object) -> Response:
    file = msgspec.convert(told, FileGiven)
    response = Response(b64decode(file.content), content_type=file.media_type)
    name = quote(file.name, safe="")  # a header holds no Chinese as it is (RFC 8187)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response

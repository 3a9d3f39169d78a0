"""附件 of a line: sent while the case is a draft, and read by whoever sees the case."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import closing
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import flash, redirect, request, url_for
from flask.wrappers import Response
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import BUREAUS
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened
from services.gateway.web.rendering import refused, show, t
from services.gateway.web.support.applications import application, told_why_not
from services.gateway.web.support.area import APPLICANTS, SUPPORT
from services.gateway.web.support.rules import rules_today
from shared.principal import Role
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import FileStorage

    from services.gateway.web.support.shapes import ApplicationTold, EntryTold

READERS = APPLICANTS | BUREAUS | {Role.INSURER_OFFICER, Role.OPERATOR, Role.AUDITOR}
"""Whoever sees applications; which of them, support says."""
PART_BYTES = 600_000
"""A file is sent in parts of so many bytes; support takes no longer ones."""
_REQUEST_LIMIT = 20 * 1024 * 1024
"""Bytes of a form that is still looked at, so that a file too large is told beside its field."""
_MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


@SUPPORT.url_value_preprocessor
def allow_files(endpoint: str | None, _: object) -> None:
    """Let the page of attachments take a file, and no other."""
    if endpoint == "support.files":
        request.max_content_length = _REQUEST_LIMIT


@SUPPORT.page("/support/applications/<uuid:application_id>/lines/<uuid:line_id>/files", APPLICANTS, ("GET", "POST"))
def files(application_id: UUID, line_id: UUID) -> ResponseReturnValue:
    """上傳附件, and 刪除 of those that are there."""
    told, faults = application(application_id), Faults()
    if (elsewhere := told_why_not(told, "set_lines")) is not None:
        return elsewhere
    entry = told.entry(str(line_id))
    if entry is None:
        raise NotFound
    here = url_for("support.files", application_id=application_id, line_id=line_id)
    if not is_opened() and _done(told, entry, faults):
        return redirect(here, HTTPStatus.SEE_OTHER)
    answer = refused if faults else show
    return answer("support/files.html", told=told, entry=entry, rules=rules_today(), faults=faults)


@SUPPORT.page("/support/applications/<uuid:application_id>/files/<uuid:file_id>", READERS)
def attachment(application_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """附件, to be saved: what somebody else has sent is not opened as a page of this site."""
    told = application(application_id)
    found = next((one for entry in told.entries for one in entry.files if one.id == str(file_id)), None)
    if found is None:
        raise NotFound
    asked = {"application_id": str(application_id), "file_id": str(file_id)}
    parts = [caller().ask("support.file_part", {**asked, "number": number}) for number in range(found.parts)]
    content = b"".join(b64decode(part["content"]) for part in parts)
    name = quote(found.name or found.id, safe="")
    return Response(
        content,
        content_type=_MEDIA_TYPES.get(found.kind, "application/octet-stream"),
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"},
    )


def _done(told: ApplicationTold, entry: EntryTold, faults: Faults) -> bool:
    """Whether a file was attached, or taken away; `faults` hears why not."""
    try:
        if "remove" in request.form:
            asked = {"application_id": told.listed.id, "file_id": request.form["remove"]}
            caller().command("support.detach_file", asked, request.form.get("idempotency_key", ""))
            flash(t("support.files.removed"), "done")
            return True
        chosen = request.files.get("file")
        if not chosen:
            faults.add("file", t("support.files.missing"))
            return False
        return _is_attached(told, entry, chosen, faults)
    except RemoteRefusal as refusal:
        for sentence in Faults.of(refusal).sentences.values():
            faults.add("file", sentence)
        return False


def _is_attached(told: ApplicationTold, entry: EntryTold, chosen: FileStorage, faults: Faults) -> bool:
    with closing(chosen):  # a large one lies in a file of its own
        content = chosen.read()
    limit = rules_today().attachment_bytes
    if len(content) > limit:
        faults.add("file", t("support.files.too-large", given=len(content) // 1000, limit=limit // 1000))
        return False
    # Sent once more under the same key, it is the same upload.
    key = request.form.get("idempotency_key", "")
    line = {"application_id": told.listed.id, "line_id": entry.id, "upload": str(uuid5(NAMESPACE_URL, key))}
    parts = [content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)]
    for number, part in enumerate(parts):
        caller().deed("support.receive_part", {**line, "number": number, "content": b64encode(part).decode()})
    name = chosen.filename or ""
    caller().command("support.attach_file", {**line, "parts": len(parts), "name": name}, key)
    flash(t("support.files.done", name=name), "done")
    return True

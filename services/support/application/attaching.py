"""附件 of a line: received part by part, attached once all of it is there, read back by whoever sees the case."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from services.support.commands import AttachFile
from services.support.domain import access, guards, refusals
from services.support.domain.files import PART_BYTES, UPLOADS_MOST, Upload, is_whole, kind_of
from services.support.domain.refusals import heed
from services.support.events import AttachedFile, FileName, FilePart
from shared.application import Decision, Outcome, Result
from shared.sealing import PersonForgotten, Sealed

if TYPE_CHECKING:
    from datetime import datetime

    from services.support.application.desk import Desk
    from services.support.commands import DetachFile
    from services.support.domain.application import Application
    from shared.principal import Principal
    from shared.sealing import SubjectId

_NAME_LIMIT = 200
_encode = msgspec.json.Encoder().encode
_sealed_part = msgspec.json.Decoder(Sealed[FilePart]).decode


def receive_part(  # noqa: PLR0913, PLR0917 - which part of which file, from whom, when
    desk: Desk, upload: Upload, number: int, content: bytes, principal: Principal, now: datetime
) -> None:
    """Keep a part of a file that is to be attached; it is sealed before it touches the disk.

    Refuses as `attach_file` does, with `FileTooLarge` for a part, or so many parts, that no file has, and with
    `UploadsTooMany` where `UPLOADS_MOST` other files of the application are on their way, and not attached yet.
    """
    application, subject = _attaching(desk, upload, principal, now)
    limit = desk.policy(now).attachment_bytes
    if len(content) > PART_BYTES or not 0 <= number * PART_BYTES < limit:
        raise refusals.FileTooLarge("file", given=number * PART_BYTES + len(content), limit=limit)
    others = {one for one in desk.cabinet.under_way(application.id, now) if one not in application.files}
    if len(others - {upload.id}) >= UPLOADS_MOST:
        raise refusals.UploadsTooMany("file", limit=UPLOADS_MOST)
    try:
        sealed = desk.vault.seal(subject, FilePart(content))
    except PersonForgotten:
        raise refusals.PractitionerForgotten from None
    desk.cabinet.receive(upload, number, _encode(sealed), now)


def attach_file(desk: Desk, command: AttachFile, principal: Principal, now: datetime) -> Decision:
    """上傳附件: the file whose parts have come, once; by what is in it a PDF, JPEG or PNG, whatever its name."""
    upload = Upload(command.application_id, command.line_id, command.upload)
    known = desk.application(upload.application)
    heed(access.to_application(AttachFile, principal, known))
    if upload.id in known.files:
        return Decision(Outcome(known.id, known.version, known.case_no, Result.UNCHANGED))
    application, subject = _attaching(desk, upload, principal, now)
    form = desk.form(now)
    name = form.needed_text(command.name, "name", _NAME_LIMIT)
    form.finish()
    parts = desk.cabinet.received(upload, command.parts)
    if not parts or len(parts) < command.parts:
        raise refusals.UploadIncomplete("file")
    content = b"".join(_content(desk, sealed) for sealed in parts)
    limit = desk.policy(now).attachment_bytes
    if len(content) > limit:
        raise refusals.FileTooLarge("file", given=len(content), limit=limit)
    kind = kind_of(content)
    if kind is None:
        raise refusals.FileKindNotTaken("file")
    if not is_whole(content, kind):
        raise refusals.FileDamaged("file")
    digests = tuple(sha256(sealed).hexdigest() for sealed in parts)
    file = AttachedFile(upload.id, kind, len(content), desk.vault.seal(subject, FileName(name)), digests)
    application.attach(command.line_id, file, desk.policy(now).attachments_most, now)
    outcome = Outcome(application.id, application.version, application.case_no)
    return Decision(outcome, [application], beforehand=[partial(desk.cabinet.keep, sealed) for sealed in parts])


def detach_file(desk: Desk, command: DetachFile, principal: Principal, now: datetime) -> Decision:
    """刪除附件 of a draft; what an event has named stays sealed among the blobs, and nobody is shown it."""
    application = desk.application(command.application_id)
    heed(access.to_application(type(command), principal, application))
    application.detach(command.file_id, now)
    return Decision(Outcome(application.id, application.version, application.case_no), [application])


def part_of(desk: Desk, digest: str) -> bytes:
    """The bytes of a part that was attached; raises `PractitionerForgotten` of somebody who has been forgotten."""
    return _content(desk, desk.cabinet.kept(digest))


def name_of(desk: Desk, file: AttachedFile) -> str | None:
    """What a file is called; None of somebody who has been forgotten."""
    name = desk.vault.open(file.name, FileName)
    return name.text if name else None


def _content(desk: Desk, sealed: bytes) -> bytes:
    part = desk.vault.open(_sealed_part(sealed), FilePart)
    if part is None:
        raise refusals.PractitionerForgotten
    return part.content


def _attaching(desk: Desk, upload: Upload, principal: Principal, now: datetime) -> tuple[Application, SubjectId]:
    """The application, and for whom the files of the line are sealed; refuses where nothing can be attached."""
    application = desk.application(upload.application)
    heed(access.to_application(AttachFile, principal, application))
    heed(guards.attaching(application, upload.line, desk.policy(now).attachments_most))
    return application, desk.keeper_of(application)

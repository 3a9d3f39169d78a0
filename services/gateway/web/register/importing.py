"""匯入, 試匯: a file of enrolments or closures, and what became of each of its rows."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
from flask import request

from services.gateway.web.areas import BUREAUS, CLINICS
from services.gateway.web.asking import caller
from services.gateway.web.faults import Faults
from services.gateway.web.holding import is_opened, typed
from services.gateway.web.register.area import BRINGERS, REGISTER
from services.gateway.web.rendering import language, refused, show, t
from shared.imports.files import Purpose
from shared.rpc.client import NoAnswer
from shared.rpc.wire import RemoteRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

KINDS = ("enrolments", "closures")
FILE_LIMIT = 600_000
"""Bytes of a file, as matching takes them."""
_REQUEST_LIMIT = 20 * 1024 * 1024
"""Bytes of a form that is still looked at, so that a file too large is told beside its field."""
_PATIENCE = 55.0
"""Seconds for which a file is waited for; proxies wait for a minute."""


class Remark(msgspec.Struct, frozen=True):
    """What is to be mended in a row, or looked at."""

    column: str
    words: str


class Row(msgspec.Struct, frozen=True):
    """What became of one row, numbered from 1 below the headings."""

    number: int
    outcome: str
    case_no: str
    remarks: tuple[Remark, ...]


class Imported(msgspec.Struct, frozen=True):
    """What became of a file."""

    encoding: str
    taken: int
    unchanged: int
    refused: int
    rows: tuple[Row, ...]

    @property
    def is_big5(self) -> bool:
        """Whether the file was read as Big5, which nobody chose."""
        return self.encoding != "utf-8"


@REGISTER.url_value_preprocessor
def allow_files(*_: object) -> None:
    """Let the page take a file."""
    request.max_content_length = _REQUEST_LIMIT


@REGISTER.page("/register", BRINGERS, methods=("GET", "POST"))
def file() -> ResponseReturnValue:
    """The form, and below it the result of the file that was sent; nothing changes where the same is sent again."""
    given, faults = typed(), Faults()
    if is_opened():
        return _page(given, faults)
    purpose = Purpose.TRY if Purpose.TRY in given else Purpose.TAKE
    if given.get("kind") not in KINDS:
        faults.add("kind", t("register.kind.missing"))
    content = _content(faults)
    if faults:
        return _page(given, faults)
    told = {"kind": given["kind"], "purpose": purpose, "content": b64encode(content).decode(), "language": language()}
    try:
        answer = caller().deed("matching.import_register", told, _PATIENCE)
    except RemoteRefusal as refusal:
        return _page(given, Faults.of(refusal))
    except NoAnswer:
        faults.add("", t("register.unanswered"))
        return _page(given, faults)
    return _page(given, faults, purpose=purpose, imported=msgspec.convert(answer, Imported))


def _content(faults: Faults) -> bytes:
    """What was chosen; nothing where nothing was, or too much."""
    chosen = request.files.get("file")
    if not chosen:
        faults.add("file", t("register.file.missing"))
        return b""
    with closing(chosen):  # a large one lies in a file of its own
        content: bytes = chosen.read()
    if len(content) > FILE_LIMIT:
        faults.add("file", t("register.file.too-large", limit=FILE_LIMIT // 1000, given=len(content) // 1000))
    return content


def _page(given: Mapping[str, str], faults: Faults, **result: Any) -> ResponseReturnValue:
    page: dict[str, Any] = {"typed": given, "faults": faults, "kinds": KINDS, "reach": _reach(), "limit": FILE_LIMIT}
    return refused("register/file.html", **page) if faults else show("register/file.html", **page, **result)


def _reach() -> str:
    """Whose rows the caller may bring, in words."""
    if caller().role in CLINICS:
        return t("register.reach.clinic")
    return t("register.reach.bureau") if caller().role in BUREAUS else t("register.reach.operator")

"""Log lines that say what happened to which ids, and nothing about people.

Every line, also those of libraries that use the standard `logging`, passes the same processors. `configure` is called
once by a program's composition root; modules take their logger with `structlog.get_logger()`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TextIO
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from shared.settings import LogFormat, LogLevel

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from structlog.typing import EventDict, Processor, WrappedLogger

MASK = "[masked]"

_PERSONAL = re.compile(
    r"(?:(?:child|mother|father|parent|contact|patient|person|practitioner|holder|user|full|given|family|english)_)?"
    r"(?:names?|identifiers?|national_id|id_number|passport|resident_certificate|mobiles?|phones?|telephone"
    r"|emails?|mail|address|street|residence|household|birth_date|birthday|due_date|explanation|free_text)"
    r"|(?:.*_)?(?:password|secret|token|credential|private_key|master_keys?|pin|otp)"
)
"""Keys under which people's data, or secrets, would be logged. Ids, codes, counts, dates of the work itself are not."""

# Bounded by anything but letters and digits, so that no part of a case number, a hash or a UUID is taken for one.
_LOOKS_PERSONAL = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Da-d1289]\d{8}(?![A-Za-z0-9])"  # national id, resident certificate old and new
    r"|(?<![A-Za-z0-9])(?:\+?886[ -]?|0)9\d{2}[ -]?\d{3}[ -]?\d{3}(?![A-Za-z0-9])"  # mobile number
    r"|[^\s@/:<>\"']+@[^\s@/:<>\"']+\.[A-Za-z]{2,}"  # mail address
)
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+(?=@)")
_INSTITUTION_KEY = re.compile(r"(?:.*_)?institutions?")
_INSTITUTION_CODE = re.compile(r"\d{10}")


def configure(log_format: LogFormat, level: LogLevel, stream: TextIO = sys.stderr) -> None:
    """Send every log line of this process to `stream`, as `log_format` says, from `level` upwards."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_personal_data, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.value.upper())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def about(correlation_id: str, causation_id: str) -> AbstractContextManager[None]:
    """Within this block every line carries which request it belongs to and which message caused it."""
    return bound_contextvars(correlation_id=correlation_id, causation_id=causation_id)


def mask_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what is under a personal key, and what looks like an identifier, a mobile number or a mail address."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _PERSONAL.fullmatch(key):
        return MASK
    if isinstance(value, Mapping):
        return {_masked_text(str(name)): _masked(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(key, inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | UUID | date | Decimal | PurePath):
        return value if _is_institution_code(key, value) else _masked_text(str(value))
    # Anything else might show a person in its repr, as an event does.
    return f"<{type(value).__name__}>"


def _masked_text(text: str) -> str:
    return _LOOKS_PERSONAL.sub(MASK, _PASSWORD_IN_ADDRESS.sub(rf"\1:{MASK}", text))


def _is_institution_code(key: str, value: object) -> bool:
    """Codes of medical corporations (09…) have the shape of a mobile number; they are known by their key."""
    return _INSTITUTION_KEY.fullmatch(key) is not None and _INSTITUTION_CODE.fullmatch(str(value)) is not None

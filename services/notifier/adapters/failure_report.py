"""未送達名單: a file of whom a message did not reach and why, for whoever calls them (DOMAIN §6, Notify theme 3)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from services.notifier.messages import catalogue
from shared.calendar import TAIPEI
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.notifier.adapters.opened_ledger import ShownMessage

_HEADINGS = {
    Language.CHINESE: (
        "時間",
        "狀態",
        "原因與處理方式",
        "業者代碼",
        "訊息",
        "案件編號",
        "院所",
        "縣市",
        "收件人",
        "電話",
        "地址或號碼",
    ),
    Language.ENGLISH: (
        "time",
        "status",
        "reason and what to do",
        "carrier's code",
        "message",
        "case number",
        "institution",
        "county",
        "recipient",
        "phone",
        "address or number",
    ),
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def failure_report(messages: Iterable[ShownMessage], language: Language) -> bytes:
    """CSV in UTF-8 with a byte order mark, as spreadsheets expect it; one line a message."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_HEADINGS[language])
    known = catalogue(language).values
    for message in messages:
        cells = (
            f"{message.changed_at.astimezone(TAIPEI):%Y-%m-%d %H:%M}",
            known[message.status],
            message.advice or message.means,
            message.answer,
            message.template,
            message.case_no,
            message.institution,
            message.county,
            message.name or "",
            message.phone or "",
            message.address or "",
        )
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

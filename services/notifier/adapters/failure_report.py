"""未送達名單: a file of whom a message did not reach and why, for whoever calls them (DOMAIN §6, Notify theme 3)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from services.notifier.messages import catalogue
from shared.calendar import TAIPEI
from shared.spreadsheets import csv_file
from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def failure_report(messages: Iterable[ShownMessage], language: Language) -> bytes:
    """CSV for a spreadsheet; one line a message."""
    known = catalogue(language).values
    return csv_file(chain((_HEADINGS[language],), (_cells(message, known) for message in messages)))


def _cells(message: ShownMessage, known: Mapping[str, str]) -> tuple[object, ...]:
    return (
        f"{message.changed_at.astimezone(TAIPEI):%Y-%m-%d %H:%M}",
        known[message.status],
        message.advice or message.means,
        message.answer,
        message.template,
        message.case_no,
        message.institution,
        message.county,
        message.name,
        message.phone,
        message.address,
    )

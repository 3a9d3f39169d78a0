"""The file of whom to call, as a spreadsheet opens it."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

from services.notifier.adapters.failure_report import failure_report
from services.notifier.adapters.opened_ledger import ShownMessage
from services.notifier.events import Audience, Channel
from shared.words import Language
from tests.controls.family import CASE_NO, taipei


def failed(**changes):
    told = {
        "id": uuid4(),
        "template": "application-received",
        "channel": Channel.MAIL,
        "audience": Audience.FAMILY,
        "status": "failed",
        "means": "未送達",
        "reason": "address_unknown",
        "advice": "請致電",
        "answer": "550",
        "case_no": CASE_NO,
        "institution": "",
        "county": "新北市",
        "address": "lin@example.tw",
        "name": "林大明",
        "phone": "0912345678",
        "queued_at": taipei(2, 18, 16),
        "changed_at": taipei(2, 18, 16, 21),
        "due_at": None,
        "attempts": 1,
        "carrier": "smtp",
        "provider_id": "",
        "can_be_sent_again": True,
    }
    return ShownMessage(**(told | changes))


def lines_of(*messages):
    file = failure_report(messages, Language.CHINESE)
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"))))[1:]


def test_a_name_that_would_be_a_formula_is_text():
    for name in ("=HYPERLINK(1)", "+886", "-1+1", "@SUM(A1)", "\t=1"):
        [line] = lines_of(failed(name=name))

        assert f"'{name}" in line


def test_names_with_commas_quotation_marks_and_lines_stay_in_their_cell():
    name = '林, "大"\n明'
    [line] = lines_of(failed(name=name))

    assert name in line


def test_a_recipient_who_is_forgotten_leaves_empty_cells():
    [line] = lines_of(failed(name=None, phone=None, address=None))

    assert line[-3:] == ["", "", ""]


def test_without_messages_there_are_headings_only():
    assert lines_of() == []

"""整批申請: a workbook is tried, its rows are told one by one, and what is right goes into a draft."""

import re
from base64 import b64decode, b64encode
from io import BytesIO
from uuid import UUID

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.gateway.web.support_lists.batch import KEPT_CHARACTERS
from shared.rpc.client import NoAnswer
from tests.controls.remote import browser, refusal
from tests.unit.gateway.support_lists.conftest import coming, page

WORKBOOK = b"PK a workbook"
CASE = str(UUID(int=5))
REMARK = {"code": "place-unknown", "column": "C 被支援機構代碼", "words": "查無 <b>這個</b> 機構。"}


def rows(*outcomes):
    told = [{"number": number, "outcome": one, "remarks": []} for number, one in enumerate(outcomes, 2)]
    return [{**one, "remarks": [REMARK]} if one["outcome"] == "refused" else one for one in told]


def imported(*outcomes, application_id=None):
    counts = {name: outcomes.count(name) for name in ("taken", "unchanged", "refused")}
    return {"application_id": application_id, "case_no": "11503120001", **counts, "rows": rows(*outcomes)}


def desk(**answers):
    limits = {"batch_rows": 300, "batch_bytes": 600_000}
    return coming("institution", support__policy_today=limits, support__batches=page(), **answers)


def sent(remote, file=WORKBOOK, **form):
    given = {"kind": "general", "choice": "all_or_nothing", **form}
    if file:
        given["file"] = FileStorage(BytesIO(file), "many.xlsx")
    boundary, body = encode_multipart(given)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser(remote).post("/support/batch", data=body, content_type=kind)


def done(remote, method):
    return [asked for name, asked in remote.asked if name == f"support.{method}"]


def test_a_trial_tells_each_row_and_keeps_the_workbook_for_the_next_step():
    remote = desk(support__dry_run_batch=imported("taken", "refused"))
    answer = sent(remote)
    [asked] = done(remote, "dry_run_batch")
    assert b64decode(asked["content"]) == WORKBOOK
    assert (asked["kind"], asked["choice"], asked["language"]) == ("general", "good_rows", "zh-Hant")
    assert "查無 &lt;b&gt;這個&lt;/b&gt; 機構。" in answer.text
    assert "只匯入正確的 1 筆" in answer.text
    assert f'name="content" value="{b64encode(WORKBOOK).decode()}"' in answer.text
    assert done(remote, "import_batch") == []


def test_what_was_tried_is_taken_without_choosing_the_file_once_more():
    remote = desk(support__import_batch=imported("taken", "taken", application_id=CASE))
    answer = sent(remote, None, take="yes", content=b64encode(WORKBOOK).decode())
    [asked] = done(remote, "import_batch")
    assert (b64decode(asked["content"]), asked["choice"]) == (WORKBOOK, "all_or_nothing")
    assert answer.location == f"/support/applications/{CASE}"


def test_where_only_good_rows_were_taken_the_others_are_told_with_the_way_to_the_case():
    remote = desk(support__import_batch=imported("taken", "refused", application_id=CASE))
    answer = sent(remote, choice="good_rows", take="yes")
    assert answer.status_code == 200
    assert f'href="/support/applications/{CASE}"' in answer.text
    assert "1 筆有錯誤、沒有匯入" in answer.text
    assert 'name="content"' not in answer.text


def test_the_result_can_be_saved_as_a_workbook():
    file = {"name": "一般整批結果.xlsx", "media_type": "application/x", "content": b64encode(b"rows").decode()}
    answer = sent(desk(support__dry_run_file=file), result="yes")
    assert answer.data == b"rows"
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_a_large_workbook_is_not_kept_in_the_page():
    remote = desk(support__dry_run_batch=imported("taken"))
    assert 'name="content"' not in sent(remote, b"P" * KEPT_CHARACTERS).text


@pytest.mark.parametrize(
    ("file", "form", "field"),
    [
        (None, {}, "file"),
        (None, {"content": "no base64!"}, "file"),
        (b"P" * 600_001, {}, "file"),
        (WORKBOOK, {"kind": "other"}, "kind"),
        (WORKBOOK, {"choice": "some"}, "choice"),
    ],
)
def test_what_cannot_be_sent_is_told_beside_its_field(file, form, field):
    remote = desk()
    answer = sent(remote, file, **form)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    assert done(remote, "dry_run_batch") == []


def test_a_file_that_support_cannot_read_is_told_beside_the_file():
    def refuse(_):
        raise refusal("file-not-workbook", "content", found="PDF")

    answer = sent(desk(support__dry_run_batch=refuse))
    assert (answer.status_code, 'href="#file"' in answer.text) == (422, True)


def test_a_file_without_an_answer_may_be_sent_again():
    def wait(_):
        raise NoAnswer("support", "import_batch", 55)

    answer = sent(desk(support__import_batch=wait), take="yes")
    assert answer.status_code == 422
    assert "不會重複匯入" in answer.text


def test_what_was_taken_before_leads_to_its_case():
    before = {
        "application": CASE,
        "case_no": "11503120001",
        "kind": "rules",
        "imported_at": "2026-03-12T01:00:00Z",
        "taken": [2, 3],
        "refused": [4],
        "state": "under_review",
    }
    remote = desk()
    remote.answers["support.batches"] = page(before, {**before, "state": "discarded"}, following="next")
    shown = browser(remote).get("/support/batch").text
    assert shown.count(f'href="/support/applications/{CASE}"') == 1
    assert "審核中" in shown
    assert "已刪除" in shown
    assert re.search(r'rel="next" href="/support/batch\?cursor=next"', shown)


def test_both_templates_can_be_saved_and_no_other():
    file = {"name": "一般整批.xlsx", "media_type": "application/x", "content": b64encode(b"template").decode()}
    remote = desk(support__batch_template=file)
    visitor = browser(remote)
    assert visitor.get("/support/batch/templates/rules.xlsx").data == b"template"
    assert done(remote, "batch_template") == [{"kind": "rules"}]
    assert visitor.get("/support/batch/templates/other.xlsx").status_code == 404

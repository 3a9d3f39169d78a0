"""Files are attached to the lines of a draft, part by part, and read back by whoever sees the case."""

from base64 import b64decode, b64encode
from io import BytesIO
from uuid import UUID

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.gateway.web.support.attachments import PART_BYTES
from tests.controls.applying import CASE, LINE, a_draft, applicant, refuses
from tests.controls.remote import browser
from tests.controls.support_pages import a_line

FILE = UUID(int=3001)
RECORD = f"/support/applications/{CASE}"
FILES = f"{RECORD}/lines/{LINE}/files"
READ = f"{RECORD}/files/{FILE}"
AGREEMENT = {"id": str(FILE), "name": "支援同意書.pdf", "kind": "pdf", "size": 12_400, "parts": 2}


def with_a_file(role="practitioner", **answers):
    return applicant(role, told=a_draft(a_line(files=[AGREEMENT])), **answers)


def sent(remote, content, name="同意書.pdf", key="k"):
    boundary, body = encode_multipart({"file": FileStorage(BytesIO(content), name), "idempotency_key": key})
    return browser(remote).post(FILES, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def test_a_file_is_sent_in_parts_and_then_attached_under_its_name():
    remote = applicant(told=a_draft(a_line()))
    content = b"%PDF-" + bytes(PART_BYTES)
    assert sent(remote, content).location == FILES
    parts = [asked for method, asked in remote.asked if method == "support.receive_part"]
    assert [part["number"] for part in parts] == [0, 1]
    assert b"".join(b64decode(part["content"]) for part in parts) == content
    [(method, attached, _)] = remote.done
    assert method == "support.attach_file"
    assert (attached["parts"], attached["name"], attached["line_id"]) == (2, "同意書.pdf", str(LINE))
    assert {part["upload"] for part in parts} == {attached["upload"]}


def test_a_file_sent_twice_from_one_page_is_one_upload():
    remote = applicant(told=a_draft(a_line()))
    sent(remote, b"%PDF-1"), sent(remote, b"%PDF-1")
    assert len({attached["upload"] for _, attached, _ in remote.done}) == 1


@pytest.mark.parametrize(("content", "sentence"), [(None, "請選擇檔案。"), (bytes(5_000_001), "最多 5000 KB")])
def test_no_file_or_too_large_a_one_is_told_beside_the_field(content, sentence):
    remote = applicant(told=a_draft(a_line()))
    answer = sent(remote, content) if content else browser(remote).post(FILES)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="file-error"' in answer.text
    assert remote.done == []


@pytest.mark.parametrize("method", ["receive_part", "attach_file"])
def test_what_support_does_not_take_is_told_beside_the_field(method):
    remote = applicant(told=a_draft(a_line()), **{f"support__{method}": refuses("file-kind-not-taken", "file")})
    answer = sent(remote, b"MZ")
    assert answer.status_code == 422
    assert 'id="file-error"' in answer.text


def test_a_case_lists_the_files_of_its_lines_and_one_can_be_taken_away():
    remote = with_a_file()
    page = browser(remote).get(RECORD).text
    assert f'href="{READ}">支援同意書.pdf' in page
    assert "12 KB" in page
    assert browser(remote).post(FILES, data={"remove": str(FILE)}).location == FILES
    assert [(method, asked["file_id"]) for method, asked, _ in remote.done] == [("support.detach_file", str(FILE))]


@pytest.mark.parametrize("role", ["practitioner", "institution", "bureau_officer", "auditor"])
def test_whoever_sees_the_case_saves_a_file_whole_and_no_browser_keeps_it(role):
    parts = [b"%PDF-1", b"and the rest"]
    remote = with_a_file(role, support__file_part=lambda asked: {"content": b64encode(parts[asked["number"]]).decode()})
    answer = browser(remote).get(READ)
    assert answer.data == b"".join(parts)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E6%94%AF")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_of_another_case_is_not_there():
    assert browser(applicant(told=a_draft(a_line()))).get(READ).status_code == 404


def test_nothing_is_attached_to_what_cannot_be_changed():
    assert browser(applicant(told=a_draft(a_line(), may=()))).get(FILES).location == RECORD

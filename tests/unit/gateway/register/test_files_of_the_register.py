"""A file of the register is sent on as it is, and what became of each of its rows is shown."""

from base64 import b64decode
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.gateway.web.register.importing import FILE_LIMIT
from services.matching.commands import REGISTER_FILE_BYTES
from shared.rpc.client import NoAnswer
from shared.words import Language
from tests.controls.remote import browser, bureau, clinic, refusal

CONTENT = "收案日期\n114/03/03".encode("cp950")
ROWS = [
    {"number": 1, "outcome": "taken", "case_no": "260309P1021001", "remarks": []},
    {"number": 2, "outcome": "unchanged", "case_no": "", "remarks": []},
    {
        "number": 3,
        "outcome": "refused",
        "case_no": "",
        "remarks": [{"code": "impossible-date", "column": "收案日期", "words": "沒有 <b>114/02/30</b> 這一天。"}],
    },
]
ANSWER = {"digest": "d" * 64, "encoding": "cp950", "taken": 1, "unchanged": 1, "refused": 1, "rows": ROWS}


def sent(remote, content=CONTENT, language=Language.CHINESE, **form):
    given = {"kind": "enrolments", "file": FileStorage(BytesIO(content), "daily.csv"), **form}
    boundary, body = encode_multipart(given)
    return browser(remote, language).post(
        "/register", data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
    )


def test_a_file_is_sent_on_byte_by_byte_and_each_row_has_its_line():
    remote = clinic(matching__import_register=ANSWER)
    page = sent(remote)
    assert page.status_code == 200
    [asked] = [told for method, told in remote.asked if method == "matching.import_register"]
    assert b64decode(asked.pop("content")) == CONTENT
    assert asked == {"kind": "enrolments", "purpose": "take", "language": "zh-Hant"}
    assert page.text.count('<tr role="row">') == 1 + len(ROWS)
    assert "260309P1021001" in page.text
    assert "沒有 &lt;b&gt;114/02/30&lt;/b&gt; 這一天。" in page.text
    assert "Big5" in page.text


def test_a_trial_says_what_would_become_of_the_rows():
    remote = clinic(matching__import_register=ANSWER)
    page = sent(remote, language=Language.ENGLISH, **{"try": "yes"})
    assert remote.asked[-1][1]["purpose"] == "try"
    assert "Would be refused" in page.text


@pytest.mark.parametrize(
    ("content", "form", "fault"),
    [
        (b"", {"file": FileStorage(BytesIO(), "")}, "file"),
        (b"x" * (FILE_LIMIT + 1), {}, "file"),
        (CONTENT, {"kind": "all"}, "kind"),
    ],
    ids=["no file", "too large", "no kind"],
)
def test_what_cannot_be_sent_on_is_told_beside_its_field(content, form, fault):
    remote = clinic()
    page = sent(remote, content, **form)
    assert page.status_code == 422
    assert f'href="#{fault}"' in page.text
    assert all(method != "matching.import_register" for method, _ in remote.asked)


def test_a_file_that_matching_refuses_is_told_beside_the_field():
    def refuse(_):
        raise refusal("columns-missing", "file", columns=["收案日期"])

    page = sent(bureau(matching__import_register=refuse))
    assert page.status_code == 422
    assert 'href="#file"' in page.text


def test_a_result_that_does_not_come_back_says_to_send_the_same_file_again():
    def wait(_):
        raise NoAnswer("matching", "import_register", 55)

    page = sent(clinic(matching__import_register=wait))
    assert page.status_code == 422
    assert "不會重複" in page.text


def test_a_file_that_the_page_takes_fits_into_what_matching_takes():
    assert FILE_LIMIT <= REGISTER_FILE_BYTES

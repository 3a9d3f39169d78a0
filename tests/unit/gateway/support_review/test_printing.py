"""Whoever sees an application has it printed, one or many, with all that was applied for and nothing executed."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pytest
from pypdf import PdfReader

from services.gateway.web.printing import Printer, PrinterBusy, PrintFailed
from services.gateway.web.support_review.printed import MOST_APPLICATIONS, MOST_LINES
from shared.words import Language
from tests.controls.remote import browser, bureau, refusal
from tests.controls.support_pages import a_line, an_application, application_id, support_of


@dataclass
class Paper:
    """Keeps the documents that it is given, and prints none."""

    documents: list = field(default_factory=list)

    def pdf(self, documents):
        self.documents.extend(documents)
        return b"%PDF-"


@pytest.fixture
def paper():
    return Paper()


def with_paper(remote, paper, language=Language.CHINESE):
    return browser(remote, language, printer=paper)


def printed(pdf):
    """What a reader finds on each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_an_application_is_printed_with_its_number_its_people_and_its_times():
    answer = browser(bureau(support__application_whole=an_application())).get(
        f"/support/applications/{application_id()}.pdf"
    )
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    [page] = printed(answer.data)
    for told in (
        "報備支援申請表",
        "11503090001",
        "吳安霖",
        "河岸兒童診所",
        "18:00–21:00",
        "115/03/09 15:32",
        "1 / 1",
        "衛小局",
    ):
        assert told in page


def test_a_print_is_tagged_for_those_who_have_it_read_to_them_and_brings_its_fonts():
    answer = browser(bureau(support__application_whole=an_application())).get(
        f"/support/applications/{application_id()}.pdf"
    )
    document = PdfReader(io.BytesIO(answer.data))
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-Hant-TW"
    assert document.metadata.title == "報備支援申請表 11503090001"
    fonts = document.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()


def test_what_somebody_typed_never_becomes_markup():
    hostile = '<img src="file:///etc/passwd"><script>1</script></td>'
    told = an_application(a_line(remarks=hostile, practitioner_name="<b>吳</b>"))
    answer = browser(bureau(support__application_whole=told)).get(f"/support/applications/{application_id()}.pdf")
    assert answer.status_code == 200
    [page] = printed(answer.data)
    assert "<script>1</script>" in "".join(page.split())
    assert "<b>吳</b>" in page


def test_the_printer_fetches_nothing_and_prints_no_document_that_names_something():
    for address in ("file:///etc/hostname", "http://127.0.0.1:1/", "data:image/svg+xml,<svg/>"):
        with pytest.raises(PrintFailed, match="FatalURLFetchingError"):
            Printer().pdf([f'<!DOCTYPE html><html lang="en"><title>x</title><img alt="x" src="{address}"></html>'])


def test_a_print_that_fails_quotes_nothing_of_the_document():
    with pytest.raises(PrintFailed) as failed:
        Printer().pdf(['<html><title>A123456789</title><img alt="x" src="file:///A123456789"></html>'])
    assert "A123456789" not in str(failed.value)


def test_applications_printed_together_each_have_pages_of_their_own_numbered_from_one():
    remote = bureau(support__application_whole=lambda asked: support_of(asked["application_id"]))
    ticked = "&".join(f"application={application_id(number)}" for number in (1, 2))
    pages = printed(browser(remote).get(f"/support/applications.pdf?{ticked}").data)
    assert ["11503090001" in pages[0], "11503090002" in pages[1]] == [True, True]
    assert ["1 / 1" in page for page in pages] == [True, True]


def test_an_application_is_printed_in_the_language_of_its_reader(paper):
    remote = bureau(support__application_whole=an_application())
    with_paper(remote, paper, Language.ENGLISH).get(f"/support/applications/{application_id()}.pdf")
    assert "Application for practice support" in paper.documents[0]


def test_what_one_may_not_see_one_cannot_print(paper):
    def refused(_):
        raise refusal("application-unknown", "application_id")

    answer = with_paper(bureau(support__application_whole=refused), paper).get(
        f"/support/applications/{application_id()}.pdf"
    )
    assert answer.status_code == 404
    assert paper.documents == []


@pytest.mark.parametrize("role", ["practitioner", "institution", "bureau_officer", "auditor"])
def test_whoever_sees_applications_by_their_role_has_them_printed(paper, role):
    remote = bureau(support__application_whole=an_application())
    remote.answers["identity.check_sessions"]["known"][0]["role"] = role
    assert with_paper(remote, paper).get(f"/support/applications/{application_id()}.pdf").status_code == 200
    assert len(paper.documents) == 1


@pytest.mark.parametrize("role", ["parent", "doctor", "case_manager", "centre_user"])
def test_nobody_else_has_them_printed(paper, role):
    remote = bureau(support__application_whole=an_application())
    remote.answers["identity.check_sessions"]["known"][0]["role"] = role
    assert with_paper(remote, paper).get(f"/support/applications/{application_id()}.pdf").status_code == 403
    assert paper.documents == []


def test_a_visitor_is_asked_in_before_anything_is_printed(paper):
    remote = bureau(support__application_whole=an_application(), identity__check_sessions={"known": [None]})
    assert with_paper(remote, paper).get(f"/support/applications/{application_id()}.pdf").status_code == 303
    assert paper.documents == []


def test_a_draft_is_not_printed(paper):
    told = an_application(state="draft", submitted_at=None)
    remote = bureau(support__application_whole=told)
    for address in (f"applications/{application_id()}.pdf", f"applications.pdf?application={application_id()}"):
        answer = with_paper(remote, paper).get(f"/support/{address}")
        assert answer.status_code == 422
        assert "還沒有送審" in answer.text
    assert paper.documents == []


def test_of_too_much_at_once_the_limit_is_told_and_nothing_printed(paper):
    remote = bureau(
        support__application_whole=an_application(*[a_line(number) for number in range(MOST_LINES // 2 + 1)])
    )
    desk = with_paper(remote, paper)
    many = "&".join(f"application={application_id(number)}" for number in range(MOST_APPLICATIONS + 1))
    assert str(MOST_APPLICATIONS) in desk.get(f"/support/applications.pdf?{many}").text
    long = f"application={application_id(1)}&application={application_id(2)}"
    assert str(MOST_LINES) in desk.get(f"/support/applications.pdf?{long}").text
    assert "勾選" in desk.get("/support/applications.pdf").text
    assert paper.documents == []


def test_a_single_application_is_printed_however_long_it_is(paper):
    remote = bureau(support__application_whole=an_application(*[a_line(number) for number in range(MOST_LINES + 1)]))
    assert with_paper(remote, paper).get(f"/support/applications/{application_id()}.pdf").status_code == 200


def test_whoever_finds_the_printer_busy_is_told_when_to_come_again():
    class Busy:
        def pdf(self, _):
            raise PrinterBusy

    remote = bureau(support__application_whole=an_application())
    answer = browser(remote, printer=Busy()).get(f"/support/applications/{application_id()}.pdf")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_the_printer_takes_no_more_than_may_wait_and_takes_some_again_afterwards():
    outcomes = []

    def printing(_):
        with pytest.raises(PrinterBusy):
            printer.pdf(["another, meanwhile"])
        outcomes.append("printed")
        return b"%PDF-"

    printer = Printer(printing, at_once=1, waiting=0)
    printer.pdf(["one"])
    printer.pdf(["and then one more"])
    assert outcomes == ["printed", "printed"]

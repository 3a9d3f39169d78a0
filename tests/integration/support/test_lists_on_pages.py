"""The calendar, the lists and the batch page with the real service behind them: what is asked is what support tells."""

import io
import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from services.support.commands import StateStrength
from services.support.read_models.applications import Applications
from services.support.read_models.support_times import SupportTimes
from services.support.read_models.supports import Supports
from tests.controls.family import BANQIAO_DOCTOR, DAAN_CLINIC
from tests.controls.remote import browser
from tests.controls.supporters import HOME, OTHER_INSTITUTION, PRACTITIONER, SATURDAY, line
from tests.integration.support.test_pages_over_support import Contexts
from tests.integration.support.test_support_at_work import fresh, town, until
from tests.unit.support.workbooks import filled, row_of, saved

__all__ = ["town", "until"]

pytestmark = pytest.mark.postgres

DAYS = {"first": "1140304", "last": "1140304", "department": "01", "remarks": "夜診支援"}


class Looking(Contexts):
    """Contexts whose support answers deeds too, and whose caller's institution is that of the principal."""

    def __init__(self, town, caller):
        super().__init__(town, caller)
        if caller.institution:
            self._others.answers["identity.check_sessions"]["known"][0]["institution"] = caller.institution

    def deed(self, method, asked, *rest):
        if not method.startswith("support."):
            return super().deed(method, asked, *rest)
        return self._told(method, asked)

    def _answer(self, service, question, payload, written):
        return super()._answer(service, question, payload, written)


def desk(town, caller):
    return browser(Looking(town, caller))


def case_numbers(page):
    return set(re.findall(r'href="/support/(?:supports|applications)/[^"]+">(\d{11})<', page.text))


@pytest.fixture
def approved(town, until):
    """Evenings at a clinic, which a place for the elderly shares the time of, and one morning."""
    until(lambda: True)
    evenings = town.approved(line())
    others = [
        town.approved(line("04595252", name="中山區銀髮據點", department="")),
        town.approved(line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY)),
    ]
    for case in (evenings, *others):
        for model in (Applications, Supports, SupportTimes):
            fresh(town, model, case)
    until(lambda: desk(town, HOME).get("/support?month=2025-03").text.count('class="ct-slot is-') == 9)
    return evenings, *others


@pytest.mark.usefixtures("approved")
def test_a_month_shows_what_support_has_in_it(town):
    page = desk(town, PRACTITIONER).get("/support?month=2025-03").text
    assert page.count('class="ct-slot is-alert"') == 8  # four Tuesdays in two places each
    assert page.count('class="ct-slot is-done"') == 1
    assert "18:00–21:00" in page
    assert "中山區銀髮據點" in page
    receiving = desk(town, OTHER_INSTITUTION).get("/support?month=2025-03").text
    assert receiving.count('class="ct-slot is-wait"') == 4
    assert "陳安" in receiving
    assert "中山區銀髮據點" not in receiving


def test_lists_find_by_side_place_day_and_state_and_mark_what_collides(town, approved):
    evenings, same_time, morning = (case.number for case in approved)
    own = desk(town, HOME)
    assert case_numbers(own.get("/support/supports/sent")) == {evenings, same_time, morning}
    assert case_numbers(own.get("/support/supports/sent?supported=銀髮")) == {same_time, morning}
    assert case_numbers(own.get("/support/supports/sent?last=114/03/04")) == {evenings, same_time}
    assert case_numbers(own.get("/support/supports/sent?state=cancelled")) == set()
    assert own.get("/support/supports/sent").text.count("與另一筆時間重疊") == 2
    [headings, *rows] = load_workbook(io.BytesIO(own.get("/support/supports/sent.xlsx").data)).active.iter_rows()
    assert headings[0].value == "案件編號"
    assert {row[0].value for row in rows} == {evenings, same_time, morning}
    assert case_numbers(own.get("/support/applications?tab=approved&supported=銀髮&ends=1200")) == {morning}
    assert case_numbers(own.get("/support/applications")) == set()
    receiving = desk(town, OTHER_INSTITUTION)  # from here on the site is in front of this one
    assert case_numbers(receiving.get(f"/support/supports/received?practitioner={BANQIAO_DOCTOR}")) == {evenings}
    assert case_numbers(receiving.get("/support/supports/sent")) == set()


@pytest.mark.usefixtures("approved")
def test_a_quota_follows_what_the_institution_states_and_who_comes(town, until):
    receiving = desk(town, OTHER_INSTITUTION)
    assert "缺自有診次" in receiving.get("/support/quota?month=2025-03").text
    town.ask(StateStrength(2, 1), OTHER_INSTITUTION)
    until(lambda: "自有診次 2 診" in receiving.get("/support/quota?month=2025-03").text)
    assert "超過上限" in receiving.get("/support/quota?month=2025-03").text


def test_anybody_learns_of_a_case_how_far_it_is_and_of_no_draft(town, approved):
    visitor = desk(town, HOME)
    page = visitor.get(f"/support/progress?case_no={approved[0].number}")
    assert "已核准" in page.text
    assert DAAN_CLINIC not in page.text
    assert visitor.get("/support/progress?case_no=11402180999").status_code == 422


def test_a_workbook_is_tried_taken_and_found_again(town, until):
    until(lambda: True)
    content = saved(filled(row_of(practitioner=BANQIAO_DOCTOR, place_code=DAAN_CLINIC, **DAYS)))
    own = desk(town, HOME)

    def send(**form):
        given = {"kind": "general", "choice": "all_or_nothing", "file": FileStorage(BytesIO(content), "a.xlsx"), **form}
        boundary, body = encode_multipart(given)
        kind = f'multipart/form-data; boundary="{boundary}"'
        return own.post("/support/batch", data=body, content_type=kind)

    assert own.get("/support/batch/templates/general.xlsx").data.startswith(b"PK")
    tried = send()
    assert "匯入全部 1 筆" in tried.text, re.findall(r"<b>[^<]*</b>[^<]*", tried.text)
    assert send(result="yes").data.startswith(b"PK")
    taken = send(take="yes")
    assert taken.status_code == 303
    until(lambda: taken.location in own.get("/support/batch").text)
    assert send(take="yes").location == taken.location

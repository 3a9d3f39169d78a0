"""A bureau reviews on pages what support itself tells them, up to the decision and the print."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from pypdf import PdfReader

from services.support.commands import ApproveApplication, DenyApplication, ReturnApplication
from services.support.events import DenialReason, ReturnReason
from services.support.read_models.applications import Applications
from services.support.read_models.supports import Supports
from shared.refusals import Refusal
from shared.rpc.wire import RemoteRefusal, Told
from tests.controls.remote import browser, bureau
from tests.controls.supporters import BUREAU, SATURDAY, line
from tests.integration.support.test_support_at_work import Window, fresh, town, until

__all__ = ["town", "until"]

pytestmark = pytest.mark.postgres

COMMANDS = {
    "support.approve_application": lambda told: ApproveApplication(UUID(told["application_id"])),
    "support.deny_application": lambda told: DenyApplication(
        UUID(told["application_id"]), DenialReason(told["reason"]), told["explanation"]
    ),
    "support.return_application": lambda told: ReturnApplication(
        UUID(told["application_id"]), ReturnReason(told["reason"]), told["explanation"]
    ),
}


class Bureau:
    """A browser of the bureau in front of support's own service."""

    def __init__(self, town):
        self._town = town
        self.remote = bureau(identity__find_accounts={"entries": [], "following": None})
        self.remote.answers["identity.check_sessions"]["known"][0]["jurisdiction"] = BUREAU.jurisdiction
        for method in ("review_queue", "review_standing", "application_whole", "applications", "application_counts"):
            self._answers(method)
        for method in ("supports", "statistics", "policy_today"):
            self._answers(method)
        for method, made in COMMANDS.items():
            self.remote.answers[method] = lambda told, made=made: self._carried_out(made(told))
        self.browser = browser(self.remote)

    def _answers(self, method):
        self.remote.answers[f"support.{method}"] = lambda asked: Window(self._town, BUREAU).ask(
            method, **{name: value for name, value in (asked or {}).items() if value is not None}
        )

    def _carried_out(self, command):
        try:
            return self._town.ask(command, BUREAU)
        except Refusal as refusal:
            raise RemoteRefusal(Told.of(refusal)) from refusal


def key_and_submission(page):
    """What the form sends along unseen."""
    hidden = dict(re.findall(r'<input type="hidden" name="(seen|idempotency_key)" value="([^"]*)">', page.text))
    return {"seen": hidden["seen"].replace("&#43;", "+"), "idempotency_key": "k"}


def test_a_bureau_decides_what_it_found_in_its_queue_and_prints_it(town, until):
    until(lambda: True)
    case = town.submitted(line(), line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY))
    fresh(town, Applications, case)
    desk = Bureau(town).browser
    assert case.number in desk.get("/bureau/support?tab=unassigned").text
    address = f"/bureau/support/{case.id}"
    page = desk.get(address)
    for told in ("陳安", "中山區銀髮據點", "還沒有填報自有診次", "衛署醫字第0960222467號"):
        assert told in page.text
    form = {"verdict": "approve_application", **key_and_submission(page)}
    assert desk.post(address, data=form).status_code == 303
    fresh(town, Supports, case)
    until(lambda: "審查結果" in desk.get(address).text and 'name="verdict"' not in desk.get(address).text)
    [sheet] = PdfReader(io.BytesIO(desk.get(f"/support/applications/{case.id}.pdf").data)).pages
    assert case.number in sheet.extract_text()
    assert "陳安" in sheet.extract_text()


def test_who_comes_second_is_told_in_words_and_nothing_is_decided_twice(town, until):
    until(lambda: True)
    case = town.submitted(line())
    fresh(town, Applications, case)
    desk = Bureau(town).browser
    form = key_and_submission(desk.get(f"/bureau/support/{case.id}"))
    fresh(town, Applications, town.ask(ReturnApplication(case.id, ReturnReason.SCHEDULE, "請調整"), BUREAU))
    answer = desk.post(f"/bureau/support/{case.id}", data={"verdict": "approve_application", **form})
    assert answer.status_code == 422
    assert "application-not-under-review" in answer.text
    assert "請調整" in answer.text
    assert 'name="verdict"' not in answer.text


def test_what_a_bureau_looks_for_and_counts_is_what_support_has(town, until):
    until(lambda: True)
    case = town.approved(line())
    fresh(town, Supports, case)
    fresh(town, Applications, case)
    desk = Bureau(town).browser
    assert case.number in desk.get("/bureau/support/applications?tab=approved").text
    assert "每週二 18:00–21:00" in desk.get("/bureau/support/supports").text
    assert "西醫師" in desk.get("/bureau/support/statistics").text
    assert case.number in desk.get("/bureau/support/supports.csv").text

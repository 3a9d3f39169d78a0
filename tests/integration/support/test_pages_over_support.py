"""The pages of applicants over the real service: what a form sends is what support takes, and shows again."""

# ruff: noqa: F811 - a test names the fixtures that it takes

import re
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest

from services.support.commands import ApproveApplication
from services.support.domain.states import ApplicationState
from services.support.entrypoints.service import SupportService
from services.support.events import Recurring
from shared.principal import Role
from shared.refusals import Refusal
from shared.rpc.call import Readers
from shared.rpc.client import Found
from shared.rpc.wire import RemoteRefusal, Told
from tests.controls.applying import a_person, applicant, page_of
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.controls.remote import browser
from tests.controls.supporters import BUREAU, HOME, PRACTITIONER
from tests.integration.support.test_support_at_work import town, until  # noqa: F401 - fixtures, as below

pytestmark = pytest.mark.postgres

EVENINGS = {
    "practitioner": BANQIAO_DOCTOR,
    "place": f"{DAAN_CLINIC} 診所{DAAN_CLINIC}",
    "purposes": ["general", "preventive_vaccination"],
    "department": "04",
    "kind": "recurring",
    "repeats": "every-week",
    "weekdays-every-week": ["TU", "TH"],
    "first-recurring": "114/03/04",
    "last-recurring": "114/05/29",
    "starts": "1800",
    "ends": "21:00",
    "remarks": "夜診支援",
}
ONE_DAY = {
    "place": "04595252 中山區銀髮據點",
    "department": "",
    "kind": "continuous",
    "first-continuous": "2025-03-08",
    "last-continuous": "114/03/09",
    "starts": "2000",
    "ends": "0600",
}
PICKED = {"kind": "picked", "days": ["2025-03-12", "2025-03-26"], "starts": "1400", "ends": "1700"}


class Contexts:
    """Stand-ins for all contexts but support, which answers itself."""

    def __init__(self, town, caller):
        role = "practitioner" if caller.role is Role.PRACTITIONER else "institution"
        person = a_person(BANQIAO_DOCTOR, "陳安") | {"institution": BANQIAO_CLINIC}
        answers = {"identity__own_record": person, "identity__personnel": page_of(person)}
        self._others = applicant(role, **answers)
        [session] = self._others.answers["identity.check_sessions"]["known"]
        session["institution"] = BANQIAO_CLINIC
        self._town = town
        self._service = object.__new__(SupportService)
        self._caller = caller
        self._written = None
        readers = Readers(town.support)
        town._closing.callback(readers.close)
        self._readers = readers
        host = SimpleNamespace(context=town.support)
        self._service.call = SimpleNamespace(
            host=host, readers=readers, now=town.now, answer=self._answer, carry_out=self._carry_out
        )

    def query(self, method, asked=None, *rest):
        if not method.startswith("support.") or method.endswith(".wording"):
            return self._others.query(method, asked, *rest)
        return Found(self._told(method, asked or {}), stale=False, refuses_commands=False)

    def deed(self, method, asked, *rest):
        return self._others.deed(method, asked, *rest)

    def command(self, method, payload, key, *rest):
        if not method.startswith("support."):
            return self._others.command(method, payload, key, *rest)
        self._written = self._told(method, payload, key)
        return self._written

    def _told(self, method, *given):
        self._service.call.now = self._town.now
        try:
            return getattr(self._service, method.partition(".")[2])(*given)
        except Refusal as refusal:
            raise RemoteRefusal(Told.of(refusal)) from refusal

    def _answer(self, service, question, payload, _):
        given = () if question.takes_nothing else (question.form.read(payload),)
        if self._written is not None and question.reads is not None:
            reader = self._readers.of(question.reads)
            assert reader.fresh_enough(self._written.id, self._written.version, timeout=20)
        return msgspec.json.decode(msgspec.json.encode(question.method(service, self._caller, *given)))

    def _carry_out(self, task, payload, key, _):
        return self._town.support.handle(task.form.read(payload), self._caller, key, self._town.now)


def opened(visitor, path, key="k"):
    """Where a form that begins a case leads, on one page after the other."""
    answer = visitor.post(path, data={"idempotency_key": key})
    assert answer.status_code == 303, answer.text
    return re.match(r"/support/applications/[0-9a-f-]{36}", answer.location)[0]


def kept(visitor, case, typed, key):
    """Enter a line, look at its times, and keep it."""
    path = f"{case}/lines/new/terms"
    preview = visitor.post(path, data=typed)
    assert preview.status_code == 200, preview.text
    answer = visitor.post(path, data={**typed, "save": "yes", "idempotency_key": key})
    assert answer.location == case, answer.text
    return preview.text


@pytest.mark.parametrize("caller", [PRACTITIONER, HOME], ids=["practitioner", "institution"])
def test_a_case_of_all_three_kinds_of_times_is_entered_submitted_approved_changed_and_cancelled(town, until, caller):
    until(lambda: True)
    visitor = browser(Contexts(town, caller))
    case = opened(visitor, "/support/apply")
    kept(visitor, case, {**EVENINGS, "exceptions": "2025-04-03"}, "1")
    kept(visitor, case, {**EVENINGS, **ONE_DAY}, "2")
    kept(visitor, case, {**EVENINGS, **PICKED}, "3")

    page = visitor.get(case).text
    assert "每週二、四 18:00–21:00，114/03/04–114/05/29（不含 114/04/03）" in page
    assert "114/03/08 20:00 起，到 114/03/09 06:00 止" in page
    assert "114/03/12、114/03/26 14:00–17:00" in page
    assert "夜診支援" in page
    second_look = visitor.get(f"{case}/submit").text
    assert "共 25 次支援" in second_look
    assert "執業執照涵蓋支援期間" in second_look
    assert visitor.post(f"{case}/submit", data={"lines": "2"}).status_code == 422
    assert visitor.post(f"{case}/submit", data={"lines": "3", "idempotency_key": "s"}).location == f"{case}/submitted"
    assert "新北市衛生局審核中" in visitor.get(f"{case}/submitted").text

    application_id = case.rpartition("/")[2]
    approved = town.ask(ApproveApplication(application_id), BUREAU)
    listed = []

    def are_listed():
        nonlocal listed
        listed = re.findall(r'name="support" value="([0-9a-f-]{36})"', visitor.get("/support/amend").text)
        return len(listed) == 3

    until(are_listed)
    assert town.support.application.desk.application(approved.id).state is ApplicationState.APPROVED
    answer = visitor.post("/support/amend", data={"support": listed[:1], "idempotency_key": "a"})
    become = answer.location
    page = visitor.get(become).text
    assert "變更前資料" in page
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]
    typed = {**PICKED, "purposes": "general", "seen": seen, "save": "yes", "idempotency_key": "b"}
    assert visitor.post(become, data={**typed, "ends": "1330"}).status_code == 422
    change = visitor.post(become, data=typed).location
    assert "有變更" in visitor.get(change).text
    assert visitor.post(f"{change}/submit", data={"lines": "1", "idempotency_key": "c"}).status_code == 303
    until(lambda: "現在只能瀏覽" in visitor.get(f"/support/supports/{listed[0]}").text)

    answer = visitor.post("/support/cancel", data={"support": listed[1:], "idempotency_key": "d"})
    assert answer.location.endswith("/submit"), answer.text
    assert "確認要註銷這 2 筆" in visitor.get(answer.location).text
    assert visitor.post(answer.location, data={"lines": "2", "idempotency_key": "e"}).status_code == 303
    refused = visitor.post("/support/cancel", data={"support": listed[1:], "idempotency_key": "f"})
    assert refused.status_code == 422
    assert 'id="support-error"' in refused.text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"ends": "1800"}, "ends"),
        ({"starts": "2460"}, "starts"),
        ({"last-recurring": "114/03/01"}, "last-recurring"),
        ({"last-recurring": "116/03/01"}, "kind"),
        ({"first-recurring": "113/01/01", "last-recurring": "113/02/01"}, "kind"),
        ({"weekdays-every-week": "SA", "last-recurring": "114/03/05"}, "kind"),
        ({"place": f"{BANQIAO_CLINIC} 診所{BANQIAO_CLINIC}"}, "place"),
        ({"place": "3599999999 無此診所"}, "place"),
        ({"remarks": "長" * 501}, "remarks"),
        ({"department": "ZZ"}, "department"),
    ],
)
def test_what_the_real_support_objects_to_stands_beside_its_field(town, until, typed, field):
    until(lambda: True)
    visitor = browser(Contexts(town, HOME))
    case = opened(visitor, "/support/apply")
    answer = visitor.post(f"{case}/lines/new/terms", data={**EVENINGS, **typed, "save": "yes", "idempotency_key": "1"})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text


def test_a_place_is_found_and_a_line_changed_and_removed(town, until):
    until(lambda: True)
    visitor = browser(Contexts(town, HOME))
    case = opened(visitor, "/support/apply")
    assert f'value="{DAAN_CLINIC} ' in visitor.get(f"{case}/lines/new?text={DAAN_CLINIC}&search=yes").text
    too_short = visitor.get(f"{case}/lines/new?text=診&search=yes")
    assert too_short.status_code == 422
    kept(visitor, case, EVENINGS, "1")
    application = town.support.application.desk.application(case.rpartition("/")[2])
    [line] = application.lines
    page = visitor.get(f"{case}/lines/{line}").text
    assert 'value="TU" checked' in page
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]
    changed = {**EVENINGS, "starts": "1830", "seen": seen, "save": "yes", "idempotency_key": "2"}
    assert visitor.post(f"{case}/lines/{line}", data=changed).location == case
    schedule = town.support.application.desk.application(application.id).lines[line].terms.schedule
    assert isinstance(schedule, Recurring)
    assert schedule.starts.isoformat() == "18:30:00"
    town.now += timedelta(minutes=1)
    stale = visitor.post(f"{case}/lines/{line}", data={**changed, "starts": "1900", "idempotency_key": "3"})
    assert stale.status_code == 422
    assert "其他人改過" in stale.text
    assert visitor.post(f"{case}/lines/{line}/remove", data={"idempotency_key": "4"}).location == case
    assert visitor.get(f"{case}/submit").location == case, "there is nothing left to submit"
    assert visitor.post(f"{case}/discard", data={"idempotency_key": "5"}).location == "/support/apply"

"""The contexts as the web front sees them: whatever a test says they answer, and what they were asked to do."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import count
from uuid import UUID, uuid4

from services.gateway.web.app import web_app
from services.gateway.web.front import Front
from services.gateway.web.wording import RemoteWords
from shared.application import Outcome
from shared.rpc.client import Found
from shared.rpc.wire import RemoteRefusal, Told
from shared.words import Language

NOW = datetime(2026, 3, 12, 2, 40, tzinfo=UTC)
"""3 月 12 日（四）10:40 in Taipei."""


_NOTHING = {
    "gateway.filters": [],
    "gateway.draft": None,
    "notifier.messages": {"entries": [], "following": None},
}
"""What contexts answer where a test says nothing of it."""


class Remote:
    """Answers like an `RpcClient`; `answers` maps a method to its answer, or to a function of what was asked."""

    def __init__(self, answers):
        self.answers = {**_NOTHING, **answers}
        self.refusing = set()
        """Contexts that refuse commands at present."""
        self.asked = []
        self.done = []

    def query(self, method, asked=None, *_):
        if method.endswith(".wording"):
            return Found({"separator": "", "refusals": {}, "values": {}}, stale=False)
        self.asked.append((method, asked))
        refuses = method.partition(".")[0] in self.refusing
        return Found(self._answer(method, asked), stale=False, refuses_commands=refuses)

    def deed(self, method, payload, *_):
        self.asked.append((method, payload))
        return self._answer(method, payload)

    def command(self, method, payload, key, *_):
        self.done.append((method, payload, key))
        answer = self.answers.get(method)
        found = answer(payload) if callable(answer) else answer
        return found or Outcome(id=uuid4(), version=2)

    def _answer(self, method, asked):
        answer = self.answers.get(method)
        return answer(asked) if callable(answer) else answer


def refusal(code, field="", **params):
    """A refusal as it arrives from a context."""
    return RemoteRefusal(Told(code, field, params))


def checked(session):
    """What identity answers when it is asked about one token: whose session it opens, or None."""
    return {"known": [session]}


def browser(remote, language=Language.CHINESE, **made_of):
    """A browser on the site in front of these contexts, whose caller is whoever `identity.check_sessions` says.

    `made_of` is what the front is made of besides.
    """
    app = _site()
    app.extensions |= {"front": _front(remote, language, **made_of), "words": RemoteWords(remote)}
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"2001:db8:0:{next(_visits):x}::1"  # tries are counted by network (/64)
    client.set_cookie("caretrail", "token of a session")
    return client


_visits = count(1)


@cache
def _site():
    """One for all tests, so that templates are compiled once."""
    app = web_app(_front(Remote({}), Language.CHINESE))
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = True
    return app


def _front(remote, language, **made_of):
    site = "http://localhost:8000"
    return Front(rpc=remote, site=site, key=b"k" * 32, language=language, clock=lambda: NOW, **made_of)


def clinic(**answers):
    """A clinic's contexts: its doctors 許沐晴 and 林大同."""
    doctors = [{"number": "D1", "name": "許沐晴"}, {"number": "D2", "name": "林大同"}]
    badge = {"name": "許沐晴", "institution_name": "青田家庭醫學科診所", "doctors": doctors}
    return _staff("doctor", answers, institution=INSTITUTION, badge=badge)


def bureau(**answers):
    """A bureau's contexts, asked by its manager."""
    return _staff("bureau_manager", answers, jurisdiction="臺北市", badge={"name": "衛小局"})


def _staff(role, answers, **known):
    session = {"principal": "signed", "session_id": str(uuid4()), "role": role, "assurances": ["password"], **known}
    named = {method.replace("__", "."): answer for method, answer in answers.items()}
    return Remote({"identity.check_sessions": checked(session), **named})


INSTITUTION = "3501200000"


def an_offer(number=1, **changes):
    """One row of a clinic's work list."""
    return {
        "case_id": str(UUID(int=number)),
        "rank": 1,
        "case_no": f"260309P1021{number:03}",
        "kind": "new",
        "applied_on": "2026-03-09",
        "born": True,
        "birth_order": 0,
        "county": "臺北市",
        "district": "大安區",
        "child": A_CHILD,
        "mother": {"kind": "national_id", "identifier": "A200000003"},
        "contact": {"relation": "mother", "name": "林大範", "mobile": "0912345678", "email": "lin@example.tw"},
        "institution": INSTITUTION,
        "doctor": "D1",
        "status": "offered",
        "enrolment": "not_enrolled",
        "days_waiting": 2,
        "offered_at": "2026-03-10T06:05:00Z",
        "due_by": "2026-03-13T09:00:00Z",
        **changes,
    }


A_CHILD = {
    "residence": {"county": "臺北市", "district": "大安區", "postal_code": "106", "street": "一路1號"},
    "birth_date": "2025-11-08",
    "name": "林小禾",
    "sex": "female",
    "identifier": "A200000012",
}


def a_case(number=1, **changes):
    """One row of a bureau's lists."""
    return {
        "id": str(UUID(int=number)),
        "case_no": f"260309P1021{number:03}",
        "kind": "change",
        "applied_at": "2026-03-09T02:21:00Z",
        "match": "awaiting_closure",
        "enrolment": "not_enrolled",
        "county": "臺北市",
        "district": "大安區",
        "born": True,
        "birth_order": 0,
        "birth_or_due_date": "2025-11-08",
        "child_name": "林小禾",
        "contact_name": "林大範",
        "institution": "",
        "institution_name": "",
        "doctor_name": "",
        "former_institution_name": "青田家庭醫學科診所",
        "expected_institution_name": "",
        "owner": "bureau",
        "lies_since": "2026-03-09T02:21:00Z",
        "days_lying": 3,
        "due_by": "2026-03-16T09:00:00Z",
        "is_overdue": False,
        "reminded": False,
        "found_elsewhere_at": None,
        **changes,
    }

"""What the contexts answer to a family's pages: one phone, its cases, its draft, and four doctors to choose from."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec

from services.gateway.commands import DropDraft, SaveDraft
from services.gateway.entrypoints.questions import DraftAsked, PagesAsked
from services.gateway.messages import WORDING as GATEWAY
from services.identity import commands as identity
from services.identity.entrypoints.service import Search
from services.identity.messages import WORDING as IDENTITY
from services.matching import commands
from services.matching.entrypoints.questions import CaseNumber, DoctorsSought, Matter
from services.matching.messages import WORDING as MATCHING
from services.notifier import commands as notifier
from services.notifier.entrypoints.questions import MessageAsked, Messages
from services.notifier.messages import WORDING as NOTIFIER
from shared.application import Outcome
from shared.refusals import Refusal
from shared.rpc.client import Found
from shared.rpc.forms import Form
from shared.rpc.wire import RemoteRefusal, Told
from shared.words import Language
from tests.controls.remote import Remote, checked, refusal

CASE_NO = "260309P1021014"
MOBILE = "0912345000"

_WORDS = {"gateway": GATEWAY, "identity": IDENTITY, "matching": MATCHING, "notifier": NOTIFIER}
_FORMS = {
    "gateway.draft": DraftAsked,
    "gateway.drop_draft": DropDraft,
    "gateway.pages": PagesAsked,
    "gateway.save_draft": SaveDraft,
    "identity.find_institutions": Search,
    "identity.request_code": identity.RequestCode,
    "identity.verify_code": identity.VerifyCode,
    "matching.actions": Matter,
    "matching.amend_preferences": commands.AmendPreferences,
    "matching.change_contact": commands.ChangeContact,
    "matching.family_case": CaseNumber,
    "matching.find_doctors": DoctorsSought,
    "matching.report_birth": commands.ReportBirth,
    "matching.request_change": commands.RequestChange,
    "matching.submit_application": commands.SubmitApplication,
    "matching.withdraw": commands.Withdraw,
    "notifier.message": MessageAsked,
    "notifier.messages": Messages,
    "notifier.send_again": notifier.SendAgain,
}
"""What each method takes: whatever a page sends is read by the form of the service that it is sent to."""

_POLICY = {
    "effective_from": "2025-01-01",
    "age_limit_years": 3,
    "due_date_days_ahead": 300,
    "due_date_days_past": 21,
    "preferences": 3,
    "offer_working_days": 5,
    "notice_working_days": 20,
    "release_working_days": 3,
    "closure_working_days": 5,
    "explanation_limit": 4000,
}
_SESSION = {
    "principal": "signed",
    "session_id": str(UUID(int=1)),
    "role": "parent",
    "assurances": ["otp"],
    "institution": None,
    "jurisdiction": None,
    "badge": {"name": "", "mobile": MOBILE, "institution_name": "", "doctors": []},
    "idle_seconds": 1200,
    "ends_at": "2026-03-12T08:40:00+00:00",
}


def place(number):
    """A doctor at an institution, with their names."""
    return {
        "institution": f"350120000{number}",
        "institution_name": f"第{number}診所",
        "doctor": f"D00{number}",
        "doctor_name": f"醫師{number}",
    }


def doctor(number, **differing):
    """A doctor as `find_doctors` lists them."""
    waiting = {
        "families_now": number,
        "median_working_days": "2.5",
        "answers": 12,
        "unanswered": 0,
        "since": "2025-12-12",
        "least_answers": 5,
    }
    where = {"county": "臺北市", "district": "大安區", "street": "示範路", "phone": "02-2700-0000", "metres": None}
    return {**place(number), **where, "objection": None, "waiting": waiting, "places": None, **differing}


def choice(number, status="waiting"):
    """志願 of a case."""
    return {"rank": number, "status": status, "reason": None, "county": "臺北市", "district": "大安區", **place(number)}


def step(what, at="2026-03-09T02:21:00+00:00", number=None, reason=""):
    """A line of a timeline."""
    about = place(number) if number else dict.fromkeys(place(1), "")
    return {"what": what, "at": at, "by": "platform", "rank": number, "reason": reason, "until": None, **about}


def ahead(what, number=None, by_itself=None):
    """A step that has not happened."""
    about = place(number) if number else dict.fromkeys(place(1), "")
    return {"what": what, "rank": number, "by_itself": by_itself, **about}


def letter(**differing):
    """A message to the family."""
    return {
        "id": str(UUID(int=5)),
        "template": "application-received",
        "channel": "sms",
        "audience": "family",
        "status": "sent",
        "means": "已交給電信業者",
        "reason": "",
        "advice": "",
        "answer": "",
        "case_no": CASE_NO,
        "institution": "",
        "county": "臺北市",
        "address": MOBILE,
        "name": "林示範",
        "phone": MOBILE,
        "queued_at": "2026-03-09T02:21:00Z",
        "changed_at": "2026-03-09T02:21:05Z",
        "due_at": None,
        "attempts": 1,
        "carrier": "sms",
        "provider_id": "",
        "can_be_sent_again": True,
        **differing,
    }


def case(**differing):
    """A case whose second preference is being asked."""
    residence = {"county": "臺北市", "district": "大安區", "postal_code": "106", "street": "示範路 1 號"}
    child = {"residence": residence, "birth_date": "2025-11-08", "due_date": None, "name": "林小禾", "household": None}
    return {
        "id": str(UUID(int=14)),
        "case_no": CASE_NO,
        "kind": "new",
        "started_at": "2026-03-09T02:21:00+00:00",
        "match": "matching",
        "is_live": True,
        "enrolment": "not_enrolled",
        "child": child,
        "mother": {"kind": "national_id", "identifier": "B200002008"},
        "contact": {"relation": "mother", "name": "林示範", "mobile": MOBILE, "email": ""},
        "born": True,
        "birth_order": 0,
        "county": "臺北市",
        **place(2),
        **{f"former_{name}": "" for name in place(1)},
        "waits_for": "institution",
        "waiting_since": "2026-03-10T06:05:00+00:00",
        "working_days_waiting": 2,
        "due_by": "2026-03-13T15:59:59+00:00",
        "by_itself": "next_preference_asked",
        "choices": [choice(1, "declined"), choice(2, "offered"), choice(3)],
        "timeline": [
            step("CaseSubmitted"),
            step("PreferenceOffered", number=1),
            step("InstitutionDeclined", "2026-03-10T06:05:00+00:00", number=1, reason="capacity_full"),
            step("PreferenceOffered", "2026-03-10T06:05:00+00:00", number=2),
        ],
        "ahead": [
            ahead("institution_answers", 2),
            ahead("notice_signed", 2),
            ahead("enrolled", 2),
            ahead("preference_asked", 3, "2026-03-13T15:59:59+00:00"),
        ],
        "enrolment_id": None,
        "enrolled_on": None,
        "closed_on": None,
        **differing,
    }


class Family(Remote):
    """The contexts in front of one family, whose drafts are kept as the gateway keeps them."""

    def __init__(self, cases=(), **answers):
        self.cases = list(cases)
        self.drafts = {}
        self.doctors = [doctor(1), doctor(2), doctor(3), doctor(4)]
        self.actions = {"amend_preferences": None, "withdraw": None, "change_contact": None}
        super().__init__(
            {
                "identity.check_sessions": checked(_SESSION),
                "matching.policy_today": _POLICY,
                "matching.find_doctors": self._found,
                "matching.family_cases": lambda _: self.cases,
                "matching.family_case": self._case,
                "matching.actions": self._actions,
                "matching.submit_application": Outcome(UUID(int=14), 1, CASE_NO),
                "notifier.messages": {"entries": [], "following": None},
                "gateway.draft": lambda asked: self.drafts.get(asked["kind"]),
                "gateway.save_draft": self._save,
                "gateway.drop_draft": lambda payload: self.drafts.pop(payload["kind"], None),
                **answers,
            }
        )

    def query(self, method, asked=None, asking=None, written=None):
        context, _, name = method.partition(".")
        if name == "wording" and context in _WORDS:
            words = _WORDS[context].catalogue(Language(asked["language"]))
            return Found(msgspec.to_builtins(words), stale=False)
        _read(method, asked)
        return super().query(method, asked, asking, written)

    def deed(self, method, payload, asking=None, _=None):
        _read(method, payload)
        return super().deed(method, payload, asking)

    def command(self, method, payload, key, asking=None):
        _read(method, payload)
        return super().command(method, payload, key, asking)

    def draft(self, kind="apply"):
        """What is kept of a form."""
        return self.drafts[kind]["content"]

    def _save(self, payload):
        standing = self.drafts.get(payload["kind"])
        if (standing["version"] if standing else None) != payload["based_on"]:
            raise refusal("draft-changed-meanwhile", "based_on", at="2026-03-12T02:39:00+00:00")
        content = msgspec.json.decode(msgspec.json.encode(payload["content"]))
        kept = {"content": content, "version": str(uuid4()), "expires_at": "2026-04-11T02:39:00+00:00"}
        self.drafts[payload["kind"]] = kept
        return kept

    def _found(self, asked):
        sought = asked["sought"]
        rows = [
            row
            for row in self.doctors
            if sought["institution"] in row["institution"]
            and sought["doctor"] in row["doctor"] + row["doctor_name"]
            and (sought["listed"] == "all" or row["objection"] is None)
        ]
        return {"entries": rows, "following": None}

    def _case(self, asked):
        found = next((one for one in self.cases if one["case_no"] == asked["case_no"]), None)
        if found is None:
            raise refusal("case-unknown", "case_no")
        return found

    def _actions(self, _):
        return [{"command": command, "objection": objection} for command, objection in self.actions.items()]


def _read(method, payload):
    if method in _FORMS:
        try:
            Form(_FORMS[method]).read(msgspec.to_builtins(payload))
        except Refusal as objection:
            raise RemoteRefusal(Told.of(objection)) from None

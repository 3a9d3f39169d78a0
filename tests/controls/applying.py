"""Contexts as whoever applies for support meets them: 吳安霖 of 仁和聯合診所, or that clinic by its card."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.controls.remote import Remote, checked, refusal
from tests.controls.support_pages import HOME, PLACE, an_application, terms

DOCTOR, OTHER_DOCTOR = "DR-001234", "DR-005678"
CASE, LINE, SUPPORT = UUID(int=1), UUID(int=1001), UUID(int=2001)
CHOSEN = f"{PLACE} 河岸兒童診所"
MAY_ENTER = ("set_lines", "remove_lines", "discard_draft", "submit_for_review")
MAY_AMEND = ("set_amendments", "remove_lines", "discard_draft", "submit_for_review")
MAY_CANCEL = ("name_cancellations", "remove_lines", "discard_draft", "submit_for_review")
PURPOSES = [
    "general",
    "responsible_person",
    "diabetes_care_network",
    "health_examination",
    "preventive_vaccination",
]


def actions(*allowed, **refused):
    """What can be done, and what not for the refusal of this code."""
    taken = [{"command": one, "objection": None} for one in allowed]
    return taken + [{"command": one, "objection": {"code": code}} for one, code in refused.items()]


def a_draft(*lines, may=MAY_ENTER, **changes):
    """未送審."""
    told = {"state": "draft", "submitted_at": None, "due_by": None, "days_waiting": None, "actions": actions(*may)}
    return an_application(*lines, findings=[], **{**told, **changes})


def a_support(number=1, **changes):
    """支援 that was approved."""
    return {
        "id": str(UUID(int=2000 + number)),
        "case_no": f"1150220{number:04}",
        "recorded_by": "practitioner",
        "practitioner": DOCTOR,
        "practitioner_name": "吳安霖",
        "institution": HOME,
        "institution_name": "仁和聯合診所",
        "county": "臺北市",
        "place": {"kind": "institution", "code": PLACE, "name": "河岸兒童診所", "county": "臺北市"},
        "department": "04",
        "terms": terms(),
        "asked": None,
        "starts_at": "2026-03-17T10:00:00Z",
        "ends_at": "2026-05-28T13:00:00Z",
        "approved_at": "2026-02-24T02:00:00Z",
        "state": "approved",
        "pending_case_no": "",
        "cancelled_at": None,
        "cancelled_by": None,
        "overlaps": 0,
        **changes,
    }


def held(*may, **changes):
    """支援, whole, with what can be done with it."""
    return {"listed": a_support(**changes), "actions": actions(*(may or ("set_amendments", "name_cancellations")))}


def a_lock(*supports, **changes):
    """異動執登場所."""
    outstanding = [
        {
            "support": one["id"],
            "case_no": one["case_no"],
            "place": one["place"],
            "schedule": one["terms"]["schedule"],
            "state": one["state"],
            "ends_at": one["ends_at"],
        }
        for one in supports or [a_support()]
    ]
    return {
        "practitioner": DOCTOR,
        "practitioner_name": "吳安霖",
        "institution": HOME,
        "institution_name": "仁和聯合診所",
        "cause": "practitioner_moved",
        "since": "2026-03-09T16:00:00Z",
        "outstanding": outstanding,
        **changes,
    }


def a_person(number=DOCTOR, name="吳安霖"):
    """One of the staff."""
    return {"number": number, "name": name, "profession": "A", "institution": HOME, "licences": []}


def a_place(code=PLACE, name="河岸兒童診所", **changes):
    """被支援機構 as it is found."""
    return {
        "kind": "institution",
        "code": code,
        "name": name,
        "county": "臺北市",
        "institution_kind": "clinic",
        "standing": "open",
        "since": None,
        **changes,
    }


def a_preview(*days, **changes):
    """Every time of a schedule: one evening for each of these days."""
    times = [
        {
            "starts_at": f"{day}T10:00:00Z",
            "ends_at": f"{day}T13:00:00Z",
            "is_holiday": False,
            "is_excepted": False,
        }
        for day in days or ("2026-03-17", "2026-03-19")
    ]
    return {"times": times, "uncovered_years": [], **changes}


def refuses(code, field="", **params):
    """Answers with a refusal."""

    def answer(_):
        raise refusal(code, field, **params)

    return answer


def page_of(*entries, following=None):
    """A page of a list."""
    return {"entries": list(entries), "following": following}


def applicant(role="practitioner", told=None, **answers):
    """The contexts behind the pages of whoever applies; `told` is the application that every page is about."""
    session = {
        "principal": "signed",
        "session_id": str(uuid4()),
        "role": role,
        "assurances": ["card+pin"],
        "institution": HOME,
        "badge": {"name": "吳安霖" if role == "practitioner" else "", "institution_name": "仁和聯合診所"},
    }
    named = {method.replace("__", "."): answer for method, answer in answers.items()}
    return Remote(
        {
            "identity.check_sessions": checked(session),
            "identity.own_record": a_person(),
            "identity.personnel": page_of(a_person(), a_person(OTHER_DOCTOR, "林大同")),
            "support.application_whole": told or a_draft(),
            "support.applications": page_of(),
            "support.supports": page_of(),
            "support.support_whole": {
                "listed": a_support(),
                "actions": actions("set_amendments", "name_cancellations"),
            },
            "support.move_locks": [],
            "support.places": page_of(a_place()),
            "support.preview_schedule": a_preview(),
            "support.found_so_far": [],
            "support.policy_today": {
                "purposes": PURPOSES,
                "schedule_longest_days": 366,
                "schedule_most_occurrences": 1000,
                "remarks_limit": 500,
                "attachments_most": 10,
                "attachment_bytes": 5_000_000,
                "batch_rows": 300,
            },
            **named,
        }
    )

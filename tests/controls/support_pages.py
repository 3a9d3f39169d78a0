"""What support tells the pages of an application: 吳安霖 of 仁和聯合診所 supports 河岸兒童診所 on some evenings."""

from __future__ import annotations

from uuid import UUID

HOME, PLACE = "3501200000", "3501200019"
WEEKLY = {
    "kind": "recurring",
    "rule": "FREQ=WEEKLY;BYDAY=TU,TH",
    "first": "2026-03-17",
    "last": "2026-05-28",
    "starts": "18:00:00",
    "ends": "21:00:00",
    "exceptions": [],
}
SATURDAY = {
    "kind": "continuous",
    "first": "2026-03-21",
    "starts": "09:00:00",
    "last": "2026-03-21",
    "ends": "12:00:00",
}


def application_id(number=1):
    """Which application."""
    return str(UUID(int=number))


def terms(schedule=WEEKLY, purposes=("general",), remarks="夜診支援"):
    """支援目的, 支援時間, 備註."""
    return {"purposes": list(purposes), "schedule": schedule, "remarks": remarks}


def a_line(number=1, **changes):
    """報備支援明細; `remarks`, `before` and `after` say what its terms are."""
    remarks = changes.pop("remarks", "夜診支援")
    return {
        "id": str(UUID(int=1000 + number)),
        "practitioner": "DR-001234",
        "practitioner_name": "吳安霖",
        "place": {"kind": "institution", "code": PLACE, "name": "河岸兒童診所", "county": "臺北市"},
        "department": "04",
        "before": None,
        "after": terms(remarks=remarks),
        **changes,
    }


def a_finding(number=1, **changes):
    """What was found of a line when it was submitted; nothing that speaks against it."""
    return {
        "line": str(UUID(int=1000 + number)),
        "occurrences": 22,
        "starts_at": "2026-03-17T10:00:00Z",
        "ends_at": "2026-05-28T13:00:00Z",
        "overlap_count": 0,
        "overlaps": [],
        "licence": "covers",
        "licence_until": "2026-11-30",
        "standing": [],
        "weeks": [{"week": "2026-W12", "sessions": 2, "own_sessions": 18, "exceeds": False, "allowed": 7}],
        "months": [{"month": "2026-03", "supporting": 1, "own": 2, "exceeds": False, "allowed": 4}],
        "share_source": "衛署醫字第0960222467號",
        "others_at_home": 2,
        "share_percent": 40,
        "supporters_per_doctor": 2,
        "home_minimum": 1,
        **changes,
    }


REVIEWING = ("assign_review", "approve_application", "deny_application", "return_application")


def a_listed(number=1, **changes):
    """案件 in a list, under review by the reader's bureau, who can decide it."""
    return {
        "id": application_id(number),
        "case_no": f"1150309{number:04}",
        "kind": "registration",
        "state": "under_review",
        "recorded_by": "practitioner",
        "institution": HOME,
        "institution_name": "仁和聯合診所",
        "county": "臺北市",
        "copied_to": [],
        "lines": 1,
        "practitioner_names": ["吳安霖"],
        "place_names": ["河岸兒童診所"],
        "drafted_at": "2026-03-09T07:20:00Z",
        "submitted_at": "2026-03-09T07:32:00Z",
        "due_by": "2026-03-16T15:59:59Z",
        "is_overdue": False,
        "days_waiting": 3,
        "reviewer": "",
        "decided_at": None,
        "actions": [{"command": command, "objection": None} for command in REVIEWING],
        **changes,
    }


def an_application(*lines, number=1, findings=None, **changes):
    """案件, whole."""
    entries = list(lines) or [a_line()]
    return {
        "listed": a_listed(number, lines=len(entries), **changes),
        "entries": entries,
        "findings": [a_finding()] if findings is None else findings,
        "reason": "",
        "explanation": None,
    }


def support_of(id_given):
    """The application of this id, as support tells it."""
    return an_application(number=UUID(id_given).int)

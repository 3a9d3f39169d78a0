"""Support as its lists and its calendar are told of it."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.controls.remote import INSTITUTION, Remote, browser, checked
from tests.unit.gateway.sign_in.conftest import known

SUPPORT = str(UUID(int=7))


def coming(role, **answers):
    """Contexts that have nothing of support, but for what a test says."""
    session = known(role, institution=INSTITUTION, badge={"name": "許沐晴", "institution_name": "青田診所"})
    told = {
        "identity.check_sessions": checked(session),
        "identity.own_record": None,
        "support.calendar": [],
        "support.application_counts": [],
        "support.support_counts": {"supports": 0, "practitioners": 0},
        "support.move_locks": [],
        "support.applications": page(),
        "support.supports": page(),
        "support.supporters": [],
    }
    return Remote({**told, **{name.replace("__", "."): answer for name, answer in answers.items()}})


def page(*entries, following=None):
    return {"entries": list(entries), "following": following}


def a_time(starts="2026-03-12T01:00:00Z", ends="2026-03-12T04:00:00Z", **changes):
    """One time of the calendar: 3 月 12 日 09:00–12:00 in Taipei."""
    return {
        "support": SUPPORT,
        "practitioner": "D1",
        "practitioner_name": "陳安",
        "institution": INSTITUTION,
        "institution_name": "青田診所",
        "place_code": "3501200999",
        "place_name": "河岸診所",
        "starts_at": starts,
        "ends_at": ends,
        **changes,
    }


def an_application(number=1, **changes):
    return {
        "id": str(UUID(int=number)),
        "case_no": f"1150310{number:04}",
        "kind": "registration",
        "state": "under_review",
        "recorded_by": "practitioner",
        "institution": INSTITUTION,
        "institution_name": "青田診所",
        "county": "臺北市",
        "copied_to": [],
        "lines": 2,
        "practitioner_names": ["陳安", "林大同"],
        "place_names": ["河岸診所"],
        "first_day": "2026-04-01",
        "last_day": "2026-06-30",
        "drafted_at": "2026-03-10T01:00:00Z",
        "submitted_at": "2026-03-10T02:00:00Z",
        "due_by": "2026-03-17T09:00:00Z",
        "is_overdue": False,
        "days_waiting": 2,
        "reviewer": "",
        "decided_at": None,
        "actions": [],
        **changes,
    }


def a_support(number=7, **changes):
    return {
        "id": str(UUID(int=number)),
        "case_no": f"1150310{number:04}",
        "recorded_by": "institution",
        "practitioner": "D1",
        "practitioner_name": "陳安",
        "institution": "3501200999",
        "institution_name": "河岸診所",
        "county": "臺北市",
        "place": {"kind": "institution", "code": INSTITUTION, "name": "青田診所", "county": "臺北市"},
        "department": "01",
        "terms": {
            "purposes": ["general"],
            "schedule": {
                "kind": "continuous",
                "first": "2026-04-01",
                "starts": "09:00:00",
                "last": "2026-04-01",
                "ends": "12:00:00",
            },
            "remarks": "",
        },
        "asked": None,
        "starts_at": "2026-04-01T01:00:00Z",
        "ends_at": "2026-04-01T04:00:00Z",
        "approved_at": "2026-03-11T02:00:00Z",
        "state": "approved",
        "pending_case_no": "",
        "cancelled_at": None,
        "cancelled_by": None,
        "overlaps": 0,
        **changes,
    }


@pytest.fixture
def asked_of():
    """What a remote was asked by a method, the last time."""

    def last(remote, method):
        return next(asked for name, asked in reversed(remote.asked) if name == method)

    return last


__all__ = ["browser"]

"""What is sent to some methods of the API, as its document shows it; every number and name is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "identity.log_in": {"email": "mu-ching.hsu@clinic.example", "password": "four words that only she knows"},
    "identity.request_code": {"mobile": "0912345678", "purpose": "log_in"},
    "identity.verify_code": {"attempt": "the `attempt` that POST /codes answered with", "code": "123456"},
    "matching.submit_application": {
        "contact": {"relation": "mother", "name": "林大範", "mobile": "0912345678", "email": "lin@example.tw"},
        "mother": {"kind": "national_id", "identifier": "A200000003"},
        "child": {
            "residence": {"county": "臺北市", "district": "大安區", "street": "一路1號"},
            "name": "林小禾",
            "birth_date": "2025-11-08",
        },
        "preferences": [{"institution": "3501200000", "doctor": "D0000001"}],
    },
    "matching.clinic_worklist": {"statuses": ["offered"], "order": "deadline", "limit": 50},
    "matching.decline_offer": {"rank": 1, "reason": "capacity_full", "explanation": "額滿至三月底"},
    "matching.withdraw": {"reason": "found_otherwise"},
}

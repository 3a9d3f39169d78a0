"""Who may ask matching what: a new query has to be entered here."""

from operate.contexts import service_of
from shared.access import AUDITOR, BUREAU, CLINIC, FAMILY, INSURER, OPERATOR
from shared.rpc.service import EVERYBODY, Kind, rules_of

COUNTING = (BUREAU, INSURER, OPERATOR, AUDITOR)
INSPECTING = (OPERATOR, AUDITOR)
MAY_ASK = {
    "health": (EVERYBODY,),
    "wording": (EVERYBODY,),
    "inspectable": INSPECTING,
    "why_row": INSPECTING,
    "trace_request": INSPECTING,
    "find_events": INSPECTING,
    "published_event": INSPECTING,
    "oversight": INSPECTING,
    "policy_values": INSPECTING,
    "parked_events": INSPECTING,
    "foresee_retry": INSPECTING,
    "find_doctors": (EVERYBODY,),
    "consent_time": (EVERYBODY,),
    "policy_today": (EVERYBODY,),
    "actions": (FAMILY, CLINIC, BUREAU),
    "family_cases": (FAMILY,),
    "family_case": (FAMILY,),
    "clinic_worklist": (CLINIC,),
    "worklist_counts": (CLINIC,),
    "clinic_offer": (CLINIC,),
    "clinic_offers": (CLINIC,),
    "clinic_case": (CLINIC,),
    "institution_enrolments": (CLINIC,),
    "institution_enrolment": (CLINIC,),
    "export_file": (CLINIC,),
    "board_counts": (BUREAU,),
    "board_cases": (BUREAU,),
    "bureau_cases": (BUREAU,),
    "bureau_case_counts": (BUREAU,),
    "bureau_case": (BUREAU,),
    "statistics_by_county": COUNTING,
    "statistics_by_month": COUNTING,
    "statistics_by_institution": (BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR),
    "decline_reasons": (BUREAU, CLINIC, INSURER, OPERATOR, AUDITOR),
}


def test_each_query_is_answered_to_its_own_parties_only():
    rules = {rule.method: rule.parties for rule in rules_of(service_of("matching")) if rule.kind is Kind.QUERY}
    assert rules == MAY_ASK

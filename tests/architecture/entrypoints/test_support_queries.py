"""Who may ask support what: a new query has to be entered here."""

from operate.contexts import service_of
from services.support.domain.access import INSTITUTION, PRACTITIONER
from shared.access import AUDITOR, BUREAU, INSURER, OPERATOR
from shared.rpc.service import EVERYBODY, Kind, rules_of

INSPECTING = (OPERATOR, AUDITOR)
APPLYING = (PRACTITIONER, INSTITUTION)
SEEING = (*APPLYING, BUREAU, INSURER, OPERATOR, AUDITOR)
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
    "policy_today": (EVERYBODY,),
    "progress": (EVERYBODY,),
    "applications": SEEING,
    "application_counts": SEEING,
    "application_whole": SEEING,
    "supports": SEEING,
    "support_whole": SEEING,
    "supporters": SEEING,
    "statistics": (BUREAU, INSURER, OPERATOR, AUDITOR),
    "support_counts": APPLYING,
    "move_locks": APPLYING,
    "calendar": (*APPLYING, BUREAU),
    "preview_schedule": (*APPLYING, BUREAU),
    "batch_template": APPLYING,
    "batches": APPLYING,
    "dry_run_batch": APPLYING,
    "dry_run_file": APPLYING,
    "file_part": SEEING,
    "found_so_far": APPLYING,
    "places": (*APPLYING, BUREAU),
    "quota": (INSTITUTION, BUREAU, INSURER, OPERATOR, AUDITOR),
    "register_files": (BUREAU, INSURER, OPERATOR, AUDITOR),
    "review_queue": (BUREAU,),
    "review_standing": (BUREAU,),
}


def test_each_query_is_answered_to_its_own_parties_only():
    rules = {rule.method: rule.parties for rule in rules_of(service_of("support")) if rule.kind is Kind.QUERY}
    assert rules == MAY_ASK

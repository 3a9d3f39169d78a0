"""The JSON API, route by route: which method of which context answers where. Its document is made from this table."""

from __future__ import annotations

from typing import NamedTuple


class Route(NamedTuple):
    """`verb` and `path` (in Flask's notation, below `/api/v1`) lead to `method` of a context.

    The names in the path are fields of the method's form; of a GET the others are read from the query string, of the
    rest from the JSON body.
    """

    verb: str
    path: str
    method: str


ROUTES = (
    # Coming in
    Route("POST", "/questions", "identity.ask_question"),
    Route("POST", "/questions/sound", "identity.speak_question"),
    Route("POST", "/codes", "identity.request_code"),
    Route("POST", "/codes/verification", "identity.verify_code"),
    Route("POST", "/sessions", "identity.log_in"),
    Route("GET", "/sessions", "identity.own_sessions"),
    Route("POST", "/sessions/proof", "identity.prove_password"),
    Route("DELETE", "/sessions/<uuid:session>", "identity.sign_out"),
    Route("DELETE", "/sessions", "identity.sign_out_everywhere"),
    Route("POST", "/activations", "identity.activate_account"),
    Route("POST", "/password-resets", "identity.request_password_reset"),
    Route("PUT", "/password-resets", "identity.reset_password"),
    Route("PUT", "/password", "identity.change_password"),
    # Accounts
    Route("GET", "/accounts", "identity.find_accounts"),
    Route("POST", "/accounts", "identity.invite_account"),
    Route("GET", "/accounts/<uuid:account_id>", "identity.account"),
    Route("POST", "/accounts/<uuid:account_id>/invitation", "identity.resend_invitation"),
    Route("PUT", "/accounts/<uuid:account_id>/rights", "identity.change_rights"),
    Route("POST", "/accounts/<uuid:account_id>/disabling", "identity.disable_account"),
    Route("POST", "/accounts/<uuid:account_id>/enabling", "identity.enable_account"),
    Route("GET", "/accounts/<uuid:account_id>/sign-ins", "identity.sign_ins"),
    Route("GET", "/invitations/institutions", "identity.invited_institutions"),
    Route("GET", "/invitations/institutions/counts", "identity.invited_institution_counts"),
    Route("GET", "/invitations/doctors", "identity.invited_doctors"),
    Route("GET", "/invitations/doctors/counts", "identity.invited_doctor_counts"),
    # Families
    Route("GET", "/policy", "matching.policy_today"),
    Route("GET", "/consent-time", "matching.consent_time"),
    Route("GET", "/doctors", "matching.find_doctors"),
    Route("PUT", "/doctors/<doctor>/places", "matching.state_places"),
    Route("POST", "/cases", "matching.submit_application"),
    Route("GET", "/cases", "matching.family_cases"),
    Route("GET", "/cases/<case_no>", "matching.family_case"),
    Route("GET", "/cases/<uuid:case_or_enrolment_id>/actions", "matching.actions"),
    Route("PUT", "/cases/<uuid:case_id>/preferences", "matching.amend_preferences"),
    Route("POST", "/cases/<uuid:case_id>/birth", "matching.report_birth"),
    Route("POST", "/cases/<uuid:case_id>/withdrawal", "matching.withdraw"),
    Route("PUT", "/cases/<uuid:case_or_enrolment_id>/contact", "matching.change_contact"),
    Route("POST", "/cases/<uuid:case_or_enrolment_id>/change", "matching.request_change"),
    # Clinics
    Route("GET", "/offers", "matching.clinic_worklist"),
    Route("POST", "/offers/search", "matching.clinic_worklist"),
    Route("GET", "/offers/counts", "matching.worklist_counts"),
    Route("GET", "/offers/<uuid:case_id>", "matching.clinic_offer"),
    Route("GET", "/offers/<uuid:case_id>/record", "matching.clinic_case"),
    Route("POST", "/offers/<uuid:case_id>/acceptance", "matching.accept_offer"),
    Route("POST", "/offers/<uuid:case_id>/refusal", "matching.decline_offer"),
    Route("POST", "/offers/<uuid:case_id>/release", "matching.release_notice"),
    Route("POST", "/exports", "matching.export_file"),
    Route("POST", "/exports/taken", "matching.export_cases"),
    Route("GET", "/enrolments", "matching.institution_enrolments"),
    Route("GET", "/enrolments/<uuid:enrolment_id>", "matching.institution_enrolment"),
    Route("POST", "/enrolments/search", "matching.institution_enrolments"),
    Route("POST", "/enrolments", "matching.record_enrolment"),
    Route("POST", "/enrolments/closures", "matching.close_enrolment"),
    # Bureaus
    Route("GET", "/board", "matching.board_counts"),
    Route("GET", "/board/<queue>", "matching.board_cases"),
    Route("GET", "/jurisdiction/cases", "matching.bureau_cases"),
    Route("POST", "/jurisdiction/cases/search", "matching.bureau_cases"),
    Route("GET", "/jurisdiction/cases/counts", "matching.bureau_case_counts"),
    Route("GET", "/jurisdiction/cases/<case_no>", "matching.bureau_case"),
    Route("POST", "/cases/<uuid:case_id>/closure", "matching.confirm_closure"),
    Route("GET", "/statistics/counties", "matching.statistics_by_county"),
    Route("GET", "/statistics/institutions", "matching.statistics_by_institution"),
    Route("GET", "/statistics/months", "matching.statistics_by_month"),
    Route("GET", "/statistics/decline-reasons", "matching.decline_reasons"),
    # The registry
    Route("GET", "/institutions", "identity.find_institutions"),
    Route("GET", "/institutions/<code>", "identity.institution"),
    Route("PUT", "/institutions/<institution>", "identity.record_institution"),
    Route("PUT", "/institutions/<institution>/service-hours", "identity.change_service_hours"),
    Route("POST", "/institutions/<institution>/suspension", "identity.suspend_institution"),
    Route("POST", "/institutions/<institution>/resumption", "identity.resume_institution"),
    Route("POST", "/institutions/<institution>/closure", "identity.close_institution"),
    Route("PUT", "/institutions/<institution>/programmes/<programme>", "identity.join_programme"),
    Route("DELETE", "/institutions/<institution>/programmes/<programme>", "identity.leave_programme"),
    Route("GET", "/institutions/<institution>/personnel", "identity.personnel"),
    Route("GET", "/personnel/<number>", "identity.practitioner"),
    Route("PUT", "/personnel/<practitioner>", "identity.record_practitioner"),
    Route("POST", "/personnel/<practitioner>/move", "identity.move_practitioner"),
    Route("POST", "/personnel/<practitioner>/suspension", "identity.suspend_practitioner"),
    Route("POST", "/personnel/<practitioner>/resumption", "identity.resume_practitioner"),
    Route("POST", "/personnel/<practitioner>/licences", "identity.record_licence"),
    Route("POST", "/personnel/<practitioner>/training", "identity.credit_training"),
    Route("PUT", "/personnel/<practitioner>/programmes/<programme>", "identity.admit_practitioner"),
    Route("DELETE", "/personnel/<practitioner>/programmes/<programme>", "identity.dismiss_practitioner"),
    Route("GET", "/places", "identity.find_places"),
    Route("POST", "/places", "identity.record_place"),
    # Messages
    Route("GET", "/messages", "notifier.messages"),
    Route("GET", "/messages/unreached", "notifier.unreached"),
    Route("GET", "/messages/counts", "notifier.message_counts"),
    Route("GET", "/messages/<uuid:message_id>", "notifier.message"),
    Route("POST", "/messages/<uuid:message_id>/resending", "notifier.send_again"),
    # Pages
    Route("GET", "/pages", "gateway.pages"),
    Route("POST", "/pages", "gateway.publish_page"),
    Route("GET", "/pages/<slug>", "gateway.page"),
    Route("GET", "/pages/own", "gateway.pages_to_edit"),
    Route("GET", "/pages/<uuid:page_id>/text", "gateway.page_to_edit"),
    Route("PUT", "/pages/<uuid:page_id>/text", "gateway.revise_page"),
    Route("GET", "/pages/<uuid:page_id>/history", "gateway.page_history"),
    Route("DELETE", "/pages/<uuid:page_id>", "gateway.withdraw_page"),
)
"""Every route."""

NOT_OFFERED = {
    "*.health": "supervisors ask a process, or `/health`",
    "*.wording": "the API words refusals itself",
    "*.inspectable": "people ask why in the console or on the machine, and every look is noted",
    "*.why_row": "as above",
    "*.trace_request": "as above",
    "*.find_events": "programs follow the broker, or read an archive",
    "*.published_event": "as above",
    "*.oversight": "programs read it at `/metrics` of a process",
    "*.policy_values": "told in words, for the operators' console",
    "*.parked_events": "people look at what is parked, and decide, in the console or on the machine",
    "*.foresee_retry": "as above",
    "*.retry_parked": "as above",
    "*.drop_parked": "as above",
    "identity.check_sessions": "every request is checked by the gateway, and its answer is for the gateway alone",
    "identity.record_registry_import": "told by an import, which works through a file",
    "matching.record_import": "as above",
    "matching.import_register": "a file is brought in a browser; programs record row by row",
    "matching.clinic_offers": "cases ticked in a browser's list; `/offers/<case_id>` tells of each",
    "matching.forget_subject": "an operator does it, on the machine",
    "notifier.check_uncertain": "an operator does it, on the machine",
    "notifier.failure_report": "`/messages/unreached` as CSV is the same",
    "notifier.outbox": "a trial's local outbox is looked at in its pages",
    "gateway.draft": "drafts are kept for forms in a browser",
    "gateway.drafts": "as above",
    "gateway.save_draft": "as above",
    "gateway.drop_draft": "as above",
    "gateway.hold_form": "held for forms in a browser",
    "gateway.held_form": "as above",
    "gateway.filters": "kept for work queues in a browser",
    "gateway.save_filter": "as above",
    "gateway.drop_filter": "as above",
}
"""The methods that no route leads to, and why; a test demands a route or a reason of every other."""

"""What can be asked of every context, beside what is its own."""

LOOKING_AFTER = {
    "find_events",
    "foresee_retry",
    "inspectable",
    "oversight",
    "parked_events",
    "policy_values",
    "published_event",
    "trace_request",
    "why_row",
}
"""By operators and auditors."""
MENDING = {"retry_parked", "drop_parked"}
"""By operators."""
OF_ANYBODY = {"health", "wording"}

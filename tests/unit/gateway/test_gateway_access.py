"""Which method of the gateway is for whom."""

from __future__ import annotations

import pytest

from services.gateway.entrypoints import SERVICE
from shared.access import objection_to
from shared.principal import VISITOR, Assurance, Principal, Role, process
from shared.rpc.service import rules_of
from tests.controls.every_service import LOOKING_AFTER, MENDING, OF_ANYBODY

EVERYBODY = {"pages", "page", "hold_form", "held_form"} | OF_ANYBODY
DRAFTS = {"save_draft", "draft", "drafts", "drop_draft"}
FILTERS = {"save_filter", "filters", "drop_filter"}
EDITING = {"publish_page", "revise_page", "withdraw_page", "pages_to_edit", "page_to_edit", "page_history"}
MAY = {
    Role.PARENT: EVERYBODY | DRAFTS,
    Role.DOCTOR: EVERYBODY | DRAFTS | FILTERS,
    Role.CASE_MANAGER: EVERYBODY | DRAFTS | FILTERS,
    Role.BUREAU_OFFICER: EVERYBODY | DRAFTS | FILTERS,
    Role.BUREAU_MANAGER: EVERYBODY | DRAFTS | FILTERS | EDITING,
    Role.OPERATOR: EVERYBODY | DRAFTS | EDITING | LOOKING_AFTER | MENDING,
    Role.INSURER_OFFICER: EVERYBODY,
    Role.AUDITOR: EVERYBODY | LOOKING_AFTER,
}


def allowed(principal):
    return {rule.method for rule in rules_of(SERVICE) if objection_to(principal, rule.parties) is None}


@pytest.mark.parametrize("role", MAY)
def test_a_role_may_do_what_is_its_own(role):
    proof = Assurance.OTP if role is Role.PARENT else Assurance.PASSWORD
    assert allowed(Principal("somebody", role, frozenset({proof}))) == MAY[role]


def test_whoever_has_not_come_in_reads_pages_and_loses_nothing_typed():
    assert allowed(VISITOR) == EVERYBODY


def test_no_process_calls_for_more_than_everybody():
    assert allowed(process("publish_first_pages")) == EVERYBODY


def test_who_is_at_the_machine_edits_no_page_in_the_name_of_an_agency():
    machine = Principal("operator/machine", Role.OPERATOR, frozenset({Assurance.MACHINE}))
    assert allowed(machine) == EVERYBODY

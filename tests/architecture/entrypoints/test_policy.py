"""Every method of every service that can be called has a rule, and its service offers every command of its context."""

import pytest

from operate.contexts import compose, contexts, served, service_of
from shared.access import OPERATOR, PLATFORM
from shared.principal import Assurance, Role
from shared.rpc.service import Kind, method_of, rules_of

OPERATING = {"retry_parked": (OPERATOR,), "drop_parked": (OPERATOR,)}
"""What operators have done in every context, which is no command of any."""


@pytest.mark.parametrize("name", served())
def test_every_method_has_a_rule_and_every_command_a_method(name):
    service = service_of(name)
    rules = {rule.method: rule for rule in rules_of(service)}
    asked = {method_of(command): parties for command, parties in service.application.who_may.items()}
    from_outside = {method: parties for method, parties in asked.items() if parties != (PLATFORM,)}
    assert service.name == name
    changing = {method: rule.parties for method, rule in rules.items() if rule.kind is not Kind.QUERY}
    assert changing == from_outside | OPERATING


@pytest.mark.parametrize("name", served())
def test_no_rule_takes_a_role_with_a_proof_that_only_another_can_have(name):
    """A visitor has proved nothing, and a process nothing that a person could: neither comes in by another's proof."""
    for rule in rules_of(service_of(name)):
        for party in rule.parties:
            if rule.method != "health":
                assert (Role.VISITOR in party.roles) == (Assurance.NONE in party.proofs), rule.method
                assert (Role.PROCESS in party.roles) == (Assurance.INTERNAL in party.proofs), rule.method


def test_contexts_are_found_and_can_be_put_together():
    assert served() == contexts()
    assert {"gateway", "identity", "matching", "notifier"} <= set(served())
    assert all(callable(compose(name)) for name in contexts())

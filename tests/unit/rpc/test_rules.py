"""Nothing can be called that has no rule."""

from dataclasses import dataclass

import pytest
from nameko.rpc import rpc

from shared.access import AUDITOR, CLINIC, FAMILY, OPERATOR, Party
from shared.application import ContextApplication
from shared.principal import Assurance, Role
from shared.rpc.service import EVERYBODY, ContextService, Kind, RuleMissing, query, rules_of

OF_OVERSEERS = {
    *("inspectable", "why_row", "trace_request", "find_events", "published_event"),
    *("oversight", "policy_values", "parked_events", "foresee_retry", "retry_parked", "drop_parked"),
}
"""What operators and auditors may ask of every context."""


@dataclass(frozen=True)
class TakeIn:
    name: str


def take_in(*_):
    raise NotImplementedError


class Kennel(ContextApplication):
    handlers = {TakeIn: take_in}  # noqa: RUF012 - as in every context
    who_may = {TakeIn: (FAMILY,)}  # noqa: RUF012 - as above


class KennelService(ContextService):
    name = "kennel"
    application = Kennel

    @query(CLINIC, FAMILY)
    def dogs(self, principal):
        raise NotImplementedError


def test_every_command_and_query_has_its_rule():
    rules = {rule.method: rule for rule in rules_of(KennelService)}
    own = {name: (rule.kind, rule.parties) for name, rule in rules.items() if name not in OF_OVERSEERS}
    assert own == {
        "take_in": (Kind.COMMAND, (FAMILY,)),
        "dogs": (Kind.QUERY, (CLINIC, FAMILY)),
        "health": (Kind.QUERY, (EVERYBODY,)),
        "wording": (Kind.QUERY, (EVERYBODY,)),
    }
    assert all(set(rules[name].parties) <= {OPERATOR, AUDITOR} for name in OF_OVERSEERS)


def test_a_command_without_a_rule_makes_no_service():
    class Lawless(Kennel):
        who_may = {}  # noqa: RUF012 - as above

    with pytest.raises(RuleMissing, match="take_in"):
        type("LawlessService", (ContextService,), {"name": "lawless", "application": Lawless})


@pytest.mark.parametrize(
    "parties",
    [(), (Party(frozenset(), frozenset({Assurance.OTP})),), (FAMILY, Party(frozenset({Role.PARENT}), frozenset()))],
    ids=["nobody", "no role", "no proof"],
)
def test_a_query_without_a_rule_cannot_be_declared(parties):
    with pytest.raises(RuleMissing, match="dogs"):

        @query(*parties)
        def dogs(*_):
            raise NotImplementedError


def test_a_method_that_only_nameko_knows_of_is_found():
    class Leaky(KennelService):
        @rpc
        def everything(self):
            raise NotImplementedError

    with pytest.raises(RuleMissing, match=r"Leaky\.everything"):
        list(rules_of(Leaky))

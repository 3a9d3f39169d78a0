"""One process a role on real servers, as in production: what one of them is told, the others carry on."""

from __future__ import annotations

import json
import threading
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from services.identity.commands import (
    LicenceEntry,
    ParticipationEntry,
    RecordInstitution,
    RecordPractitioner,
    TrainingEntry,
)
from services.identity.events import InstitutionKind, Programme
from services.matching.commands import PreferenceEntry
from shared.context import utc_now
from shared.principal import Assurance, Principal, Role
from shared.rpc.client import Asking, NoAnswer, RpcClient
from shared.rpc.wire import RemoteRefusal, ServiceUnavailable
from shared.transport import BrokerLost
from tests.controls.applicants import BANQIAO, DOCTORS, FamilyOf, national_id
from tests.controls.logbook import eventually
from tests.integration.rpc.roles import RoleProcess
from tests.integration.rpc.switches import People

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.application import Outcome

pytestmark = [pytest.mark.postgres, pytest.mark.rabbitmq]

ROLES = (
    ("serve", "identity"),
    ("relay", "identity"),
    ("serve", "matching"),
    ("relay", "matching"),
    ("project", "matching"),
    ("react", "matching"),
)
OPERATOR = Principal("operator/1", Role.OPERATOR, frozenset({Assurance.PASSWORD}))
PREFERENCE = PreferenceEntry(BANQIAO, DOCTORS[BANQIAO])


@pytest.fixture(scope="module")
def environment(on_servers, rabbitmq) -> dict[str, str]:
    return on_servers(rabbitmq.new_vhost())


@pytest.fixture(scope="module")
def people(environment) -> Iterator[People]:
    people = People(environment)
    yield people
    people.close()


@pytest.fixture(scope="module")
def client(environment) -> Iterator[RpcClient]:
    with RpcClient(environment["CARETRAIL_BROKER"]) as client:
        yield client


@pytest.fixture(scope="module")
def roles(environment, people, client) -> Iterator[dict[tuple[str, ...], RoleProcess]]:
    """Every role at work, and one doctor at one clinic whom identity has on record."""
    with ExitStack() as ending:
        first = ending.enter_context(RoleProcess(environment, "serve", "identity"))
        started = {role: RoleProcess(environment, *role, "--health", "127.0.0.1:0") for role in ROLES[1:]}
        for process in started.values():
            ending.enter_context(process)
        register(client, people)
        yield started | {ROLES[0]: first}


def register(client: RpcClient, people: People) -> None:
    """Put a clinic and its doctor on identity's record."""
    asking, today = Asking(people.signed(OPERATOR)), utc_now().date()
    taking_part = (ParticipationEntry(Programme.DEDICATED_DOCTOR, today),)
    clinic = RecordInstitution(BANQIAO, "板橋診所", InstitutionKind.CLINIC, "新北市", "板橋區", programmes=taking_part)
    client.command("identity.record_institution", clinic, "test/clinic", asking)
    doctor = RecordPractitioner(
        DOCTORS[BANQIAO],
        "林醫師",
        "A",
        national_id(9_999_999),
        institution=BANQIAO,
        licence=LicenceEntry("醫執字第0000001號", today),
        training=TrainingEntry(Programme.DEDICATED_DOCTOR, "test", 100, today),
        programmes=taking_part,
    )
    client.command("identity.record_practitioner", doctor, "test/doctor", asking)


def apply(client: RpcClient, people: People, number: int) -> Outcome:
    """The `number`th family applies, as often as it takes until it is answered."""
    family = FamilyOf(number)
    application = family.application(preferences=(PREFERENCE,))
    while True:
        try:
            return client.command(
                "matching.submit_application", application, f"apply/{number}", Asking(people.parent(family))
            )
        except (NoAnswer, ServiceUnavailable, BrokerLost):
            pass
        except RemoteRefusal as refusal:
            # What identity told has not come yet.
            if refusal.code != "registry-behind" and "unknown" not in str([one.code for one in refusal.refusals]):
                raise


@pytest.mark.usefixtures("roles")
def test_a_case_submitted_to_one_process_is_read_from_what_others_made_of_it(client, people):
    outcome = apply(client, people, 1)
    found = client.query("matching.family_cases", asking=Asking(people.parent(FamilyOf(1))), written=outcome)
    assert not found.stale
    assert [case["case_no"] for case in found.found] == [outcome.number]

    def steps() -> list[str]:
        [case] = client.query("matching.family_cases", asking=Asking(people.parent(FamilyOf(1)))).found
        return [step["what"] for step in case["timeline"]]

    eventually(lambda: steps() == ["CaseSubmitted", "PreferenceOffered"])


@pytest.mark.parametrize("role", ROLES[1:], ids=" ".join)
def test_each_role_tells_its_supervisor_that_it_is_ready(roles, role):
    port = roles[role].running["health"]

    def answers(path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return response.read()

    assert json.loads(answers("/live")) == {"live": True}
    [report] = json.loads(answers("/ready"))
    assert report["ready"] is True
    assert report["context"] == role[1]


def test_a_service_told_to_end_under_load_loses_nothing_that_it_answered(roles, environment, client, people):
    """Callers repeat what was not answered with its key, and a second process takes over meanwhile."""
    answered: dict[int, Outcome] = {}

    def families(first: int) -> None:
        for number in range(first, first + 15):
            answered[number] = apply(client, people, number)

    callers = [threading.Thread(target=families, args=(first,)) for first in (1000, 2000, 3000, 4000)]
    for caller in callers:
        caller.start()
    eventually(lambda: len(answered) > 5)
    with RoleProcess(environment, "serve", "matching"):
        status = roles["serve", "matching"].end()
        for caller in callers:
            caller.join()

        assert status == 0
        assert len(answered) == 60
        numbers = set()
        for number, outcome in answered.items():
            asking = Asking(people.parent(FamilyOf(number)))
            [case] = client.query("matching.family_cases", asking=asking, written=outcome).found
            assert case["id"] == str(outcome.id)
            numbers.add(case["case_no"])
        assert len(numbers) == 60


def test_a_role_that_lacks_its_servers_says_so(environment):
    with pytest.raises(AssertionError, match="CARETRAIL_BROKER"):
        RoleProcess({**environment, "CARETRAIL_BROKER": ""}, "relay", "matching").__enter__()


def test_an_unknown_context_is_named_with_those_there_are(environment):
    with pytest.raises(AssertionError, match=r"no context matchin\. There are: .*matching"):
        RoleProcess(environment, "relay", "matchin").__enter__()

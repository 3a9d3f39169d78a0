"""A forgetting killed between vault and store: nobody decides about the person before it is known how it ended."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.matching import commands
from services.matching.application import Matching, reservations
from services.matching.domain import refusals
from services.matching.events import Child, WithdrawReason
from shared.calendar import WorkingCalendar
from shared.vault.blind_index import Identifier
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from tests.controls.applicants import OPERATOR, FamilyOf

PROJECT = Path(__file__).parents[3]
WORKER = "tests.integration.matching.workers.forget_and_die"
BEFORE_KEYS_ARE_DESTROYED = ("forgotten in the ledger", 1)
BEFORE_THE_STORE_KNOWS = ("before a seizure is kept", 2)
BEFORE_ANYTHING = ("before a seizure is kept", 1)


@pytest.fixture
def kill_while_forgetting(database, people, ledger):
    def run(subject, point):
        told = [database.dsn, people.dsn, str(ledger), str(subject), *map(str, point)]
        ended = subprocess.run([sys.executable, "-m", WORKER, *told], cwd=PROJECT, check=False, timeout=60)
        assert ended.returncode == -signal.SIGKILL

    return run


@pytest.fixture
def restarted(people, ledger, office):
    """What the next start finds: the ledger applied to the vault, and the log told."""

    def start():
        vault = Vault(people, MasterKeys({"test": b"1" * 32}, "the test"), ledger)
        started.append(vault)
        office.matching.record_forgotten(vault.forgotten(), office.now)
        return vault

    started = []
    yield start
    for vault in started:
        vault.close()


def a_child_of_the_past(office, number):
    """A family whose case has ended, and its child's subject."""
    family = FamilyOf(number)
    ended = office.submit(family)
    office.ask(commands.Withdraw(ended.id, WithdrawReason.MISTAKE), office.parent(family))
    return family, office.case(ended.id).family.child_subject


def submitted_while(office, database, family, happens):
    """The family's application, before whose append something happens: all has been sealed and decided by then."""
    pending = [happens]

    def give_way():
        if pending:
            pending.pop()()

    calendar = WorkingCalendar(holidays=frozenset(), make_up_days=frozenset())
    parent = office.parent(family)
    with Matching(database, office.vault, office.registry, calendar, give_way=give_way) as matching:
        return matching.handle(family.application(), parent, f"gap/{family.number}", office.now)


def test_a_submission_meanwhile_is_about_somebody_new(office, database, kill_while_forgetting, restarted):
    family, child = a_child_of_the_past(office, 941)
    case = submitted_while(office, database, family, lambda: kill_while_forgetting(child, BEFORE_THE_STORE_KNOWS))
    assert office.matching.holders_in([reservations.live_matter(child)]) == []
    sealed = office.case(case.id).family.child
    assert sealed.subject != child
    assert restarted().open(sealed, Child) is not None
    with pytest.raises(refusals.FamilyForgotten):
        office.matching.desk.turn([child])


def test_nobody_decides_before_the_next_start_has_destroyed_the_keys(
    office, database, kill_while_forgetting, restarted
):
    family, child = a_child_of_the_past(office, 942)
    with pytest.raises(refusals.CaseBusy):
        submitted_while(office, database, family, lambda: kill_while_forgetting(child, BEFORE_KEYS_ARE_DESTROYED))
    assert office.matching.holders_in([reservations.live_matter(child)]) == []
    vault = restarted()
    assert vault.find(Identifier("national_id", family.child.identifier)) is None
    again = office.submit(family)
    assert vault.open(office.case(again.id).family.child, Child) is not None


def test_a_forgetting_that_destroyed_nothing_holds_nobody_up(office, database, kill_while_forgetting, restarted):
    family, child = a_child_of_the_past(office, 943)
    case = submitted_while(office, database, family, lambda: kill_while_forgetting(child, BEFORE_ANYTHING))
    assert office.case(case.id).family.child_subject == child
    restarted()


def test_whoever_was_about_to_be_forgotten_and_was_not_can_be_decided_about_after_the_next_start(office, restarted):
    family, child = a_child_of_the_past(office, 944)
    office.matching.seizing(reservations.leaving([child]), lambda: None)  # and there the process died
    with pytest.raises(refusals.CaseBusy):
        office.submit(family)
    restarted()
    assert office.case(office.submit(family).id).family.child_subject == child


def test_a_forgetting_that_is_refused_holds_nobody_up(office):
    family, child = a_child_of_the_past(office, 945)
    office.vault.hold(child, "litigation", None, "operator/1")
    with pytest.raises(refusals.PersonOnHold):
        office.ask(commands.ForgetSubject(child, "retention ended"), OPERATOR)
    assert office.submit(family).number
    with pytest.raises(refusals.PersonHasLiveMatter):
        office.ask(commands.ForgetSubject(child, "retention ended"), OPERATOR)
    assert office.matching.keys_held_by(reservations.BEING_FORGOTTEN, reservations.LEAVING) == []


def test_a_live_case_of_somebody_forgotten_elsewhere_can_come_to_its_end(office, restarted):
    family = FamilyOf(946)
    case = office.submit(family)
    office.vault.forget(office.case(case.id).family.child_subject, "ordered by a court")
    restarted()
    office.ask(commands.Withdraw(case.id, WithdrawReason.OTHER), office.parent(family))
    assert not office.case(case.id).is_live

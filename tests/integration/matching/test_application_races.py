"""Two commands about one child at the same moment, whose reservations differ: one of them is decided anew."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import uuid4

from services.matching import commands
from services.matching.commands import PreferenceEntry
from services.matching.domain.enrolment import Enrolment
from services.matching.domain.statuses import MatchStatus
from services.matching.events import ChangeReason, Child, ClosureReason, WithdrawReason
from shared.refusals import Refusal
from shared.vault.blind_index import Identifier
from tests.controls.applicants import BANQIAO, DAAN, DOCTORS, OPERATOR, FamilyOf, taipei

ROUNDS = range(1, 21)
CLOSED = date(2025, 3, 10)


def at_once(office, *asked):
    """What each (command, caller) is answered when all are given at the same moment."""
    start = Barrier(len(asked))

    def give(number):
        command, caller = asked[number]
        start.wait()
        try:
            return office.matching.handle(command, caller, f"race/{uuid4()}", office.now)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(give, range(len(asked))))


def test_a_child_enrolled_on_paper_while_its_family_applies_has_no_live_case_beside(office):
    for number in ROUNDS:
        office.now = taipei(2, 27)
        family = FamilyOf(number)
        parent = office.parent(family)
        row, application = at_once(office, (family.row(), OPERATOR), (family.application(), parent))
        assert not isinstance(row, Refusal)
        if not isinstance(application, Refusal):
            assert office.case(application.id).match_status == MatchStatus.MATCHED


def test_an_enrolment_closed_while_a_change_is_asked_of_it_leaves_no_case_that_waits_for_the_closure(office):
    for number in ROUNDS:
        office.now = taipei(3, 11)
        family = FamilyOf(number)
        enrolment = office.ask(family.row(), OPERATOR)
        wishes = (PreferenceEntry(DAAN, DOCTORS[DAAN]),)
        change = commands.RequestChange(enrolment.id, ChangeReason.MOVED, wishes, "搬家")
        closure = commands.CloseEnrolment(
            institution=BANQIAO,
            closed_on=CLOSED,
            reason=ClosureReason.CHANGE_OF_DOCTOR,
            child_identifier=family.child.identifier,
        )
        asked, closed = at_once(office, (change, office.parent(family)), (closure, OPERATOR))
        assert not isinstance(closed, Refusal)
        assert not office.matching.load(Enrolment, enrolment.id).is_open
        if not isinstance(asked, Refusal):
            assert office.case(asked.id).match_status == MatchStatus.MATCHING


def test_a_child_forgotten_while_its_family_applies_is_known_by_another_subject_or_not_forgotten(office):
    for number in ROUNDS:
        family = FamilyOf(number)
        parent, before = office.parent(family), office.submit(family)
        office.ask(commands.Withdraw(before.id, WithdrawReason.MISTAKE), parent)
        child = office.vault.find(Identifier("national_id", family.child.identifier))
        forget = commands.ForgetSubject(child, "家長請求")
        _, application = at_once(office, (forget, OPERATOR), (family.application(), parent))
        if not isinstance(application, Refusal):
            sealed = office.case(application.id).family.child
            assert office.vault.open(sealed, Child) is not None

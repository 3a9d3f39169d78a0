"""Processes: events and deadlines in, commands out."""

from dataclasses import replace

import pytest

from services.matching import commands
from services.matching.processes import PROCESSES
from services.matching.processes.expire_unanswered_offer import ExpireUnansweredOffer
from services.matching.processes.lapse_unsigned_notice import LapseUnsignedNotice
from services.matching.processes.notify_former_institution import NotifyFormerInstitutionOfChange
from services.matching.processes.offer_next_preference import OfferNextPreferenceWhenOneIsSpent
from services.matching.processes.remind_unanswered_offer import RemindUnansweredOffer
from tests.controls.events import (
    bureau_task_opened,
    case_submitted,
    case_unmatched,
    case_withdrawn,
    change_requested,
    enrolment_mismatch_detected,
    institution_accepted,
    institution_declined,
    notice_lapsed,
    notice_released,
    notice_requested,
    notice_signed,
    offer_expired,
    offer_reminded,
    preference_offered,
    preferences_amended,
    previous_enrolment_closed,
)
from tests.controls.family import CASE, CHANGE_CASE, end_of

NEXT = commands.OfferNextPreference(CASE)


class Run:
    """A process that has seen some events of one case: the commands it gave, and the row it keeps."""

    def __init__(self, process_class, *events):
        self.process = process_class()
        self.row = None
        self.key = None
        self.given = []
        for event in events:
            if not isinstance(event, process_class.folds):
                continue
            [self.key] = self.process.keys(event)
            self.row = self.process.evolve(self.key, self.row, event)
            self.given.extend(self.process.react(self.row, event))

    @property
    def due(self):
        """When the clock is to be asked; None for never."""
        return getattr(self.row, self.process.deadline) if self.row else None

    def at_its_time(self):
        return list(self.process.expire(self.key, self.row, self.due))


# Offer next preference


@pytest.mark.parametrize(
    "spent", [institution_declined(), offer_expired(), notice_lapsed()], ids=["declined", "expired", "lapsed"]
)
def test_when_a_preference_is_spent_the_next_is_asked_at_once(spent):
    run = Run(OfferNextPreferenceWhenOneIsSpent, case_submitted(), preference_offered(), spent)
    assert run.given == [NEXT]
    assert run.due is None


def test_when_the_former_institution_has_closed_the_first_preference_is_asked():
    run = Run(OfferNextPreferenceWhenOneIsSpent, change_requested(), previous_enrolment_closed())
    assert run.given == [commands.OfferNextPreference(CHANGE_CASE)]


def test_a_released_family_has_its_time_before_the_next_preference_is_asked():
    run = Run(OfferNextPreferenceWhenOneIsSpent, preference_offered(), notice_released())
    assert run.given == []
    assert run.due == notice_released().resume_at
    assert run.at_its_time() == [NEXT]


def test_a_released_family_that_has_amended_waits_no_longer():
    run = Run(OfferNextPreferenceWhenOneIsSpent, notice_released(), preferences_amended())
    assert run.given == [NEXT]


def test_amending_in_the_middle_of_an_offer_asks_nobody():
    assert Run(OfferNextPreferenceWhenOneIsSpent, preference_offered(), preferences_amended()).given == []


@pytest.mark.parametrize(
    "settled",
    [preference_offered(rank=2), case_unmatched(), case_withdrawn(), enrolment_mismatch_detected()],
    ids=["asked", "unmatched", "withdrawn", "enrolled elsewhere"],
)
def test_a_released_case_that_is_settled_waits_for_nothing(settled):
    run = Run(OfferNextPreferenceWhenOneIsSpent, notice_released(), settled)
    assert run.given == []
    assert run.row is None


# Remind unanswered offer


def test_an_open_offer_is_recalled_on_each_of_its_days():
    first, second = preference_offered().remind_at
    run = Run(RemindUnansweredOffer, preference_offered())
    assert run.due == first
    assert run.at_its_time() == [commands.RemindOffer(CASE, 1, 1)]
    run = Run(RemindUnansweredOffer, preference_offered(), offer_reminded())
    assert run.due == second
    assert run.at_its_time() == [commands.RemindOffer(CASE, 1, 2)]
    assert Run(RemindUnansweredOffer, preference_offered(), offer_reminded(), offer_reminded(number=2)).due is None


def test_an_offer_without_reminders_is_not_recalled():
    assert Run(RemindUnansweredOffer, preference_offered(remind_at=())).due is None


def test_a_reminder_for_an_offer_that_is_settled_already_begins_nothing():
    assert Run(RemindUnansweredOffer, offer_reminded()).row is None


# Expire unanswered offer


def test_an_open_offer_is_expired_when_its_time_is_over():
    run = Run(ExpireUnansweredOffer, preference_offered())
    assert run.due == preference_offered().answer_by
    assert run.at_its_time() == [commands.ExpireOffer(CASE, 1)]


def test_the_next_offer_has_its_own_time():
    asked_next = preference_offered(rank=2, answer_by=end_of(3, 5))
    run = Run(ExpireUnansweredOffer, preference_offered(), institution_declined(), asked_next)
    assert run.due == end_of(3, 5)
    assert run.at_its_time() == [commands.ExpireOffer(CASE, 2)]


@pytest.mark.parametrize("process_class", [RemindUnansweredOffer, ExpireUnansweredOffer])
@pytest.mark.parametrize(
    "settled",
    [
        institution_accepted(),
        institution_declined(),
        offer_expired(),
        case_withdrawn(),
        enrolment_mismatch_detected(),
    ],
    ids=["accepted", "declined", "expired", "withdrawn", "enrolled elsewhere"],
)
def test_a_settled_offer_is_neither_recalled_nor_expired(process_class, settled):
    assert Run(process_class, preference_offered(), settled).row is None


# Lapse unsigned notice


def test_an_unsigned_notice_lapses_when_its_time_is_over():
    run = Run(LapseUnsignedNotice, notice_requested())
    assert run.due == notice_requested().sign_by
    assert run.at_its_time() == [commands.LapseNotice(CASE, 1)]


@pytest.mark.parametrize(
    "settled",
    [notice_signed(), notice_released(), notice_lapsed(), case_withdrawn(), enrolment_mismatch_detected()],
    ids=["signed", "released", "lapsed", "withdrawn", "enrolled elsewhere"],
)
def test_a_settled_notice_does_not_lapse(settled):
    assert Run(LapseUnsignedNotice, notice_requested(), settled).row is None


# Notify former institution


def test_a_change_is_told_to_the_former_institution_at_once():
    run = Run(NotifyFormerInstitutionOfChange, change_requested())
    assert run.given == [commands.NotifyFormerInstitution(CHANGE_CASE)]


@pytest.mark.parametrize("settled", [bureau_task_opened(), previous_enrolment_closed(), case_withdrawn()])
def test_a_change_that_was_told_or_needs_it_no_more_is_not_told_again(settled):
    run = Run(NotifyFormerInstitutionOfChange, change_requested(), replace(settled, originator_id=CHANGE_CASE))
    assert len(run.given) == 1
    assert run.row is None


# All of them


def test_a_process_is_named_by_its_file():
    for process_class in PROCESSES:
        assert process_class().name == process_class.__module__.rsplit(".", 1)[-1]


def test_a_deadline_is_a_column_of_the_process_and_can_be_searched():
    for process_class in PROCESSES:
        if process_class.deadline is not None:
            assert process_class.deadline in process_class.table.row.__struct_fields__
            assert (process_class.deadline,) in process_class.table.indexes

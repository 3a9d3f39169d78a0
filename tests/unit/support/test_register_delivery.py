"""清冊檔 from its making to the insurer's folder: given what became of it, when it is tried, then what is told."""

from datetime import date, timedelta

import pytest

from services.support.commands import ProduceRegisterFile
from services.support.domain.register_delivery import DailyRegister, DropReceipt, NotWaiting, Signature, SignedFile
from services.support.domain.register_file import ControlTotals, Stretch
from services.support.events import DeliveryFault
from services.support.processes.send_register_file_every_working_day import SendRegisterFileEveryWorkingDay
from services.support.read_models.register_files import RegisterFiles
from tests.controls.deciding import Given, payload, replayed_as
from tests.controls.family import taipei
from tests.controls.support import (
    DELIVERED_AT,
    FILE_DAY,
    PRODUCED_AT,
    REGISTER_FILE,
    register_file_asked_for_again,
    register_file_delivered,
    register_file_not_delivered,
    register_file_produced,
    support_amended,
    support_approved,
    support_cancelled,
)
from tests.unit.matching_models.story import fold

MADE = register_file_produced()
RECEIPT = DropReceipt(
    "support-register-20250312.csv", register_file_delivered().digest, register_file_delivered().manifest_digest
)


def given(*history):
    return Given(replayed_as(DailyRegister, *history))


def failed(attempt, minutes):
    retry_at = None if minutes is None else DELIVERED_AT + timedelta(minutes=minutes)
    return register_file_not_delivered(attempt=attempt, retry_at=retry_at)


# The file ------------------------------------------------------------------------------------------------------------


def test_a_file_is_told_with_what_it_holds_and_who_signed_it():
    made = SignedFile(ControlTotals(1, 1, 1), MADE.digest, Signature(MADE.key_id, MADE.signature))
    file = DailyRegister.produce(FILE_DAY, 7, Stretch(10, 20, MADE.previous), made, PRODUCED_AT)

    assert [payload(fact) for fact in file.collect_events()] == [payload(MADE)]
    assert file.stream_subject == "support-register-20250312"


def test_a_file_that_lies_there_is_delivered():
    given(MADE).when(lambda file: file.delivered(RECEIPT, DELIVERED_AT)).then(register_file_delivered())


@pytest.mark.parametrize(("before", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (40, 60)])
def test_pauses_between_attempts_grow_up_to_an_hour(before, minutes):
    history = [failed(attempt, 1) for attempt in range(1, before + 1)]

    given(MADE, *history).when(lambda file: file.not_delivered(DeliveryFault.UNREACHABLE, DELIVERED_AT)).then(
        failed(before + 1, minutes)
    )


def test_another_file_of_the_same_name_is_for_a_person_to_look_at():
    stopped = register_file_not_delivered(fault=DeliveryFault.OTHER_FILE_THERE, retry_at=None)

    given(MADE).when(lambda file: file.not_delivered(DeliveryFault.OTHER_FILE_THERE, DELIVERED_AT)).then(stopped)
    with pytest.raises(NotWaiting):
        given(MADE, stopped).aggregate.delivered(RECEIPT, DELIVERED_AT)


def test_what_was_delivered_is_not_recorded_a_second_time():
    file = given(MADE, register_file_delivered()).aggregate

    with pytest.raises(NotWaiting):
        file.delivered(RECEIPT, DELIVERED_AT)
    with pytest.raises(NotWaiting):
        file.not_delivered(DeliveryFault.UNREACHABLE, DELIVERED_AT)


def test_a_file_that_is_asked_for_again_waits_once_more_with_its_pauses_begun_anew():
    asked = register_file_asked_for_again()
    given(MADE, register_file_delivered()).when(lambda file: file.ask_for_again(asked.timestamp)).then(asked)

    again = given(MADE, *(failed(attempt, 1) for attempt in range(1, 9)), asked)
    again.when(lambda file: file.not_delivered(DeliveryFault.UNREACHABLE, DELIVERED_AT)).then(failed(9, 1))


# When it is made -----------------------------------------------------------------------------------------------------


def due_after(*told):
    [row] = fold(SendRegisterFileEveryWorkingDay(), told).values()
    return row.due_at


def test_the_first_file_is_due_at_the_hour_of_the_working_day_of_the_first_approval():
    assert due_after(support_approved(timestamp=taipei(3, 12, 14))) == taipei(3, 12, 22)
    assert due_after(support_approved(timestamp=taipei(3, 14, 22, 30))) == taipei(3, 17, 22)  # a Friday night


@pytest.mark.parametrize("told", [support_approved, support_amended, support_cancelled])
def test_it_begins_with_whatever_the_insurer_is_told_of_first(told):
    assert due_after(told(timestamp=taipei(3, 12, 14))) == taipei(3, 12, 22)


def test_further_approvals_leave_it_where_it_is():
    assert due_after(
        support_approved(timestamp=taipei(3, 12, 14)), support_approved(timestamp=taipei(3, 13, 14))
    ) == taipei(3, 12, 22)


def test_the_next_file_is_due_on_the_next_working_day_however_late_the_last_was_made():
    approved = support_approved(timestamp=taipei(3, 3, 14))

    assert due_after(approved, register_file_produced(timestamp=taipei(3, 12, 22))) == taipei(3, 13, 22)
    assert due_after(approved, register_file_produced(timestamp=taipei(3, 14, 22))) == taipei(3, 17, 22)
    assert due_after(approved, register_file_produced(timestamp=taipei(3, 24, 9))) == taipei(3, 24, 22)


def test_no_file_is_due_before_anything_was_approved():
    assert fold(SendRegisterFileEveryWorkingDay(), []) == {}


def test_when_it_is_due_one_file_is_asked_for_however_many_days_have_passed():
    process = SendRegisterFileEveryWorkingDay()
    [(key, row)] = fold(process, [support_approved(timestamp=taipei(3, 3, 14))]).items()

    assert list(process.expire(key, row, taipei(3, 24, 9))) == [ProduceRegisterFile()]


# What is told of it --------------------------------------------------------------------------------------------------


def row_after(*told):
    [row] = fold(RegisterFiles(), told).values()
    return row


@pytest.mark.parametrize(
    ("told", "state", "due_at"),
    [
        ((MADE,), "to_be_delivered", PRODUCED_AT),
        ((MADE, failed(1, 1)), "to_be_delivered", DELIVERED_AT + timedelta(minutes=1)),
        ((MADE, failed(1, None)), "delivery_stopped", None),
        ((MADE, register_file_delivered()), "delivered", None),
        ((MADE, register_file_delivered(), register_file_asked_for_again()), "to_be_delivered", taipei(3, 13, 9)),
    ],
    ids=["made", "failed", "stopped", "delivered", "asked for again"],
)
def test_the_list_of_files_tells_where_each_stands(told, state, due_at):
    row = row_after(*told)

    assert (row.id, row.day, row.number, row.stretch) == (REGISTER_FILE, FILE_DAY, 7, Stretch(10, 20, MADE.previous))
    assert (row.state, row.due_at) == (state, due_at)
    assert row_after(*told, told[-1]) == row  # delivered twice


def test_a_delivered_file_is_told_with_its_receipt_and_without_the_fault_before():
    row = row_after(MADE, failed(1, 1), register_file_delivered(attempt=2))

    assert (row.fault, row.attempts, row.delivered_at) == (None, 2, DELIVERED_AT)
    assert row.manifest_digest == register_file_delivered().manifest_digest


def test_files_of_days_are_apart():
    other = register_file_produced(originator_id=REGISTER_FILE.__class__(int=9), day=date(2025, 3, 13), number=8)
    assert len(fold(RegisterFiles(), [MADE, other])) == 2

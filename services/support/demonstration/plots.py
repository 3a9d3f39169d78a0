"""What each plot of the story tells: a generator that yields how many working days pass before it goes on."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from services.support.commands import DiscardDraft, ImportLines, RemoveLines, StateStrength, TermsEntry
from services.support.demonstration.cast import (
    CLINIC,
    DAAN,
    DOCTOR,
    FAMILY_DOCTOR,
    HOSPITAL,
    MOVER,
    NEW_TAIPEI,
    NIGHT_DOCTOR,
    NURSE,
    NURSING_HOME,
    PHARMACIST,
    PHARMACY,
    SCHOOL,
    SHORT_LICENCE,
    SURGEON,
    TAIPEI_CITY,
    THERAPIST,
)
from services.support.demonstration.stage import line
from services.support.events import BatchKind, DenialReason, Purpose, ReturnReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.support.demonstration.stage import Stage

    Plot = Callable[[Stage], Iterator[int]]

_LONG = (-40, 80)
"""From six weeks before the story's last day into the next quarter."""
_AHEAD = (7, 90)
_EVENING = ("1800", "2100")
_MORNING = ("0900", "1200")


def say_how_strong(stage: Stage) -> Iterator[int]:
    """自有診次與醫師數 of those who have said it; of the others nothing can be concluded."""
    for home, sessions, doctors in ((CLINIC, 5, 1), (HOSPITAL, 60, 12), (DAAN, 24, 2)):
        stage.ask(StateStrength(sessions, doctors), home.principal)
    yield from ()


def evenings_elsewhere(stage: Stage) -> Iterator[int]:
    """A doctor's own application, which grows: approved, one line cancelled, the other now to be changed."""
    doctor = stage.person(DOCTOR)
    evenings = stage.by_rule("FREQ=WEEKLY;BYDAY=WE", *_EVENING, _LONG)
    saturdays = stage.by_rule("FREQ=MONTHLY;BYDAY=2SA", *_MORNING, _LONG)
    case = stage.submitted(
        doctor,
        line(DOCTOR, DAAN, evenings, remarks="夜診支援"),
        line(DOCTOR, NURSING_HOME, saturdays, (Purpose.GENERAL, Purpose.VACCINATION), "住民健康評估"),
    )
    yield 2
    at_clinic, at_home = stage.approved(case, NEW_TAIPEI)
    yield 12
    cancelling = stage.cancelling(doctor, at_home)
    yield 2
    stage.approved(cancelling, NEW_TAIPEI)
    yield 9
    later = stage.by_rule("FREQ=WEEKLY;BYDAY=WE,FR", "1830", "2100", _AHEAD)
    stage.amending(doctor, at_clinic, TermsEntry((Purpose.GENERAL,), later, "自下月起增加週五"))


def two_of_the_clinic(stage: Stage) -> Iterator[int]:
    """One case of two people, entered by their institution; a change of it is approved, another cancellation denied."""
    clinic = CLINIC.principal
    tuesdays = stage.by_rule("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU", *_MORNING, _LONG)
    vaccinations = stage.on_days("1330", "1630", -20, -6, 8, 22)
    case = stage.submitted(
        clinic,
        line(SHORT_LICENCE, HOSPITAL, tuesdays),
        line(NURSE, SCHOOL, vaccinations, (Purpose.VACCINATION,), "校園流感疫苗接種"),
    )
    yield 3
    rounds, vaccinating = stage.approved(case, NEW_TAIPEI)
    yield 9
    mornings = stage.by_rule("FREQ=WEEKLY;BYDAY=TU", "0830", "1130", _LONG)
    amending = stage.amending(clinic, rounds, TermsEntry((Purpose.GENERAL, Purpose.DIABETES_NETWORK), mornings))
    yield 3
    stage.approved(amending, NEW_TAIPEI)
    yield 2
    cancelling = stage.cancelling(clinic, vaccinating)
    yield 2
    stage.deny(cancelling, NEW_TAIPEI, DenialReason.OTHER, "接種場次已公告，請先與學校協調後再申請。")


def whoever_moves(stage: Stage) -> Iterator[int]:
    """異動執登場所: approved, then practising elsewhere; locked out until the supports from there are cancelled."""
    mover = stage.person(MOVER)
    mondays = stage.by_rule("FREQ=WEEKLY;BYDAY=MO", *_EVENING, _LONG)
    fortnight = stage.throughout(*_MORNING, (20, 34))
    case = stage.submitted(mover, line(MOVER, DAAN, mondays), line(MOVER, HOSPITAL, fortnight))
    yield 3
    stage.approved(case, NEW_TAIPEI)
    yield 19
    stage.move(MOVER, HOSPITAL)


def a_hospital_rests(stage: Stage) -> Iterator[int]:
    """停業 and 復業 of a home institution: a lock that opens by itself."""
    surgeon = stage.person(SURGEON)
    case = stage.submitted(surgeon, line(SURGEON, CLINIC, stage.by_rule("FREQ=DAILY;INTERVAL=10", *_EVENING, _LONG)))
    yield 4
    stage.approved(case, NEW_TAIPEI)
    yield 6
    stage.suspend(HOSPITAL)
    yield 4
    stage.resume(HOSPITAL)


def doctors_from_the_city(stage: Stage) -> Iterator[int]:
    """他院支援本院, of another county: a change denied, a change returned, a cancellation that waits."""
    daan = DAAN.principal
    thursdays = stage.by_rule("FREQ=WEEKLY;BYDAY=TH", *_MORNING, _LONG)
    afternoons = stage.by_rule("FREQ=WEEKLY;BYDAY=TH,FR", "1330", "1700", _LONG)
    case = stage.submitted(daan, line(FAMILY_DOCTOR, CLINIC, thursdays), line(NIGHT_DOCTOR, CLINIC, afternoons))
    yield 2
    first, second = stage.approved(case, TAIPEI_CITY)
    yield 8
    whole_days = stage.by_rule("FREQ=WEEKLY;BYDAY=TH", "0900", "1800", _LONG)
    amending = stage.amending(daan, first, TermsEntry((Purpose.GENERAL,), whole_days))
    yield 3
    stage.deny(amending, TAIPEI_CITY, DenialReason.SHARE_EXCEEDED)
    yield 2
    fridays = stage.by_rule("FREQ=WEEKLY;BYDAY=FR", "1330", "1700", _AHEAD)
    amending = stage.amending(daan, second, TermsEntry((Purpose.GENERAL,), fridays))
    yield 2
    stage.send_back(amending, TAIPEI_CITY, ReturnReason.SCHEDULE, "請說明自何日起變更。")
    yield 6
    stage.cancelling(daan, first)


def a_pharmacist_alone(stage: Stage) -> Iterator[int]:
    """不核准: nobody would stay at the pharmacy."""
    days = stage.by_rule("FREQ=WEEKLY;BYDAY=MO,WE", *_MORNING, _LONG)
    case = stage.submitted(stage.person(PHARMACIST), line(PHARMACIST, NURSING_HOME, days))
    yield 2
    stage.deny(case, TAIPEI_CITY, DenialReason.HOME_UNDERSTAFFED, "執業處所僅有一名藥師。")
    yield 10
    stage.submitted(PHARMACY.principal, line(PHARMACIST, NURSING_HOME, stage.on_days(*_EVENING, 9, 16, 23)))


def what_was_not_clear(stage: Stage) -> Iterator[int]:
    """退回, and 重送 of one of two."""
    therapist = stage.person(THERAPIST)
    days = stage.by_rule("FREQ=WEEKLY;BYDAY=SA", *_MORNING, _AHEAD)
    unclear = stage.submitted(therapist, line(THERAPIST, NURSING_HOME, days))
    yield 2
    stage.send_back(unclear, NEW_TAIPEI, ReturnReason.DOCUMENTS)
    yield 3
    other = stage.submitted(therapist, line(THERAPIST, SCHOOL, stage.on_days(*_MORNING, 12, 19)))
    yield 2
    stage.send_back(other, NEW_TAIPEI, ReturnReason.PURPOSE, "請勾選支援目的。")
    yield 2
    stage.submit(therapist, other)


def what_the_clinic_has_to_mend(stage: Stage) -> Iterator[int]:
    """退回 to an institution, which has not come back to it yet."""
    case = stage.submitted(CLINIC.principal, line(SHORT_LICENCE, NURSING_HOME, stage.on_days(*_EVENING, 13, 27)))
    yield 3
    stage.send_back(case, NEW_TAIPEI, ReturnReason.DOCUMENTS, "請附上養護中心的同意書。")


def what_nobody_has_decided(stage: Stage) -> Iterator[int]:
    """審核中 past its day, with times in two places at once; a later one waits too."""
    evenings = stage.by_rule("FREQ=WEEKLY;BYDAY=WE", "1900", "2200", _AHEAD)
    stage.submitted(CLINIC.principal, line(DOCTOR, HOSPITAL, evenings), line(SHORT_LICENCE, DAAN, evenings))
    yield 5
    fridays = stage.by_rule("FREQ=WEEKLY;BYDAY=TH", "1400", "1800", _AHEAD)
    stage.submitted(DAAN.principal, line(NIGHT_DOCTOR, NURSING_HOME, fridays))
    yield 2
    stage.submitted(stage.person(NURSE), line(NURSE, SCHOOL, stage.on_days(*_MORNING, 15), (Purpose.VACCINATION,)))


def a_workbook(stage: Stage) -> Iterator[int]:
    """整批申請: three rows of four taken, and approved; the same file is known again."""
    clinic = CLINIC.principal
    days = (stage.on_days(*_MORNING, first, first + 14, first + 28) for first in (10, 11, 12))
    lines = tuple(line(NURSE, SCHOOL, picked, (Purpose.VACCINATION,)) for picked in days)
    workbook = sha256("校園接種場次".encode()).hexdigest()
    taking = ImportLines(BatchKind.GENERAL, workbook, lines, rows=(3, 4, 6), refused=(5,))
    case = stage.ask(taking, clinic)
    stage.ask(taking, clinic)
    stage.submit(clinic, case, len(lines))
    yield 2
    stage.approved(case, NEW_TAIPEI)


def what_is_not_submitted(stage: Stage) -> Iterator[int]:
    """未送審: drafts of a person and of an institution; one was thrown away."""
    doctor, clinic = stage.person(DOCTOR), CLINIC.principal
    given_up = stage.drafted(doctor)
    stage.ask(DiscardDraft(given_up.id), doctor)
    days = stage.on_days(*_EVENING, 11, 18)
    case = stage.entered(clinic, line(NURSE, NURSING_HOME, days), line(DOCTOR, SCHOOL, days))
    [_, unwanted] = stage.context.application.desk.application(case.id).lines
    stage.ask(RemoveLines(case.id, (unwanted,)), clinic)
    yield 1
    stage.entered(doctor, line(DOCTOR, HOSPITAL, stage.by_rule("FREQ=MONTHLY;BYMONTHDAY=15", *_MORNING, _AHEAD)))


PLOTS: tuple[tuple[int, Plot], ...] = (
    (30, say_how_strong),
    (28, evenings_elsewhere),
    (28, two_of_the_clinic),
    (27, whoever_moves),
    (26, doctors_from_the_city),
    (25, a_hospital_rests),
    (20, a_pharmacist_alone),
    (15, what_was_not_clear),
    (9, what_nobody_has_decided),
    (8, what_the_clinic_has_to_mend),
    (6, a_workbook),
    (2, what_is_not_submitted),
)
"""Each with how many working days before the last day it begins."""

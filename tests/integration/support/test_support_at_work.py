"""Identity and support together: from a draft to the move lock, with everybody at work behind the log."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, time, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest
from openpyxl import load_workbook

from services.identity import commands as registry
from services.identity.bootstrap import identity_in
from services.identity.commands import LicenceEntry
from services.identity.events import InstitutionKind, StandingReason
from services.support.adapters.batch_rows import GENERAL, RULES, TITLES
from services.support.adapters.workbook import FileNotWorkbook
from services.support.bootstrap import support_in
from services.support.commands import (
    ApproveApplication,
    AssignReview,
    AttachFile,
    BringSupportOver,
    CancelAllOutstanding,
    DraftApplication,
    PlaceEntry,
    SetLines,
    StateStrength,
    SubmitForReview,
)
from services.support.domain import refusals
from services.support.domain.files import PART_BYTES
from services.support.domain.states import ApplicationState, SupportState
from services.support.domain.support import Support
from services.support.entrypoints.opening import application_told
from services.support.entrypoints.service import SupportService
from services.support.events import ApplicationKind, BatchKind, LicenceFinding, Purpose, RecordedBy
from services.support.messages import WORDING
from services.support.read_models.application_search import (
    ApplicationFilters,
    QueueFilters,
    application_seen,
    applications_seen,
    progress_of,
    review_queue,
)
from services.support.read_models.applications import Applications
from services.support.read_models.move_locks import MoveLocks, locks_seen
from services.support.read_models.support_times import SupportTimes, calendar_of
from services.support.read_models.supports import SupportFilters, Supports, supports_seen
from shared.access import SHELL, objection_to
from shared.installation import installation
from shared.principal import VISITOR, Principal, Role
from shared.refusals import Refusal
from shared.rpc.call import Readers
from shared.rpc.refusals import FieldMalformed
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.words import Language
from tests.controls.applicants import OPERATOR, national_id
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC, DAAN_DOCTOR, ZHONGHE_CLINIC, taipei
from tests.controls.supporters import (
    BUREAU,
    HOME,
    OTHER_BUREAU,
    OTHER_INSTITUTION,
    OTHER_PRACTITIONER,
    PRACTITIONER,
    SATURDAY,
    SECOND_REVIEWER,
    line,
)
from tests.unit.support.workbooks import repacked, row_of, saved, sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from shared.application import Outcome
    from shared.read_models.reader import Reader
    from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

CLINICS = {BANQIAO_CLINIC: "新北市", DAAN_CLINIC: "臺北市", ZHONGHE_CLINIC: "新北市"}


class Town:
    """Three clinics and a doctor in the registry, support that follows it, and a clock that both look at."""

    def __init__(self, closing: ExitStack, settings: Any) -> None:
        self.now = taipei(2, 18, 10)
        place = closing.enter_context(installation(settings))
        self.identity = closing.enter_context(identity_in(place, lambda: self.now))
        self.support = closing.enter_context(support_in(place, lambda: self.now))
        self._closing = closing
        self._given = 0
        for code, county in CLINICS.items():
            self.enter(registry.RecordInstitution(code, f"診所{code}", InstitutionKind.CLINIC, county))
        licence = LicenceEntry("醫執字第0012345號", date(2020, 7, 1), date(2026, 6, 30))
        self.enter(
            registry.RecordPractitioner(
                BANQIAO_DOCTOR, "陳安", "A", national_id(1, "C"), BANQIAO_CLINIC, licence=licence
            )
        )
        self.enter(registry.RecordPlace("04595252", "中山區銀髮據點", "臺北市"))

    def enter(self, command: object) -> None:
        self._given += 1
        self.identity.handle(command, OPERATOR, f"registry/{self._given}", self.now)

    def ask(self, command: object, caller: Principal) -> Outcome:
        self._given += 1
        return self.support.handle(command, caller, f"support/{self._given}", self.now)

    def reader(self, model: type[Any]) -> Reader:
        reader = self.support.reader(model)
        self._closing.callback(reader.close)
        return reader

    def knows(self, number: str) -> bool:
        """Whether support knows this practitioner; whoever asks too early is told to ask again."""
        try:
            return self.support.application.desk.register.practitioner(number) is not None
        except refusals.RegisterBehind:
            return False

    def submitted(self, *lines: Any) -> Outcome:
        case = self.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER)
        self.ask(SetLines(case.id, lines), PRACTITIONER)
        return self.ask(SubmitForReview(case.id, len(lines)), PRACTITIONER)

    def approved(self, *lines: Any) -> Outcome:
        case = self.submitted(*lines)
        return self.ask(ApproveApplication(case.id), BUREAU)

    def state(self, support_id: UUID) -> SupportState:
        return self.support.application.load(Support, support_id).state


@pytest.fixture
def town(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Town]:
    names = ("IDENTITY", "SUPPORT", "VAULT")
    dsns = {name: postgres_server.new_database() for name in names}
    settings = load(
        {"CARETRAIL_VAR": str(tmp_path)} | {f"CARETRAIL_DATABASE_{name}": dsn for name, dsn in dsns.items()}
    )
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        yield Town(closing, settings)
    for dsn in dsns.values():
        postgres_server.drop_database(dsn)


@pytest.fixture
def until(town: Town) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Everybody at work; calling it waits until something is so."""
    with town.identity.workers(), town.support.workers() as workers:

        def wait(is_so: Callable[[], object]) -> None:
            while not is_so():
                assert not workers.wait(0.02)

        wait(lambda: town.knows(BANQIAO_DOCTOR))
        wait(lambda: town.support.application.desk.register.institution(ZHONGHE_CLINIC) is not None)
        wait(lambda: town.support.application.desk.register.place("04595252", "中山區銀髮據點") is not None)
        yield wait


def fresh(town: Town, model: type[Any], outcome: Outcome) -> Reader:
    """A reader of the rows that know of this outcome."""
    reader = town.reader(model)
    assert reader.fresh_enough(outcome.id, outcome.version, timeout=20)
    return reader


def test_an_application_is_seen_by_whom_it_concerns_and_by_nobody_else(town, until):
    until(lambda: True)
    case = town.submitted(line(), line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY))
    reader = fresh(town, Applications, case)

    def seen(caller, **filters):
        return [row.case_no for row in applications_seen(reader, caller, ApplicationFilters(**filters)).entries]

    for caller in (PRACTITIONER, HOME, BUREAU, OTHER_BUREAU):  # the other county has a copy
        assert seen(caller) == [case.number]
    assert seen(OTHER_INSTITUTION) == []
    assert seen(HOME, states=(ApplicationState.UNDER_REVIEW,), place=DAAN_CLINIC) == [case.number]
    assert seen(HOME, states=(ApplicationState.DRAFT,)) == []
    assert seen(HOME, place=ZHONGHE_CLINIC) == []
    assert [row.case_no for row in review_queue(reader, BUREAU, QueueFilters(), town.now).entries] == [case.number]
    assert review_queue(reader, OTHER_BUREAU, QueueFilters(), town.now).entries == ()
    progress = progress_of(reader, case.number)
    assert (progress.state, progress.case_no) == (ApplicationState.UNDER_REVIEW, case.number)


def test_cases_are_found_by_where_on_which_days_and_at_what_time_the_support_is(town, until):
    until(lambda: True)
    evenings = town.submitted(line())
    morning = town.submitted(line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY))
    fresh(town, Applications, evenings)
    reader = fresh(town, Applications, morning)

    def seen(**filters):
        found = applications_seen(reader, HOME, ApplicationFilters(**filters)).entries
        return {row.case_no for row in found}

    assert seen(place_named="銀髮") == {morning.number}
    assert seen(place_named=DAAN_CLINIC) == {evenings.number}  # it is called by its code here
    assert seen(first=date(2025, 3, 9)) == {evenings.number}
    assert seen(last=date(2025, 3, 4)) == {evenings.number}
    assert seen(first=date(2025, 3, 8), last=date(2025, 3, 8)) == {evenings.number, morning.number}
    assert seen(starts=time(12)) == {evenings.number}
    assert seen(ends=time(18)) == {morning.number}
    assert seen(place_named="銀髮", starts=time(12)) == set()


def test_names_are_found_in_whatever_width_or_case_they_are_typed_and_with_either_character_for_tai(town, until):
    until(lambda: True)
    name = "台北Happy長照站"
    town.enter(registry.RecordPlace("04595252", name, "臺北市"))
    until(lambda: town.support.application.desk.register.place("04595252", name) is not None)
    case = town.approved(line("04595252", name=name, department=""))
    cases, supports = fresh(town, Applications, case), fresh(town, Supports, case)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in BANQIAO_CLINIC)

    for typed in ("台北", "臺北", "台北 ｈａｐｐｙ", "HAPPY"):
        [found] = applications_seen(cases, HOME, ApplicationFilters(place_named=typed)).entries
        assert found.case_no == case.number
        [held] = supports_seen(supports, HOME, SupportFilters(place_named=typed)).entries
        assert (held.case_no, held.place_name) == (case.number, name)
    [held] = supports_seen(supports, HOME, SupportFilters(institution_named=f"診所{wide}")).entries
    assert supports_seen(supports, HOME, SupportFilters(place_named="臺中")).entries == ()


def test_a_support_tells_with_how_many_others_of_the_same_person_it_shares_a_time(town, until):
    until(lambda: True)
    town.approved(line())
    second = town.approved(line("04595252", name="中山區銀髮據點", department=""))
    third = town.approved(line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY))
    fresh(town, SupportTimes, second)
    fresh(town, SupportTimes, third)
    fresh(town, Supports, third)
    home, receiving = Window(town, HOME), Window(town, OTHER_INSTITUTION)
    until(lambda: len(home.ask("supports")["entries"]) == 3)

    assert {one["case_no"]: one["overlaps"] for one in home.ask("supports")["entries"]}[third.number] == 0
    assert sorted(one["overlaps"] for one in home.ask("supports")["entries"]) == [0, 1, 1]
    assert [one["overlaps"] for one in receiving.ask("supports")["entries"]] == [1]
    assert len(home.ask("supports", place_named="銀髮")["entries"]) == 2
    assert len(receiving.ask("supports", institution_named=BANQIAO_CLINIC)["entries"]) == 1
    assert receiving.ask("supports", institution_named="別的")["entries"] == []
    assert [one["practitioner_name"] for one in receiving.ask("supporters", place=DAAN_CLINIC)] == ["陳安"]
    assert receiving.ask("supporters", institution=DAAN_CLINIC) == []


def test_evidence_at_submission_comes_from_the_register_the_calendar_and_the_clinic(town, until):
    until(lambda: True)
    first = town.approved(line())
    stated = town.ask(StateStrength(10, 1), OTHER_INSTITUTION)
    fresh(town, SupportTimes, first)
    until(lambda: town.support.application.desk.register.strength(DAAN_CLINIC) is not None)
    assert stated.version == 1

    case = town.submitted(line("04595252", name="中山區銀髮據點", department=""), line(schedule=SATURDAY))

    elsewhere, at_clinic = town.support.application.desk.application(case.id).findings
    assert elsewhere.overlap_count == 13
    assert elsewhere.licence is LicenceFinding.COVERS
    assert [(week.sessions, week.own_sessions, week.exceeds) for week in at_clinic.weeks] == [(2, 10, False)]
    assert at_clinic.others_at_home == 0


@pytest.mark.parametrize(("since", "allowed"), [(date(2025, 2, 18), (5, 3, 2)), (date(2025, 2, 19), (4, 2, 1))])
def test_a_finding_tells_what_was_allowed_when_it_was_submitted_whatever_holds_now(town, until, since, allowed):
    until(lambda: True)
    town.ask(StateStrength(10, 1), OTHER_INSTITUTION)
    until(lambda: town.support.application.desk.register.strength(DAAN_CLINIC) is not None)
    case = town.submitted(line(schedule=SATURDAY))
    row = application_seen(fresh(town, Applications, case), HOME, case.id)
    desk = town.support.application.desk
    other = replace(
        desk.policy(town.now), effective_from=since, share_percent=50, supporters_per_doctor=3, home_minimum=2
    )
    desk = replace(desk, policies=(*desk.policies, other))

    [finding] = application_told(desk, row, HOME, lambda _: (), taipei(3, 1, 10)).findings

    [week], [month] = finding.weeks, finding.months
    assert (week.allowed, month.allowed, finding.home_minimum) == allowed


def test_what_is_approved_stands_in_the_calendar_and_in_both_institutions_lists(town, until):
    until(lambda: True)
    case = town.approved(line())
    reader, times = fresh(town, Supports, case), fresh(town, SupportTimes, case)

    def listed(caller, **filters):
        return [row.case_no for row in supports_seen(reader, caller, SupportFilters(**filters)).entries]

    until(lambda: listed(HOME))
    assert listed(HOME, institution=BANQIAO_CLINIC) == [case.number]  # 本院支援他院
    assert listed(OTHER_INSTITUTION, place=DAAN_CLINIC) == [case.number]  # 他院支援本院
    assert listed(BUREAU) == listed(OTHER_BUREAU) == listed(PRACTITIONER) == [case.number]
    assert listed(HOME, first=date(2025, 5, 28)) == []
    assert listed(HOME, last=date(2025, 3, 3)) == []
    april = calendar_of(times, PRACTITIONER, taipei(4, 1, 0), taipei(5, 1, 0))
    assert [time.starts_at for time in april] == [taipei(4, day, 18) for day in (1, 8, 15, 22, 29)]


def test_whoever_moves_is_locked_out_until_the_supports_from_there_are_cancelled(town, until):
    until(lambda: True)
    case = town.approved(line(), line(schedule=SATURDAY))
    locks, reader = town.reader(MoveLocks), town.reader(Supports)
    until(lambda: len(supports_seen(reader, HOME, SupportFilters()).entries) == 2)

    town.now = taipei(3, 1, 9)
    town.enter(registry.MovePractitioner(BANQIAO_DOCTOR, ZHONGHE_CLINIC, date(2025, 3, 1)))
    until(lambda: locks_seen(locks, PRACTITIONER, ()))

    [lock] = locks_seen(locks, HOME, ())
    assert (lock.practitioner, lock.institution) == (BANQIAO_DOCTOR, BANQIAO_CLINIC)
    with pytest.raises(refusals.MoveLocked) as told:
        town.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER)
    assert told.value.params["count"] == 2

    town.ask(CancelAllOutstanding(BANQIAO_DOCTOR, BANQIAO_CLINIC, 2), PRACTITIONER)
    until(lambda: not locks_seen(locks, PRACTITIONER, ()))
    assert {town.state(line_id) for line_id in town.support.application.desk.application(case.id).lines} == {
        SupportState.CANCELLED
    }
    assert town.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER)


AT_THE_SHELL = Principal("shell/root", Role.OPERATOR, SHELL.proofs)


def brought_over(row: int, practitioner: str) -> BringSupportOver:
    """A morning at the third clinic, held from the first."""
    held = {"practitioner": practitioner, "institution": BANQIAO_CLINIC, "place": PlaceEntry(ZHONGHE_CLINIC)}
    known = {"case_no": "11307180001", "recorded_by": RecordedBy.PRACTITIONER, "department": "01"}
    return BringSupportOver(**known, **held, row=row, purposes=(Purpose.GENERAL,), schedule=SATURDAY)


@pytest.fixture
def moved_before(town, until):
    """Locked out by what was brought over of them, who moved before the registry began."""
    town.enter(registry.RecordPractitioner(DAAN_DOCTOR, "王仁", "A", national_id(2, "C"), DAAN_CLINIC))
    until(lambda: town.knows(DAAN_DOCTOR))
    for row in (1, 2):
        town.ask(brought_over(row, DAAN_DOCTOR), AT_THE_SHELL)
    locks = town.reader(MoveLocks)
    until(lambda: locks_seen(locks, OTHER_PRACTITIONER, ()))
    return locks


def test_what_is_brought_over_locks_out_whoever_moved_before_the_registry_began(town, until, moved_before):
    with pytest.raises(refusals.MoveLocked):
        town.ask(DraftApplication(ApplicationKind.NEW), OTHER_PRACTITIONER)

    town.ask(CancelAllOutstanding(DAAN_DOCTOR, BANQIAO_CLINIC, 2), OTHER_PRACTITIONER)
    until(lambda: not locks_seen(moved_before, OTHER_PRACTITIONER, ()))
    assert town.ask(DraftApplication(ApplicationKind.NEW), OTHER_PRACTITIONER)


def test_whoever_moved_before_the_registry_began_is_let_in_again_when_they_come_back(town, until, moved_before):
    town.enter(registry.MovePractitioner(DAAN_DOCTOR, BANQIAO_CLINIC, date(2025, 2, 18)))

    until(lambda: not locks_seen(moved_before, OTHER_PRACTITIONER, ()))
    assert not town.support.application.desk.has_departed(DAAN_DOCTOR, BANQIAO_CLINIC)


def test_a_lock_opens_by_itself_when_the_last_support_is_over(town, until):
    until(lambda: True)
    town.approved(line(schedule=SATURDAY))
    locks = town.reader(MoveLocks)
    town.now = taipei(3, 1, 9)
    town.enter(registry.MovePractitioner(BANQIAO_DOCTOR, ZHONGHE_CLINIC, date(2025, 3, 1)))
    until(lambda: locks_seen(locks, PRACTITIONER, ()))

    town.now = taipei(3, 8, 12) + timedelta(seconds=1)
    until(lambda: not locks_seen(locks, PRACTITIONER, ()))


def test_a_suspension_that_lies_ahead_locks_on_its_day_and_opens_when_it_is_over(town, until):
    until(lambda: True)
    town.approved(line())
    locks, register = town.reader(MoveLocks), town.support.application.desk.register
    town.enter(registry.SuspendPractitioner(BANQIAO_DOCTOR, date(2025, 2, 20), StandingReason.OWN_REQUEST))
    until(lambda: register.practitioner(BANQIAO_DOCTOR).pause)
    assert locks_seen(locks, PRACTITIONER, ()) == []

    town.now = taipei(2, 20, 0)
    until(lambda: locks_seen(locks, PRACTITIONER, ()))

    town.now = taipei(2, 21, 9)
    town.enter(registry.ResumePractitioner(BANQIAO_DOCTOR, date(2025, 2, 21)))
    until(lambda: not locks_seen(locks, PRACTITIONER, ()))


# What the service answers --------------------------------------------------------------------------------------------


class Window:
    """Asks the service's queries as a call would, without a broker between: what is told is what would travel."""

    def __init__(self, town: Town, caller: Principal) -> None:
        self.service = object.__new__(SupportService)
        readers = Readers(town.support)
        town._closing.callback(readers.close)
        self.service.call = SimpleNamespace(
            host=SimpleNamespace(context=town.support), readers=readers, now=town.now, answer=self._answer
        )
        self._caller = caller

    def ask(self, method: str, **payload: Any) -> Any:
        return getattr(self.service, method)(payload)

    def _answer(self, service: object, question: Any, payload: object, written: object) -> Any:  # noqa: ARG002 - as a call
        given = () if question.takes_nothing else (question.form.read(payload),)
        assert objection_to(self._caller, question.parties) is None
        return msgspec.json.decode(msgspec.json.encode(question.method(service, self._caller, *given)))


def test_a_bureau_finds_what_is_its_reviewers_what_is_nobodys_and_what_is_past_its_day(town, until):
    until(lambda: True)
    taken = town.submitted(line())
    town.now += timedelta(minutes=1)
    left = town.submitted(line(schedule=SATURDAY))
    assigned = town.ask(AssignReview(taken.id), BUREAU)
    fresh(town, Applications, assigned)

    def found(**asked):
        return [one["case_no"] for one in Window(town, BUREAU).ask("review_queue", **asked)["entries"]]

    assert found() == [taken.number, left.number]
    assert found(part="yours") == [taken.number]
    assert found(part="unassigned") == [left.number]
    assert found(part="overdue") == []
    assert found(reviewer=BUREAU.id, kinds=["registration"], institution=BANQIAO_CLINIC, place=DAAN_CLINIC) == [
        taken.number
    ]
    assert found(kinds=["cancellation"]) == found(place=ZHONGHE_CLINIC) == found(case_no="11402180099") == []
    assert [one["is_yours"] for one in Window(town, BUREAU).ask("review_queue")["entries"]] == [True, False]
    assert [one["is_yours"] for one in Window(town, SECOND_REVIEWER).ask("review_queue")["entries"]] == [False, False]
    town.now += timedelta(days=30)
    assert found(part="overdue") == [taken.number, left.number]
    standing = Window(town, BUREAU).ask("review_standing")
    assert {name: standing[name] for name in ("waiting", "overdue", "unassigned", "yours")} == {
        "waiting": 2,
        "overdue": 2,
        "unassigned": 1,
        "yours": 1,
    }


def test_a_bureau_counts_what_it_has_approved_by_profession_institution_and_county(town, until):
    until(lambda: True)
    town.approved(line(), line("04595252", name="中山區銀髮據點", department="", schedule=SATURDAY))
    case = town.approved(line(ZHONGHE_CLINIC, schedule=SATURDAY))
    fresh(town, Supports, case)

    def counted(caller, **asked):
        groups = Window(town, caller).ask("statistics", **asked)
        return {group["code"]: (group["name"], group["supports"], group["practitioners"]) for group in groups}

    assert counted(BUREAU, by="profession") == {"A": ("", 3, 1)}
    assert counted(BUREAU, by="institution") == {BANQIAO_CLINIC: (f"診所{BANQIAO_CLINIC}", 3, 1)}
    assert counted(BUREAU, by="place_county") == {"臺北市": ("", 2, 1), "新北市": ("", 1, 1)}
    assert counted(BUREAU, by="profession", first="2025-02-18", last="2025-02-18") == {"A": ("", 3, 1)}
    assert counted(BUREAU, by="profession", last="2025-02-17") == {}
    assert counted(OTHER_BUREAU, by="profession") == {}  # it has copies, and decides nothing of these
    [before] = Window(town, BUREAU).ask("statistics", by="profession")
    town.now += timedelta(days=60)
    [after] = Window(town, BUREAU).ask("statistics", by="profession")
    assert (before["going_on"], after["going_on"], after["cancelled"]) == (3, 1, 0)


def test_what_was_brought_over_was_approved_on_no_day_of_a_period(town, until):
    until(lambda: True)
    fresh(town, Supports, town.ask(brought_over(1, BANQIAO_DOCTOR), AT_THE_SHELL))

    def counted(**asked):
        return [group["supports"] for group in Window(town, BUREAU).ask("statistics", by="profession", **asked)]

    assert counted() == [1]
    assert counted(first="2025-02-18") == counted(last="2025-02-18") == []


def opened(actions):
    return {action["command"] for action in actions if action["objection"] is None}


def test_the_service_tells_each_caller_what_concerns_them_and_what_they_can_do(town, until):
    until(lambda: True)
    case = town.submitted(line())
    fresh(town, Applications, case)
    own, bureau = Window(town, PRACTITIONER), Window(town, BUREAU)

    [listed] = own.ask("applications", states=["under_review"])["entries"]
    assert (listed["case_no"], listed["practitioner_names"], listed["days_waiting"]) == (case.number, ["陳安"], 0)
    assert (listed["first_day"], listed["last_day"]) == ("2025-03-04", "2025-05-27")
    assert opened(listed["actions"]) == set()
    [waiting] = bureau.ask("review_queue")["entries"]
    assert opened(waiting["actions"]) == {
        "assign_review",
        "approve_application",
        "deny_application",
        "return_application",
    }
    whole = bureau.ask("application_whole", application_id=str(case.id))
    assert whole["entries"][0]["after"]["remarks"] == "夜診支援"
    assert whole["findings"][0]["occurrences"] == 13
    [counted] = own.ask("application_counts")
    assert counted == {"state": "under_review", "kind": "registration", "applications": 1}
    assert bureau.ask("review_standing")["waiting"] == 1
    assert Window(town, VISITOR).ask("policy_today")["batch_rows"] == 300
    told = Window(town, VISITOR).ask("progress", case_no=case.number)
    assert told.keys() == {"case_no", "kind", "state", "submitted_at", "due_by", "decided_at"}
    with pytest.raises(refusals.ApplicationUnknown):
        Window(town, OTHER_INSTITUTION).ask("application_whole", application_id=str(case.id))
    with pytest.raises(refusals.ApplicationUnknown):
        own.ask("progress", case_no="11402189999")


def test_the_service_tells_of_supports_times_locks_and_quotas(town, until):
    until(lambda: True)
    case = town.approved(line())
    fresh(town, Supports, case)
    own, home, receiving = Window(town, PRACTITIONER), Window(town, HOME), Window(town, OTHER_INSTITUTION)
    until(lambda: own.ask("supports")["entries"])
    until(lambda: own.ask("calendar", day="2025-04-15"))

    [support] = receiving.ask("supports", place=DAAN_CLINIC, states=["approved"])["entries"]
    assert (support["practitioner_name"], support["terms"]["schedule"]["kind"]) == ("陳安", "recurring")
    actions = own.ask("support_whole", support_id=support["id"])["actions"]
    assert opened(actions) == {"set_amendments", "name_cancellations"}
    assert home.ask("support_counts") == {"supports": 1, "practitioners": 1}
    assert [time["place_name"] for time in home.ask("calendar", day="2025-04-15")] == [f"診所{DAAN_CLINIC}"] * 5
    assert home.ask("move_locks") == []
    [*_, shared_with_april] = receiving.ask("quota", day="2025-03-15")["weeks"]
    assert (shared_with_april["week"], shared_with_april["sessions"]) == ("2025-W14", 1)  # Tuesday 1 April
    used = receiving.ask("quota", day="2025-04-15")
    assert [week["sessions"] for week in used["weeks"]] == [1, 1, 1, 1, 1]
    assert (used["weekly_sessions"], used["source"]) == (None, "衛署醫字第0960222467號")
    for stranger in (home, Window(town, BUREAU)):
        with pytest.raises(refusals.PlaceUnknown):
            stranger.ask("quota", day="2025-04-15", institution=DAAN_CLINIC)
    shown = own.ask(
        "preview_schedule",
        schedule={"kind": "picked", "days": ["2025-02-28", "2025-03-03"], "starts": "0900", "ends": "1200"},
    )
    assert [time["is_holiday"] for time in shown["times"]] == [True, False]

    town.now = taipei(3, 1, 9)
    town.enter(registry.MovePractitioner(BANQIAO_DOCTOR, ZHONGHE_CLINIC, date(2025, 3, 1)))
    until(lambda: own.ask("move_locks"))
    [lock] = own.ask("move_locks")
    assert (lock["cause"], len(lock["outstanding"])) == ("practitioner_moved", 1)
    new_home = Window(town, replace(HOME, id=f"institution/{ZHONGHE_CLINIC}", institution=ZHONGHE_CLINIC))
    [lock] = new_home.ask("move_locks")
    [left] = lock["outstanding"]
    assert (left["case_no"], left["place"]["name"], left["schedule"]) == (
        case.number,
        f"診所{DAAN_CLINIC}",
        support["terms"]["schedule"],
    )
    assert new_home.ask("supports")["entries"] == []  # whoever cancels is told with the lock what it is


def test_places_are_found_by_code_or_name_and_county_with_how_they_stand(town, until):
    until(lambda: True)
    own = Window(town, PRACTITIONER)

    def found(text: str, **asked: Any) -> list[str]:
        return [one["code"] for one in own.ask("places", text=text, **asked)["entries"]]

    assert found("04595") == ["04595252"]
    assert found("銀髮") == found("中山區 銀髮") == ["04595252"]
    assert found("診所3") == sorted(code for code in CLINICS if code.startswith("3"))
    assert found("診所3", county="台北市") == [DAAN_CLINIC]
    first = own.ask("places", text="診所3", limit=1)
    [second] = own.ask("places", text="診所3", limit=1, cursor=first["following"])["entries"]
    assert second["code"] != first["entries"][0]["code"]
    for vague, fault in (("銀", refusals.PlaceSearchTooShort), ("醫院診所", refusals.PlaceSearchTooGeneral)):
        with pytest.raises(fault):
            own.ask("places", text=vague)

    town.enter(registry.SuspendInstitution(DAAN_CLINIC, date(2025, 2, 18), StandingReason.OWN_REQUEST))
    until(lambda: own.ask("places", text=DAAN_CLINIC)["entries"][0]["standing"] != "open")
    [clinic] = own.ask("places", text=DAAN_CLINIC)["entries"]
    assert (clinic["kind"], clinic["institution_kind"], clinic["county"]) == ("institution", "clinic", "臺北市")
    assert (clinic["standing"], clinic["since"]) == ("suspended", "2025-02-18")


def test_a_place_added_a_moment_ago_can_be_supported_at_once(town, until):
    until(lambda: True)
    town.identity.handle(registry.AddPlace("A-740115", "康寧日照", "臺北市"), PRACTITIONER, "place", town.now)
    case = town.submitted(line("A-740115", name="康寧日照", department="", schedule=SATURDAY))
    assert case.version


def test_a_workbook_is_tried_taken_once_and_listed_with_its_draft(town, until):
    until(lambda: True)
    home = Window(town, HOME)
    good = {"place_code": DAAN_CLINIC, "first": "1140304", "last": "1140304", "department": "01"}
    faults = ({"practitioner": BANQIAO_DOCTOR}, {"practitioner": "DR-0"}, {"starts": "2460"})
    rows = [row_of(**good, **fault) for fault in faults]
    content = b64encode(saved(sheet_of(list(GENERAL.headings.values()), *[list(row.values()) for row in rows])))
    asked = {"kind": "general", "content": content.decode(), "language": "zh-Hant"}

    tried = home.ask("dry_run_batch", **asked, choice="all_or_nothing")
    assert (tried["application_id"], tried["taken"], tried["refused"]) == (None, 0, 3)
    fine, unknown, unreadable = tried["rows"]
    assert [remark["code"] for remark in fine["remarks"]] == ["other-rows-at-fault"]
    assert (unknown["number"], unknown["remarks"][0]["column"]) == (3, "A 醫事人員代號")
    assert unreadable["remarks"][0]["words"]
    told = load_workbook(BytesIO(b64decode(home.ask("dry_run_file", **asked, choice="good_rows")["content"])))
    assert [cell.value for cell in told["結果"]["B"]] == ["結果 Result", "可匯入", "有誤，未匯入", "有誤，未匯入"]

    taken = home.ask("import_batch", **asked, choice="good_rows")
    again = home.ask("import_batch", **asked, choice="good_rows")
    assert (taken["taken"], taken["refused"], again["taken"], again["unchanged"]) == (1, 2, 0, 1)
    assert again["case_no"] == taken["case_no"]
    until(lambda: home.ask("batches")["entries"])
    [listed] = home.ask("batches")["entries"]
    assert (listed["case_no"], listed["state"]) == (taken["case_no"], "draft")
    assert (listed["taken"], listed["refused"]) == ([2], [3, 4])
    for other in (OTHER_INSTITUTION, PRACTITIONER):
        assert Window(town, other).ask("batches")["entries"] == []


@pytest.mark.parametrize("kind", ["general", "rules"])
def test_the_template_that_is_given_is_the_one_that_is_read(town, until, kind):
    until(lambda: True)
    home = Window(town, HOME)
    given = home.ask("batch_template", kind=kind)
    assert given["name"].endswith(".xlsx")
    tried = home.ask("dry_run_batch", kind=kind, content=given["content"], choice="good_rows", language="en")
    assert tried["rows"] == []


def test_a_file_that_is_no_workbook_is_refused_before_anything_is_kept(town, until):
    until(lambda: True)
    asked = {"kind": "general", "choice": "good_rows", "language": "en"}
    with pytest.raises(FileNotWorkbook) as refused:
        Window(town, HOME).ask("import_batch", content=b64encode("姓名,時間".encode("cp950")).decode(), **asked)
    assert "Big5" in refused.value.params["found"]
    with pytest.raises(FieldMalformed):
        Window(town, HOME).ask("import_batch", content="not base64!", **asked)


def test_a_file_is_sent_in_parts_and_read_by_whoever_sees_the_case(town, until):
    until(lambda: True)
    case = town.ask(DraftApplication(ApplicationKind.NEW), PRACTITIONER)
    town.ask(SetLines(case.id, (line(),)), PRACTITIONER)
    [line_id] = town.support.application.desk.application(case.id).lines
    own, bureau = Window(town, PRACTITIONER), Window(town, BUREAU)
    content = b"%PDF-1.7 " + b"x" * 700_000 + b"%%EOF"
    upload = uuid4()
    sent = {"application_id": str(case.id), "line_id": str(line_id), "upload": str(upload)}
    for number, part in enumerate((content[:PART_BYTES], content[PART_BYTES:])):
        assert own.ask("receive_part", **sent, number=number, content=b64encode(part).decode()) == {"number": number}
    attached = town.ask(AttachFile(case.id, line_id, upload, 2, "同意書.pdf"), PRACTITIONER)
    fresh(town, Applications, attached)

    [file] = own.ask("application_whole", application_id=str(case.id))["entries"][0]["files"]
    assert (file["name"], file["kind"], file["size"], file["parts"]) == ("同意書.pdf", "pdf", len(content), 2)
    asked = {"application_id": str(case.id), "file_id": file["id"]}
    with pytest.raises(refusals.FileUnknown):  # drafts are nobody's business but the applicant's
        bureau.ask("file_part", **asked, number=0)

    fresh(town, Applications, town.ask(SubmitForReview(case.id, 1), PRACTITIONER))
    for caller in (PRACTITIONER, HOME, BUREAU, OTHER_BUREAU):
        parts = [Window(town, caller).ask("file_part", **asked, number=number) for number in (0, 1)]
        assert {part["media_type"] for part in parts} == {"application/pdf"}
        assert b"".join(b64decode(part["content"]) for part in parts) == content
    for stranger, number in ((OTHER_INSTITUTION, 0), (PRACTITIONER, 2), (PRACTITIONER, -1)):
        with pytest.raises(refusals.FileUnknown):
            Window(town, stranger).ask("file_part", **asked, number=number)


def with_row(**cells: Any) -> bytes:
    """A general workbook with a row that can be taken but for these cells."""
    return saved(sheet_of(list(GENERAL.headings.values()), *(list(row.values()) for row in [general(**cells)])))


def general(**cells: Any) -> dict[str, Any]:
    good = {"practitioner": BANQIAO_DOCTOR, "place_code": DAAN_CLINIC, "first": "1140304", "last": "1140304"}
    return row_of(**{**good, "department": "01", "starts": "0900", "ends": "1200", "remarks": "", **cells})


def with_rows(*rows: dict[str, Any]) -> bytes:
    return saved(sheet_of(list(GENERAL.headings.values()), *(list(row.values()) for row in rows)))


def with_merged_cells() -> bytes:
    workbook = sheet_of(list(GENERAL.headings.values()), list(general().values()))
    workbook.active.merge_cells("A2:B2")
    return saved(workbook)


def of_rules(**cells: Any) -> bytes:
    rule = row_of(BatchKind.RULES, practitioner=BANQIAO_DOCTOR, place_code=DAAN_CLINIC, first="1140304", last="1140527")
    row = {**rule, "pattern": "每週", "number": "", "weekdays": "二", "exceptions": "", **cells}
    return saved(sheet_of(list(RULES.headings.values()), list(row.values()), title=TITLES[BatchKind.RULES]))


WHOLE_FILES = {
    "columns-unknown": lambda: saved(sheet_of([*GENERAL.headings.values(), "電話"], [*general().values(), "02"])),
    "columns-missing": lambda: saved(sheet_of(list(GENERAL.headings.values())[1:], list(general().values())[1:])),
    "rows-too-many": lambda: with_rows(*(general(remarks=str(number)) for number in range(301))),
    "workbook-with-macros": lambda: repacked(with_row(), **{"xl/vbaProject.bin": b"a program"}),
    "cells-merged": with_merged_cells,
    "workbook-too-large": lambda: repacked(with_row(), **{"xl/media/bomb.xml": b"0" * 9_000_000}),
    "file-not-workbook": lambda: ",".join(GENERAL.headings.values()).encode("cp950"),
    "file-empty": lambda: b"",
    "workbook-unreadable": lambda: with_row()[:-200],
}
SINGLE_ROWS = {
    "cell-holds-formula": (lambda: with_row(first="=TODAY()"), "F 開始日期"),
    "malformed-time": (lambda: with_row(starts="2460"), "G 開始時間"),
    "not-your-staff": (lambda: with_row(practitioner=DAAN_DOCTOR), "A 醫事人員代號"),
    "calendars-mixed": (lambda: with_row(last="20250304"), "H 結束日期"),
}


def test_every_workbook_that_cannot_be_taken_is_told_in_words_and_stores_nothing(town, until):
    town.enter(registry.RecordPractitioner(DAAN_DOCTOR, "王仁", "A", national_id(2, "C"), DAAN_CLINIC))
    until(lambda: town.knows(DAAN_DOCTOR))
    home = Window(town, HOME)

    def imported(content: bytes, language: Language, kind: str = "general") -> Any:
        asked = {"kind": kind, "choice": "all_or_nothing", "language": language.value}
        return home.ask("import_batch", content=b64encode(content).decode(), **asked)

    for code, made in WHOLE_FILES.items():
        with pytest.raises(Refusal) as refused:
            imported(made(), Language.CHINESE)
        assert (refused.value.code, refused.value.field) == (code, "file")
        told = {WORDING.words(code, refused.value.params, language) for language in Language}
        assert len(told) == len(Language)
        assert not any("{" in words for words in told), told
    for code, (made, column) in SINGLE_ROWS.items():
        words = set()
        for language in Language:
            [row] = imported(made(), language)["rows"]
            [remark] = row["remarks"]
            assert (row["outcome"], remark["code"], remark["column"]) == ("refused", code, column)
            words.add(remark["words"])
        assert len(words) == len(Language)
    [row] = imported(of_rules(window="0200~0130"), Language.CHINESE, "rules")["rows"]
    assert [remark["column"] for remark in row["remarks"]] == ["K 支援時間"]
    assert town.support.application.recorder.connections.fetch("select count(*) from event") == [(0,)]
    assert imported(with_row(), Language.CHINESE)["taken"] == 1  # nothing but what was wrong stood in the way
    assert imported(of_rules(), Language.CHINESE, "rules")["taken"] == 1

"""The story of support, played over identity and support with everybody at work behind the logs."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.identity import commands as registry
from services.identity.bootstrap import identity_in
from services.matching.demonstration.clock import StoryClock
from services.matching.demonstration.rest import Rest
from services.support.bootstrap import support_in
from services.support.demonstration.cast import CLINIC, DOCTOR, MOVER, NEW_TAIPEI, TAIPEI_CITY, bureau
from services.support.demonstration.play import play
from services.support.domain.states import ApplicationState, SupportState
from services.support.events import LicenceFinding
from services.support.read_models.application_search import queue_standing, state_counts
from services.support.read_models.applications import ApplicationRow, Applications
from services.support.read_models.move_locks import MoveLocks, locks_seen
from services.support.read_models.supports import SupportFilters, Supports, supports_seen
from shared.calendar import working_calendar
from shared.events import event_name, published_by
from shared.installation import installation
from shared.read_models.compare import compare
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from tests.controls.applicants import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.support.bootstrap import SupportContext
    from services.support.demonstration.cast import Player
    from shared.principal import Principal
    from shared.read_models.reader import Reader
    from tests.servers import PostgresServer

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

LAST_DAY = date(2025, 2, 18)
FORMS = {
    "record_institution": registry.RecordInstitution,
    "record_practitioner": registry.RecordPractitioner,
    "record_place": registry.RecordPlace,
}
COUNTIES = (NEW_TAIPEI, TAIPEI_CITY)
NOT_PLAYED = {
    "ApplicationForgotten",
    "FileAttached",
    "FileDetached",
    "RegisterFileAskedForAgain",
    "RegisterFileNotDelivered",
    "RetentionHeld",
    "RetentionHoldLifted",
    "SupportBroughtOver",
}
"""What needs a file, years, or the system before, or goes wrong with the insurer's file."""


@dataclass
class Played:
    """Support after the story, and how to read it."""

    support: SupportContext
    clock: StoryClock
    deeds: Mapping[str, int]
    closing: ExitStack

    def principal(self, player: Player) -> Principal:
        return player.principal(self.support.vault.subject_for([Identifier("national_id", player.identifier)]))

    def reader(self, model: type[Any]) -> Reader:
        reader = self.support.reader(model)
        self.closing.callback(reader.close)
        return reader


@pytest.fixture(scope="module")
def played(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    names = ("IDENTITY", "SUPPORT", "VAULT")
    dsns = {name: postgres_server.new_database() for name in names}
    given = {f"CARETRAIL_DATABASE_{name}": dsn for name, dsn in dsns.items()}
    settings = load({"CARETRAIL_VAR": str(tmp_path_factory.mktemp("var"))} | given)
    clock = StoryClock(working_calendar(), LAST_DAY)
    KombuChannel.queues.clear()
    with ExitStack() as closing:
        place = closing.enter_context(installation(settings))
        identity = closing.enter_context(identity_in(place, clock))
        support = closing.enter_context(support_in(place, clock))

        def enter(method: str, form: Mapping[str, Any], key: str) -> None:
            command = msgspec.convert(form, FORMS[method])
            identity.handle(command, OPERATOR, f"{method}/{key}", clock.next_deed())

        with ExitStack() as working:
            workers = [context.workers() for context in (identity, support)]
            for group in workers:
                working.enter_context(group)
            rest = working.enter_context(Rest([identity, support], workers))
            for group in workers:
                working.callback(group.tell_to_stop)
            deeds = play(support, clock, enter, rest.wait, LAST_DAY)
            rest.wait()
        yield Played(support, clock, deeds, closing)
    for dsn in dsns.values():
        postgres_server.drop_database(dsn)


def test_every_event_that_people_and_the_register_bring_about_is_played(played):
    with played.support.database.connect() as connection:
        happened = {event_name(name) for (name,) in connection.execute("select distinct type from event").fetchall()}

    assert {event_name(name) for name in published_by("support")} - happened <= NOT_PLAYED


def test_an_application_stands_in_every_state_and_some_wait_past_their_day(played):
    reader = played.reader(Applications)
    states = {count.state for county in COUNTIES for count in state_counts(reader, bureau(county))}

    assert states == set(ApplicationState) - {ApplicationState.DRAFT, ApplicationState.DISCARDED}
    assert {count.state for count in state_counts(reader, CLINIC.principal)} >= {ApplicationState.DRAFT}
    for county in COUNTIES:
        assert queue_standing(reader, bureau(county), played.clock()).overdue > 0


def test_supports_stand_in_every_state_and_both_ways(played):
    reader = played.reader(Supports)
    sent = supports_seen(reader, CLINIC.principal, SupportFilters(institution=CLINIC.code)).entries
    received = supports_seen(reader, CLINIC.principal, SupportFilters(place=CLINIC.code)).entries

    assert {row.state for row in [*sent, *received]} == set(SupportState)
    assert {row.county for row in received} == set(COUNTIES)


def test_whoever_moved_is_locked_out_and_the_hospital_that_rested_locks_nobody_any_more(played):
    reader = played.reader(MoveLocks)
    [lock] = locks_seen(reader, CLINIC.principal, ())

    assert (lock.practitioner, lock.institution) == (MOVER.number, CLINIC.code)
    assert locks_seen(reader, played.principal(DOCTOR), ()) == []


def test_times_collide_and_licences_end_for_a_reviewer_to_see(played):
    reader = played.reader(Applications)
    rows = reader.rows(ApplicationRow, "select * from applications")
    findings = [finding for row in rows for finding in row.findings]

    assert any(finding.overlap_count for finding in findings)
    assert {finding.licence for finding in findings} >= {LicenceFinding.COVERS, LicenceFinding.ENDS_BEFORE}
    assert any(week.exceeds for finding in findings for week in finding.weeks)


def test_every_read_model_is_what_a_rebuild_makes_of_the_logs(played):
    support = played.support
    differing = [
        name
        for name, model in support.models.items()
        if not compare(model, support.database, support.logs[model.context]).is_none
    ]

    assert differing == []
    assert played.deeds["SubmitForReview"] > 15

"""Events are shown in their order: to people in columns, to programs in the bytes that were published."""

from __future__ import annotations

import signal
import subprocess
from uuid import uuid4

import pytest

from operate.contexts import compose
from shared.cloudevents import is_unaltered, parse
from shared.context import Duty
from shared.installation import installation as opened
from tests.controls.logbook import eventually, is_whole
from tests.integration.operate.command_line import PROJECT


def tail(installation, *arguments):
    ended = installation.caretrail("events", "tail", "--json", *arguments)
    assert ended.returncode == 0, ended.stderr
    return [parse(line) for line in ended.stdout.splitlines()]


def positions(events):
    return [event.position for event in events]


def test_json_lines_are_the_published_bytes(looked_at):
    ended = looked_at.caretrail("events", "tail", "--from", "1", "--json")
    bodies = [line.encode() for line in ended.stdout.splitlines()]
    assert all(is_unaltered(body) for body in bodies)
    assert is_whole([parse(body) for body in bodies])
    assert looked_at.query("select count(*) from event") == [(len(bodies),)]


def test_people_see_position_time_type_subject_role_and_hash(looked_at):
    headings, first, second, *_ = looked_at.caretrail("events", "tail").stdout.splitlines()
    assert headings.split() == ["position", "time", "(Taipei)", "type", "subject", "role", "hash"]
    [event, *_] = tail(looked_at)
    assert first.split() == [
        *("1", "2025-02-18", "10:00:00", "CaseSubmitted.v1"),
        *(event.subject, "parent", event.hash[:12]),
    ]
    assert second.split()[0] == "2"


def test_without_a_position_the_latest_are_shown(looked_at):
    everything = positions(tail(looked_at, "--from", "1"))
    assert positions(tail(looked_at, "--limit", "2")) == everything[-2:]
    assert positions(tail(looked_at)) == everything


def test_from_a_position_so_many_are_shown(looked_at):
    assert positions(tail(looked_at, "--from", "2", "--limit", "3")) == [2, 3, 4]


def test_only_the_types_asked_for_are_shown(looked_at):
    submitted = tail(looked_at, "--type", "CaseSubmitted")
    assert [event.type for event in submitted] == ["matching.CaseSubmitted.v1"] * 3
    both = tail(looked_at, "--type", "matching.CaseSubmitted.v1", "--type", "PreferenceOffered")
    assert {event.type for event in both} == {"matching.CaseSubmitted.v1", "matching.PreferenceOffered.v1"}
    assert positions(tail(looked_at, "--type", "CaseSubmitted", "--limit", "1")) == [submitted[-1].position]


def test_the_events_of_several_contexts_are_shown_by_their_time(lived_in):
    lived_in.answer("registry", "hospitals", "--county", "連江縣")
    with opened(lived_in.settings) as place, compose("identity")(place) as identity, identity.workers([Duty.RELAY]):
        eventually(lambda: identity.log.head().position)
    shown = tail(lived_in, "--context", "identity", "--type", "InstitutionRegistered", "--limit", "1")
    assert [event.type for event in shown] == ["identity.InstitutionRegistered.v1"]
    matching = tail(lived_in, "--from", "1")
    every = tail(lived_in, "--context", "all", "--limit", "1000")
    assert [event.time for event in every] == sorted(event.time for event in every)
    assert [event for event in every if event.type.startswith("matching.")] == matching
    assert len(every) > len(matching)
    named = lived_in.caretrail("events", "tail", "--context", "matching", "--context", "identity", "--limit", "1000")
    headings, *lines = named.stdout.splitlines()
    assert headings.split()[:2] == ["context", "position"]
    assert {line.split()[0] for line in lines} == {"matching", "identity"}


def test_only_the_case_asked_for_is_shown(looked_at):
    case_no = tail(looked_at)[0].subject
    assert {event.subject for event in tail(looked_at, "--subject", case_no)} == {case_no}
    assert tail(looked_at, "--subject", "nobody") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--type", "CaseSubmited"), "CaseSubmitted"),
        (("--context", "identity", "--type", "CaseSubmitted"), "InstitutionRegistered"),
        (("--from", "0"), "--from"),
        (("--context", "all", "--from", "1"), "--from"),
        (("--from", "the beginning"), "--from"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_mend(looked_at, arguments, said):
    ended = looked_at.caretrail("events", "tail", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.fixture
def following(installation):
    installation.admit(1)
    [(stored,)] = installation.query("select count(*) from event")
    with subprocess.Popen(
        installation.command("events", "tail", "--json", "--follow"),
        cwd=PROJECT,
        env=installation.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        yield process, stored
        process.kill()


def test_following_goes_on_as_events_come_and_ends_quietly_at_ctrl_c(installation, following):
    process, stored = following
    seen = [parse(process.stdout.readline().rstrip(b"\n")) for _ in range(stored)]
    installation.admit(1)
    [(now,)] = installation.query("select count(*) from event")
    seen += [parse(process.stdout.readline().rstrip(b"\n")) for _ in range(now - stored)]
    assert is_whole(seen)
    process.send_signal(signal.SIGINT)
    assert process.stderr.read() == b""
    assert process.wait() == 130


def test_a_reader_who_leaves_is_no_failure(installation, following):
    process, _ = following
    process.stdout.readline()
    process.stdout.close()
    installation.store_unreadable(uuid4(), 1, "matching.CaseSubmitted.v1")
    installation.admit(0)
    assert process.stderr.read() == b""
    assert process.wait() == 141


def test_following_a_position_may_have_a_limit(looked_at):
    assert positions(tail(looked_at, "--follow", "--from", "3", "--limit", "2")) == [3, 4]

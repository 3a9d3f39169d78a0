"""Appending and loading through the library's application."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError

from shared.events import Aggregate
from shared.principal import Assurance, Principal, Role
from shared.store.append import Answer, Reservation
from shared.store.errors import VersionConflict
from shared.store.mapper import NotPublished
from tests.controls.parcels import Parcel, PostOffice, cause, posted

pytestmark = pytest.mark.postgres


class Letter(Aggregate):
    """An aggregate that has not published its events."""

    TOPIC = "parcels.Letter"
    stream_subject = ""


def events_of(connection, parcel):
    return connection.execute(
        "select originator_version, type, data, meta from event where originator_id = %s order by 1", (parcel.id,)
    ).fetchall()


def test_what_was_appended_is_loaded_again(office):
    parcel = posted("P1", "Taipei", "Keelung")
    office.append(parcel, cause=cause())

    loaded = office.load(Parcel, parcel.id)

    assert loaded == parcel
    assert loaded.places == ["Taipei", "Keelung"]


def test_an_event_is_stored_as_the_json_that_is_published_under_its_own_name(office, connection):
    parcel = posted("P1", "Taipei")
    office.append(parcel, cause=cause())

    first, second = events_of(connection, parcel)

    assert first[:2] == (1, "parcels.ParcelPosted.v1")
    assert second[:2] == (2, "parcels.ParcelPassedOn.v1")
    when = parcel.created_on.isoformat().replace("+00:00", "Z")
    assert first[2].decode() == (
        f'{{"originator_id":"{parcel.id}","originator_version":1,"timestamp":"{when}",'
        '"originator_topic":"parcels.Parcel","number":"P1"}'
    )


def test_the_attributes_say_what_it_is_about_and_who_did_it_when_and_why(office, connection):
    parcel = posted("P1")
    why = cause(
        correlation_id="c-1", causation_id="matching/7", traceparent="00-aa-bb-01", policy_version="matching 2025-02"
    )
    office.append(parcel, cause=why)

    [(_, _, _, meta)] = events_of(connection, parcel)

    when = parcel.created_on.isoformat().replace("+00:00", "Z")
    assert meta.decode() == (
        f',"subject":"P1","time":"{when}","correlationid":"c-1","causationid":"matching/7","traceparent":"00-aa-bb-01",'
        '"actorid":"account/clerk","actorrole":"case_manager","actorinstitution":"0101090517",'
        '"assurance":"card+pin,otp","policyversion":"matching 2025-02"'
    )


def test_empty_attributes_are_left_out(office, connection):
    parent = Principal(id="parent/1", role=Role.PARENT, assurances=frozenset({Assurance.OTP}))
    parcel = posted("")
    office.append(parcel, cause=cause(principal=parent, correlation_id=""))

    [(_, _, _, meta)] = events_of(connection, parcel)

    attributes = json.loads(b"{" + meta[1:] + b"}")
    assert set(attributes) == {"time", "causationid", "actorid", "actorrole", "assurance"}


def test_an_append_without_a_causation_gets_one_that_no_other_has(office, connection):
    why = cause(causation_id="")
    parcels = [posted("P1", "Taipei"), posted("P2")]
    for parcel in parcels:
        office.append(parcel, cause=why)

    causations = [
        {json.loads(b"{" + row[3][1:] + b"}")["causationid"] for row in events_of(connection, parcel)}
        for parcel in parcels
    ]

    assert [len(each) for each in causations] == [1, 1]
    assert causations[0] != causations[1]


def test_a_change_that_came_too_late_is_refused_with_all_that_belongs_to_it(office):
    parcel = posted("P1")
    office.append(parcel, cause=cause())
    slow, fast = office.load(Parcel, parcel.id), office.load(Parcel, parcel.id)
    fast.pass_on("Keelung")
    office.append(fast, cause=cause())

    slow.pass_on("Taipei")
    with pytest.raises(VersionConflict) as conflict:
        office.append(
            slow,
            cause=cause(),
            reserve=[Reservation("place", "Taipei", slow.id)],
            answer=Answer("key", b"digest", b"{}"),
        )

    assert (conflict.value.originator_id, conflict.value.version) == (parcel.id, 2)
    assert office.load(Parcel, parcel.id).places == ["Keelung"]
    assert office.holder_of("place", "Taipei") is None
    assert office.answer_to("key") is None


def test_several_aggregates_are_stored_by_one_transaction_in_the_order_given(office, connection):
    first, second = posted("P1", "Taipei"), posted("P2")
    office.append(second, first, cause=cause())

    rows = connection.execute("select originator_id, originator_version, xid from event order by id").fetchall()

    assert [row[:2] for row in rows] == [(second.id, 1), (first.id, 1), (first.id, 2)]
    assert len({row[2] for row in rows}) == 1


def test_several_aggregates_are_stored_together_or_not_at_all(office, connection):
    known = posted("P1")
    office.append(known, cause=cause())
    stale = office.load(Parcel, known.id)
    known.pass_on("Taipei")
    office.append(known, cause=cause())

    fresh = posted("P2")
    stale.pass_on("Keelung")
    with pytest.raises(VersionConflict):
        office.append(fresh, stale, cause=cause())

    assert events_of(connection, fresh) == []


def test_nothing_is_stored_where_nothing_happened(office, connection):
    parcel = posted("P1")
    office.append(parcel, cause=cause())
    office.append(parcel, cause=cause())

    assert len(events_of(connection, parcel)) == 1


def test_an_answer_may_be_stored_where_nothing_happened(office):
    office.append(cause=cause(), answer=Answer("key", b"digest", b'{"unchanged":true}'))

    assert office.answer_to("key") == Answer("key", b"digest", b'{"unchanged":true}')


def test_an_event_nobody_published_is_not_stored(office, connection):
    with pytest.raises(NotPublished, match=r"declare it with @published"):
        office.append(Letter(), cause=cause())

    assert connection.execute("select count(*) from event").fetchall() == [(0,)]


def test_events_without_a_cause_are_not_stored(office, connection):
    with pytest.raises(NotImplementedError, match="says who did it"):
        office.save(posted("P1"))

    assert connection.execute("select count(*) from event").fetchall() == [(0,)]


def test_what_is_not_there_or_is_something_else_is_not_found(office):
    parcel = posted("P1")
    office.append(parcel, cause=cause())

    with pytest.raises(AggregateNotFoundError):
        office.load(Parcel, uuid4())
    with pytest.raises(AggregateNotFoundError):
        office.load(Letter, parcel.id)


def test_events_of_an_aggregate_are_read_by_version_either_way(office):
    parcel = posted("P1", "Taipei", "Keelung", "Yilan")
    office.append(parcel, cause=cause())

    def versions(**bounds) -> list[int]:
        return [event.originator_version for event in office.events.get(parcel.id, **bounds)]

    assert versions() == [1, 2, 3, 4]
    assert versions(gt=1, lte=3) == [2, 3]
    assert versions(desc=True, limit=1) == [4]
    assert versions(lte=0) == []


def test_settings_of_the_process_do_not_reach_the_library(database, monkeypatch):
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "y")
    monkeypatch.setenv("AGGREGATE_CACHE_MAXSIZE", "10")

    with PostOffice(database) as office:
        assert office.snapshots is None
        assert office.repository.cache is None

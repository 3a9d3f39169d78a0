"""One request as a tree: in the order in which it happened, each event below its cause, refused commands among them."""

from __future__ import annotations

from datetime import timedelta

from shared.inspection.events import Fact
from shared.inspection.refusals import Refused
from shared.inspection.trace import Traced, tree
from tests.controls.orders import MORNING


def fact(event_id, cause, seconds, role="process"):
    context, _, position = event_id.partition("/")
    return Fact(
        context=context,
        position=int(position),
        type=f"{context}.Happened.v1",
        time=MORNING + timedelta(seconds=seconds),
        subject="",
        actor="",
        role=role,
        institution="",
        assurance="",
        cause=cause,
        correlation="req-1",
        policy="",
    )


def refused(cause, seconds):
    return Refused(MORNING + timedelta(seconds=seconds), "matching.decline", "busy", "req-1", cause, "", "process")


def told(steps):
    return [(step.depth, step.what.id if isinstance(step.what, Fact) else step.what.code) for step in steps]


def test_each_event_stands_below_the_event_that_caused_it_across_contexts():
    matching = Traced("matching", (fact("matching/7", "c0ffee", 0), fact("matching/8", "c0ffee", 0)), ())
    notifier = Traced("notifier", (fact("notifier/3", "matching/7", 2), fact("notifier/4", "matching/8", 1)), ())
    assert told(tree([notifier, matching])) == [
        (0, "matching/7"),
        (1, "notifier/3"),
        (0, "matching/8"),
        (1, "notifier/4"),
    ]


def test_a_refused_command_stands_below_its_cause_or_where_it_was_asked():
    matching = Traced("matching", (fact("matching/7", "", 1),), (refused("", 0), refused("matching/7", 2)))
    assert told(tree([matching])) == [(0, "busy"), (0, "matching/7"), (1, "busy")]


def test_an_event_whose_cause_belongs_to_another_request_begins_a_tree():
    assert told(tree([Traced("matching", (fact("matching/9", "matching/2", 0),), ())])) == [(0, "matching/9")]

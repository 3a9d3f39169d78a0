"""An event that nobody can parse is shown as such, and those of several contexts stand by their time."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from operate.events import _COLUMNS, _by_time, _Log, _Printer, _Shown, _Wanted

UNREADABLE = b'{"id":"matching/7","position":"7","subject":"x","data":{"garbage":,"previoushash":"","hash":""}'


class OnePage:
    """A log of this one event."""

    def end_of_last_page(self):
        return SimpleNamespace(position=7)

    def end_of_page_before(self, _):
        return SimpleNamespace(position=0)

    def pages_after(self, _):
        return [SimpleNamespace(messages=[("CaseSubmitted", UNREADABLE)])]


def shown(context, second):
    return _Shown(context, b"", None, datetime(2025, 2, 18, 10, 0, second, tzinfo=UTC))


def test_an_unreadable_event_is_shown_with_its_position_whatever_was_asked_for(capsys):
    session = SimpleNamespace(as_json=False, words=lambda key: key)
    log = _Log("matching", OnePage(), _Wanted(frozenset({"matching.CaseSubmitted.v1"}), None))
    _Printer(session, _COLUMNS).print(log.latest(20))
    assert capsys.readouterr().out.splitlines()[-1].split() == ["matching", "7", "events.unreadable"]


def test_events_of_several_contexts_stand_by_their_time_and_each_log_in_its_order():
    found = _by_time([[shown("a", 1), shown("a", 4)], [shown("b", 2), shown("b", 2), shown("b", 5)]])
    assert [(one.context, one.since.second) for one in found] == [("a", 1), ("b", 2), ("b", 2), ("a", 4), ("b", 5)]

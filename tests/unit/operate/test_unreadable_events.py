"""An event that nobody can parse is shown as such."""

from __future__ import annotations

from types import SimpleNamespace

from operate.events import _Printer, _Wanted

UNREADABLE = b'{"id":"matching/7","position":"7","subject":"x","data":{"garbage":,"previoushash":"","hash":""}'


def test_an_unreadable_event_is_shown_with_its_position_whatever_was_asked_for(capsys):
    session = SimpleNamespace(as_json=False, words=lambda key: key)
    _Printer(session).print(filter(_Wanted(frozenset({"matching.CaseSubmitted.v1"}), None), [UNREADABLE]))
    assert capsys.readouterr().out.splitlines()[-1].split() == ["7", "events.unreadable"]

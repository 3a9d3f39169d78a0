"""An answer whose reader has left is no answer."""

import io
import os

import msgspec
import pytest
from rich.console import Console

from operate.session import Session, table
from operate.words import Words
from shared.words import Language


def test_on_a_narrow_terminal_names_are_folded_and_never_cut():
    told = io.StringIO()
    Console(file=told, width=24).print(table(["Name", "Position"], [["offer_next_preference", 1], ["x", 123456789]]))
    assert "…" not in told.getvalue()


class Empty(msgspec.Struct):
    """An answer without anything."""


@pytest.fixture
def left_reader():
    """A pipe into which one can write, and from which nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    yield os.fdopen(writing, "w", closefd=False)
    os.close(writing)


def test_a_reader_who_has_left_does_not_pass_for_the_answer_no(monkeypatch, left_reader):
    monkeypatch.setattr("sys.stdout", left_reader)
    session = Session(Words(Language.ENGLISH), as_json=False, environment={})
    with pytest.raises(BrokenPipeError):
        session.show(Empty(), "a line")

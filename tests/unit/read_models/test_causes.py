"""The event that made a row differ is the first at which both sides part, or else the last that touched the row."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shared.read_models.replay.causes import Telling, caused
from shared.read_models.replay.differences import Difference, Kind
from shared.read_models.replay.folding import Step

KEY, OTHER = ("a",), ("b",)


class Story:
    """A folder that tells these steps: `(position, key, what the row then is)`."""

    def __init__(self, *steps):
        self._steps = [Step(*step) for step in steps]
        self.passes = 0

    def steps(self, keys, columns, until):  # noqa: ARG002 - the story is told whole
        self.passes += 1
        return iter([step for step in self._steps if step.position <= until and step.key in keys])


class Differing(list):
    """Rows that differ, by their keys."""

    shape = SimpleNamespace(key={"id": "text"}, types={"items": "bigint"})

    def __init__(self, *keys):
        super().__init__(Difference(Kind.CHANGED, key, ()) for key in keys)


def causes(before, after, *keys):
    return {row.difference.key: row.position for row in caused(Differing(*keys), before, after)}


def test_where_two_codes_part_is_the_cause_and_not_what_came_after():
    plain = Story((1, KEY, b"1"), (2, KEY, b"2"), (5, KEY, b"5"))
    other = Story((1, KEY, b"1"), (2, KEY, b"x"), (5, KEY, b"y"))
    assert causes(Telling(plain, 5), Telling(other, 5), KEY) == {KEY: 2}


def test_where_one_code_makes_a_row_and_the_other_never_does_its_first_event_is_the_cause():
    assert causes(Telling(Story(), 5), Telling(Story((3, KEY, b"1"), (4, KEY, b"2")), 5), KEY) == {KEY: 3}


def test_what_one_code_does_not_touch_is_no_cause_while_the_rows_stay_equal():
    plain = Story((1, KEY, b"1"), (4, KEY, b"4"))
    other = Story((1, KEY, b"1"), (2, KEY, b"1"), (4, KEY, b"z"))
    assert causes(Telling(plain, 4), Telling(other, 4), KEY) == {KEY: 4}


def test_an_event_that_touches_a_row_twice_is_looked_at_whole():
    plain = Story((1, KEY, b"half"), (1, KEY, b"1"), (2, KEY, b"2"))
    other = Story((1, KEY, b"1"), (2, KEY, b"x"))
    assert causes(Telling(plain, 2), Telling(other, 2), KEY) == {KEY: 2}


@pytest.mark.parametrize(("before", "after"), [(2, 5), (5, 2)])
def test_two_positions_part_at_the_first_event_between_them_that_changes_the_row(before, after):
    story = Story((1, KEY, b"1"), (3, KEY, b"1"), (4, KEY, b"4"), (5, KEY, b"5"))
    assert causes(Telling(story, before), Telling(story, after), KEY) == {KEY: 4}


def test_what_never_parts_was_touched_last_by_its_last_event_and_is_looked_for_in_one_pass():
    story = Story((1, KEY, b"1"), (3, KEY, b"3"), (4, OTHER, b"4"))
    told = Telling(story, 4)
    assert causes(told, told, KEY, OTHER, ("c",)) == {KEY: 3, OTHER: 4, ("c",): None}
    assert story.passes == 1

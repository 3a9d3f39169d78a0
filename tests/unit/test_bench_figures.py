"""A figure that misses its promise is seen by people and by programs."""

import json
from io import StringIO

from rich.console import Console

from bench.figures import Figure, Limit, as_json, compare, table


def speeds(*values):
    return iter(values).__next__


def test_the_ratio_is_the_median_of_pairs_so_that_one_slow_moment_does_not_decide():
    measured, reference = speeds(50, 60, 5, 55, 52), speeds(100, 100, 100, 100, 10)
    figure = compare("append", measured, reference, least=0.5)
    assert (figure.measured, figure.reference, figure.ratio) == (52, 100, 0.55)
    assert figure.is_met


def test_a_figure_below_its_promise_is_missed_in_the_table_and_in_the_json():
    slow = Figure("append", measured=40, reference=100, ratio=0.4, least=0.5)
    console = Console(width=120, record=True, file=StringIO())
    console.print(table([slow]))
    assert "0.40 missed" in console.export_text()
    assert json.loads(as_json([slow]))["all_met"] is False


def test_a_figure_without_a_promise_is_only_shown():
    assert Figure("sealed", measured=1, reference=100, ratio=0.01).is_met


def test_a_wait_beyond_its_limit_is_missed_in_the_table_and_in_the_json():
    slow, shown = Limit("visible", measured=61, most=60), Limit("visible", measured=500)
    console = Console(width=160, record=True, file=StringIO())
    console.print(table([slow, shown]))
    assert "61.00 missed" in console.export_text()
    assert json.loads(as_json([slow]))["all_met"] is False
    assert json.loads(as_json([shown]))["all_met"] is True


def test_a_speed_below_its_limit_is_missed_in_the_table_and_in_the_json():
    slow = Limit("replay", measured=149_000, least=150_000, unit="events/s")
    console = Console(width=160, record=True, file=StringIO())
    console.print(table([slow, Limit("replay", measured=151_000, least=150_000)]))
    shown = console.export_text()
    assert (shown.count("missed"), shown.count("150,000")) == (1, 2)
    assert json.loads(as_json([slow]))["all_met"] is False

"""One performance at a time, in private."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from services.matching.demonstration.venue import VenueTaken, venue

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_performance_is_refused_until_the_first_has_ended(tmp_path: Path):
    directory = tmp_path / "demonstration"
    with venue(directory), pytest.raises(VenueTaken, match=str(directory)), venue(directory):
        pytest.fail("two at a time")
    with venue(directory):
        assert directory.stat().st_mode & 0o777 == 0o700

"""Two demonstrations on one installation would mix their figures."""

from __future__ import annotations

import pytest

from operate.failures import Mistake, Status, sentence
from operate.playing import performed
from operate.session import Session
from operate.words import Words
from services.matching.demonstration.venue import venue
from shared.words import Language


def test_a_second_demonstration_is_refused_with_where_the_first_is_played(tmp_path):
    words = Words(Language.ENGLISH)
    session = Session(words, as_json=True, environment={"CARETRAIL_VAR": str(tmp_path)})
    directory = tmp_path / "demonstration"

    with venue(directory), pytest.raises(Mistake) as refused:
        performed(session, families=1, seed=1)

    assert sentence(refused.value, words) == (
        f"Another demonstration is under way in {directory}: wait for it to end.",
        Status.NOT_POSSIBLE,
    )

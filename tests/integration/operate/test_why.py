"""The command line says why a row is so and what a request has led to, and its exit status says whether that holds."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def case(looked_at):
    [(case_no, case_id)] = looked_at.query("select case_no, id from family_cases order by case_no limit 1")
    return case_no, str(case_id)


def test_a_row_is_told_by_its_case_number_and_the_look_is_kept(looked_at, case):
    case_no, case_id = case
    found = looked_at.answer("why", "family_cases", case_no, "match")

    assert (found["key"], found["equal"], found["column"]) == (case_id, True, "match")
    assert [episode["fact"]["type"] for episode in found["episodes"]] == ["matching.CaseSubmitted.v1"]
    assert found["others"] == 1
    [(actor, role, key)] = looked_at.query("select actor_id, actor_role, key from look order by id desc limit 1")
    assert (actor.partition("/")[0], role, key) == ("shell", "operator", case_id)


def test_people_read_each_event_with_what_it_changed_and_nothing_sealed(looked_at, case):
    ended = looked_at.caretrail("why", "matching.family_cases", case[0], "due_by", "--until", "2")

    assert ended.returncode == 0
    assert "matching/2  2025-02-18 10:00:00  PreferenceOffered" in ended.stdout
    assert "1 events decided due_by; 1 others touched the row" in ended.stdout
    assert "sealed, subject s-" in ended.stdout
    assert "It is noted that you have looked at this row." in ended.stdout


def test_a_row_that_is_not_what_its_events_make_of_it_ends_with_1(lived_in):
    [(case_no,)] = lived_in.query("select case_no from family_cases order by case_no limit 1")
    lived_in.query("update family_cases set county = '連江縣' where case_no = %s", case_no)

    found = lived_in.answer("why", "family_cases", case_no, status=1)

    assert (found["equal"], found["differing"]) == (False, ["county"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("family_case", "1"), "family_cases"),
        (("family_cases", "250218P9999999"), "Its key is written as id"),
        (("family_cases", "{case_no}", "conty"), "county"),
        (("family_cases", "{case_no}", "--page", "9"), "1 pages"),
        (("family_cases", "{case_no}", "--until", "yesterday"), "neither a position nor a time"),
    ],
)
def test_what_there_is_not_ends_with_2_and_says_what_there_is(looked_at, case, asked, said):
    ended = looked_at.caretrail("why", *(part.format(case_no=case[0]) for part in asked))
    assert ended.returncode == 2
    assert said in ended.stderr


def test_a_request_is_told_with_what_followed_from_it(looked_at, case):
    [row] = looked_at.answer("why", "family_cases", case[0])["episodes"][:1]
    correlation = row["fact"]["correlation"]

    ended = looked_at.caretrail("trace", correlation)

    assert ended.returncode == 0
    assert ended.stdout.splitlines()[0].startswith("matching/1  2025-02-18 10:00:00  CaseSubmitted  parent")
    unknown = looked_at.caretrail("trace", "nobody-asked-this")
    assert unknown.returncode == 2
    assert "copy the correlation id" in unknown.stderr

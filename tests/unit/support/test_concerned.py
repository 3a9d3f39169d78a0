"""Who sees which lines, findings and files of an application, and as of when."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from services.support import events
from services.support.read_models.applications import Applications
from services.support.read_models.concerned import as_concerns
from tests.controls.family import BANQIAO_DOCTOR, taipei
from tests.controls.support import (
    DAAN,
    FILE,
    FINDING,
    LINE,
    SECOND_LINE,
    file_attached,
    schedule_set,
    support_discarded,
    support_drafted,
    support_returned,
    support_submitted,
)
from tests.controls.supporters import BUREAU, COLLEAGUE, HOME, INSURER, OTHER_BUREAU, PRACTITIONER
from tests.unit.matching_models.story import fold

COLLEAGUES_LINE = with_fields(
    SECOND_LINE,
    practitioner=COLLEAGUE.number,
    place=events.SupportedPlace(DAAN.kind, "3531012345", "中和診所", "新北市"),
)
OF_BOTH = (
    support_drafted(recorded_by=events.RecordedBy.INSTITUTION, practitioner=""),
    schedule_set(LINE, COLLEAGUES_LINE),
    file_attached(),
    support_submitted(findings=(FINDING, with_fields(FINDING, line=COLLEAGUES_LINE.id))),
)
OTHERS = (BUREAU, INSURER)
SECOND_PRACTITIONER = replace(PRACTITIONER, id="person/3", acts_for=frozenset({COLLEAGUE.number}))


def seen(caller, *told):
    """The application as one caller sees it."""
    [row] = fold(Applications(), told).values()
    return as_concerns(row, caller)


@pytest.mark.parametrize(
    ("caller", "line", "files"),
    [(PRACTITIONER, LINE, (FILE,)), (SECOND_PRACTITIONER, COLLEAGUES_LINE, ()), (OTHER_BUREAU, LINE, (FILE,))],
    ids=["practitioner", "colleague", "bureau with a copy"],
)
def test_a_practitioner_sees_their_own_lines_and_a_bureau_with_a_copy_those_in_its_county(caller, line, files):
    row = seen(caller, *OF_BOTH)

    [entry] = row.entries
    assert (entry.id, entry.files) == (line.id, files)
    assert [finding.line for finding in row.findings] == [line.id]
    assert row.practitioners == (line.practitioner,)


@pytest.mark.parametrize("caller", [HOME, *OTHERS], ids=["home", "bureau", "insurer"])
def test_the_applicant_the_bureau_that_decides_and_overseers_see_every_line(caller):
    row = seen(caller, *OF_BOTH)

    assert [entry.id for entry in row.entries] == [LINE.id, COLLEAGUES_LINE.id]
    assert len(row.findings) == len(row.entries)


@pytest.mark.parametrize(
    "caller", [PRACTITIONER, OTHER_BUREAU, *OTHERS], ids=["practitioner", "copy", "bureau", "insurer"]
)
@pytest.mark.parametrize("after", [(), (support_discarded(),)], ids=["open", "discarded"])
def test_what_is_entered_after_a_return_is_seen_by_the_applicant_alone_until_it_is_submitted_again(caller, after):
    changed = with_fields(LINE, place=SECOND_LINE.place)
    second = with_fields(FILE, id=COLLEAGUES_LINE.id)
    entered = (*OF_BOTH, support_returned(), schedule_set(changed), file_attached(file=second))

    [entry] = [entry for entry in seen(caller, *entered, *after).entries if entry.id == LINE.id]
    assert (entry.place, entry.files) == (LINE.place, (FILE,))
    [own, _] = seen(HOME, *entered, *after).entries
    assert (own.place, own.files) == (changed.place, (FILE, second))

    again = support_submitted(number=2, timestamp=taipei(3, 1, 9))
    assert seen(caller, *entered, again).entries[0].files == (FILE, second)


def test_whom_it_is_about_is_who_was_in_it_when_it_was_submitted():
    [row] = fold(Applications(), (*OF_BOTH[:3],)).values()
    assert row.concerned == ()

    added = with_fields(COLLEAGUES_LINE, practitioner="DR-001236")
    [row] = fold(Applications(), (*OF_BOTH, support_returned(), schedule_set(added))).values()
    assert row.concerned == tuple(sorted({BANQIAO_DOCTOR, COLLEAGUE.number}))

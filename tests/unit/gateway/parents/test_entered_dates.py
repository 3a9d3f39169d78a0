"""Dates as families type them."""

from datetime import date

import pytest

from services.gateway.web.parents.entered_dates import ROC, WESTERN, EnteredDate, fields_of
from shared.refusals import FieldMissing
from shared.taiwan.dates import ImpossibleDate, MalformedRocDate


@pytest.mark.parametrize(
    ("era", "year"),
    [(ROC, "114"), (WESTERN, "2025"), (ROC, "2025"), (WESTERN, "114"), (ROC, "０１１４"), ("", " 114 ")],
)
def test_a_year_tells_its_era_whatever_was_chosen(era, year):
    assert EnteredDate(era, year, "11", "８").parsed("born") == date(2025, 11, 8)


def test_a_year_of_the_other_era_is_noticed():
    assert EnteredDate(ROC, "2025", "11", "8").is_of_other_era
    assert EnteredDate(WESTERN, "114", "11", "8").is_of_other_era
    assert not EnteredDate(ROC, "114", "11", "8").is_of_other_era
    assert not EnteredDate(WESTERN, "2025", "11", "8").is_of_other_era


@pytest.mark.parametrize(
    ("entered", "refusal"),
    [
        (EnteredDate(ROC, "", "", ""), FieldMissing),
        (EnteredDate(ROC, "114", "", "8"), MalformedRocDate),
        (EnteredDate(ROC, "114", "2", "30"), ImpossibleDate),
        (EnteredDate(ROC, "民國", "2", "3"), MalformedRocDate),
        (EnteredDate(ROC, "<b>", "2", "3"), MalformedRocDate),
    ],
)
def test_what_is_no_day_is_refused_by_the_name_of_its_field(entered, refusal):
    with pytest.raises(refusal) as refused:
        entered.parsed("child.birth_date")
    assert refused.value.field == "child.birth_date"


@pytest.mark.parametrize("era", [ROC, WESTERN])
def test_a_day_written_into_its_fields_is_read_from_them_again(era):
    fields = fields_of(date(2024, 2, 29), "born", era)
    assert EnteredDate.of(fields, "born").parsed("born") == date(2024, 2, 29)

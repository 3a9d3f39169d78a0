"""Makes `working_days.csv` anew from the government's office calendars as PyPI's `taiwan-holidays` carries them.

Run by hand when a year is published, see README.md:

    pip install --no-deps taiwan-holidays && python -m shared.reference.export_working_days
"""

from __future__ import annotations

import csv
import sys
from datetime import date, datetime
from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGET = Path(__file__).with_name("working_days.csv")
HEADER = """\
# Days on which Taiwan's government offices depart from Monday to Friday (行政院人事行政總處 辦公日曆表).
# holiday = a weekday off, make-up = a Saturday or Sunday worked (補行上班). A year without a row here is not covered.
# Exported by shared/reference/export_working_days.py from PyPI taiwan-holidays {version} (MIT). Do not edit by hand.
"""
FREE = "2"
"""是否放假: 2 is a day off, 0 a working day."""


def exceptions(calendar: Path) -> Iterator[tuple[date, str, str]]:
    """Each day of one year's calendar that is not what its weekday says: date, kind, name."""
    with calendar.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["西元日期"], "%Y%m%d").date()  # noqa: DTZ007 - a calendar day has no zone
            free = row["是否放假"] == FREE
            if free != (day.weekday() >= 5):
                yield day, "holiday" if free else "make-up", row["備註"]


def main() -> None:
    """Write the table, sorted by date."""
    with as_file(files("taiwan_holidays").joinpath("data")) as folder:
        days = sorted(day for calendar in folder.glob("*.csv") for day in exceptions(calendar))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER.format(version=version("taiwan-holidays")))
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("date", "kind", "name"))
        table.writerows(days)
    sys.stdout.write(f"{TARGET.name}: {len(days)} days from {days[0][0]} to {days[-1][0]}\n")


if __name__ == "__main__":
    main()

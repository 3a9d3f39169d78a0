"""Dated public facts as CSV files, with one way to read them; README.md says where each comes from."""

from __future__ import annotations

import csv
from importlib.resources import files


def rows(file_name: str) -> list[dict[str, str]]:
    """The rows of one CSV file of this package, by column name; lines that begin with `#` say where it comes from."""
    text = files(__name__).joinpath(file_name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))

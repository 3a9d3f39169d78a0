"""What became of a file that was taken in: a result for each row, in the user's words, and the counts of all."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

from shared.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.imports.files import Columns
    from shared.words import Wording


class RowOutcome(StrEnum):
    """What became of one row."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Remark:
    """Something to mend in a row, or to look at although it was taken: its code, its column, and the words for it."""

    code: str
    column: str
    words: Mapping[Language, str]


@dataclass(frozen=True)
class RowResult:
    """One row, numbered from 1 below the headings; `entry` is the number that people know it by, or empty."""

    number: int
    outcome: RowOutcome
    entry: str = ""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class ImportSummary:
    """How a file was read (its SHA-256 in hex, its encoding) and how many of its rows came out how."""

    digest: str
    encoding: str
    taken: int
    unchanged: int
    refused: int

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return self.taken + self.unchanged + self.refused

    @property
    def counts(self) -> dict[str, int]:
        """The figures by name."""
        return {"rows": self.rows, "taken": self.taken, "unchanged": self.unchanged, "refused": self.refused}


def summarised(
    digest: str, encoding: str, results: Iterable[RowResult], tell: Callable[[RowResult], None]
) -> ImportSummary:
    """Take every row's result as it comes, `tell` it, and count."""
    counts = dict.fromkeys(RowOutcome, 0)
    for result in results:
        counts[result.outcome] += 1
        tell(result)
    return ImportSummary(
        digest, encoding, counts[RowOutcome.TAKEN], counts[RowOutcome.UNCHANGED], counts[RowOutcome.REFUSED]
    )


def remark_on(wording: Wording, columns: Columns, code: str, field: str, params: Mapping[str, object]) -> Remark:
    """What a context says to a refusal or a notice of this code, beside the column as the file heads it."""
    said = {language: wording.words(code, params, language) for language in Language}
    return Remark(code, columns.headings.get(field, field), said)


class ResultFile:
    """Writes the result of each row as CSV, for whoever has to mend the file; `heading` stands over the entries."""

    def __init__(self, text: TextIO, heading: str) -> None:
        self._writer = csv.writer(text)
        self._writer.writerow(["列", "結果", heading, "代碼", "欄位", "說明", "Explanation"])

    def tell(self, result: RowResult) -> None:
        """Add one row; several remarks share it, a line each in their cells."""
        remarks = result.remarks
        self._writer.writerow(
            [
                result.number,
                result.outcome.value,
                result.entry,
                "\n".join(remark.code for remark in remarks),
                "\n".join(remark.column for remark in remarks),
                "\n".join(remark.words[Language.CHINESE] for remark in remarks),
                "\n".join(remark.words[Language.ENGLISH] for remark in remarks),
            ]
        )

"""docs/coverage.md names, row by row, the tests that hold what the domain asks for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COVERAGE = ROOT / "docs" / "coverage.md"
LATER = ("Audit", "Support", "Referral", "Claims", "Agencies")
"""What is built after the core, in order; a row that waits for one of them names it."""
ROWS = {
    "§1.1": [str(number) for number in range(1, 29)],
    "§1.2": [str(number) for number in range(1, 34)],
    "§1.3": ["§1.3 1", "§1.3 2", "§1.3 3", "§1.4 1"],
    "§1.6": ["paper enrolments", "院所查詢", "停業/歇業", "notices page"],
    "§2.1": [
        "SubmitApplication",
        "AmendPreferences",
        "Accept",
        "Decline",
        "ExportBatch",
        "RecordEnrolment",
        "RecordEnrolment elsewhere",
        "Withdraw",
        "OfferDeadlinePassed",
        "NoticeDeadlinePassed",
        "ReportBirth",
        "Lock rule",
        "Notifications",
    ],
    "§2.2": ["RequestChange", "NotifyParties", "ConfirmClosure", "PreferenceOffered", "then as 2.1", "never enrolled"],
    "§2.3": [
        "StartSingle",
        "ImportBatch",
        "AddSchedule",
        "SubmitForReview",
        "Approve",
        "Deny",
        "Return",
        "RequestAmend",
        "RequestCancel",
        "ApproveAmend, DenyAmend",
        "ApproveCancel, DenyCancel",
        "PractitionerMoved, InstitutionClosed",
        "CancelAllOutstanding",
        "RetentionExpired",
        "RegisterFileProduced",
    ],
}
"""Every row of the sections that the core answers for, and in §1.6 and §2 what the rows are called here."""
SECTIONS = ("§0", "§1.2", "§1.3", "§1.4", "§1.5", "§2.3", "§2.4", "§2.5", "§2.6", "§2.7", "§2.8", "§2.9", "§2.10")
SECTIONS += ("§2.11", "§3", "§4", "§5", "§6", "§7", "§8")
"""The rest, a line each."""


def rows_of(text):
    """The cells of every table row, by the heading above it: {"§1.1": [["1", "…", "…"], …]}."""
    found = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.split()[1]
        elif line.startswith("| ") and not set(line) <= set("| -"):
            found.setdefault(heading, []).append([cell.strip() for cell in line.strip("|").split(" | ")])
    return {heading: rows[1:] for heading, rows in found.items()}


def faults_of(cell):
    """What is wrong with the cell that says which test holds a row: nothing, or the tests that do not exist."""
    named = re.findall(r"`(tests/[^`]+)`", cell)
    if not named:
        waits = any(f"with {later}" in cell for later in LATER)
        return [] if waits else [f"no test and no later part: {cell!r}"]
    return [name for name in named if not exists(name)]


def exists(name):
    """Whether a test file, or `file::test` in it, is there."""
    file, _, test = name.partition("::")
    path = ROOT / file
    if not path.exists():
        return False
    if not test:
        return True
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == test for node in ast.walk(tree))


@pytest.fixture(scope="module")
def listed():
    return rows_of(COVERAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("section", sorted(ROWS))
def test_every_row_of_the_section_is_listed_in_order(section, listed):
    assert [row[0] for row in listed[section]] == ROWS[section]


def test_every_other_section_has_its_line(listed):
    assert [row[0] for row in listed["Elsewhere"]] == list(SECTIONS)


def test_every_test_named_exists_and_every_row_without_one_says_what_it_waits_for(listed):
    faults = [
        f"{heading} {row[0]}: {fault}"
        for heading, rows in listed.items()
        for row in rows
        for fault in faults_of(row[-1])
    ]

    assert faults == []


def test_a_test_that_does_not_exist_and_an_empty_promise_are_found():
    here = "tests/architecture/test_coverage.py"

    assert faults_of(f"`{here}::test_every_other_section_has_its_line`") == []
    assert faults_of(f"`{here}::test_nobody_wrote`") == [f"{here}::test_nobody_wrote"]
    assert faults_of("`tests/unit/test_nothing.py`") == ["tests/unit/test_nothing.py"]
    assert faults_of("with Support") == []
    assert faults_of("some day") == ["no test and no later part: 'some day'"]

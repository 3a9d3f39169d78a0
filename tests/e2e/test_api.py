"""The API as programs find it: over HTTP, with every context behind it."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_a_clinic_reads_its_list_to_the_end_and_takes_it_as_a_table(program):
    assert program.come_in("case_manager")["device"]
    entries, cursor = [], ""
    while cursor is not None:
        page = program("GET", f"/offers?limit=2{cursor and f'&cursor={cursor}'}").json()
        entries, cursor = entries + page["entries"], page["following"]
    table = program("GET", "/offers?limit=2", Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))

    assert len(entries) > 2
    assert [row["case_id"] for row in rows] == [entry["case_id"] for entry in entries]
    assert table.headers["Transfer-Encoding"] == "chunked"


def test_a_family_reads_its_case_withdraws_once_and_reads_its_own_write(program):
    program.come_in("parent", "matching")
    [case] = [one for one in program("GET", "/cases").json() if one["match"] == "matching"]
    found = program("GET", f"/cases/{case['case_no']}")
    actions = {one["command"]: one for one in program("GET", f"/cases/{case['id']}/actions").json()}
    path, key, moved = f"/cases/{case['id']}/withdrawal", str(uuid4()), {"reason": "moved"}

    stale = program.command("POST", path, moved, If_Match='"1"')
    done = program.command("POST", path, moved, Idempotency_Key=key)
    again = program.command("POST", path, moved, Idempotency_Key=key)
    other = program.command("POST", path, {"reason": "mistake"}, Idempotency_Key=key)
    seen = program("GET", f"/cases/{case['case_no']}", Caretrail_Written=done.headers["Caretrail-Written"])

    assert found.json()["id"] == case["id"]
    assert actions["withdraw"]["objection"] is None
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    assert (done.status_code, again.json()) == (200, done.json())
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert "Caretrail-Stale" not in seen.headers
    assert seen.json()["match"] == "withdrawn"


def test_nobody_reads_what_is_not_theirs(program):
    assert program("GET", "/offers").status_code == 401
    program.come_in("case_manager")
    assert program("GET", "/board").status_code == 403
    assert program("GET", f"/offers/{uuid4()}/record").status_code == 404
    program("DELETE", "/sessions", {})
    wrong = program("POST", "/sessions/proof", {"password": "of somebody else"})
    assert wrong.status_code in {401, 422}


@pytest.mark.parametrize("identifier", ["", " ", "\u3000"])
def test_who_searches_by_nothing_finds_nobody(program, identifier):
    program.come_in("bureau_manager")
    mother = {"mother": {"kind": "passport", "identifier": identifier}}

    assert program("POST", "/jurisdiction/cases/search", mother).json()["entries"] == []


def test_what_is_wrong_with_a_form_is_told_field_by_field(program):
    program.come_in("parent", "unmatched")
    answer = program.command("POST", "/cases", {"contact": {"name": 1}, "preferences": "none", "invented": True})

    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} >= {"child", "mother", "contact.name", "preferences"}


def test_the_guide_of_the_api_runs_as_it_is_written(site, tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    door = site.door("case_manager")
    printed = f"SITE={site.address}\nEMAIL={door.address}\nPASSWORD='{door.password}'\n"

    script = ["bash", "-euo", "pipefail", "-c", printed + "".join(blocks[1:])]
    whole = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert whole.returncode == 0, whole.stderr
    lines = whole.stdout.splitlines()
    assert sum(line.startswith('{"id":') for line in lines) == 2
    assert "10" in lines
    assert '"status": 422,' in whole.stdout
    assert (tmp_path / "enrolments.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_no_line_of_the_log_names_anybody_or_opens_anything(site, program):
    token = program.come_in("case_manager")["session"]
    offer = program("GET", "/offers").json()["entries"][0]
    program("POST", "/offers/search", {"mother": offer["mother"]})
    log = site.log()

    assert "/api/v1/offers/search" in log
    for personal in (
        token,
        offer["mother"]["identifier"],
        offer["contact"]["name"],
    ):
        assert personal not in log

"""An operator brings over what the system before has approved: tried first, then once, each row told."""

from __future__ import annotations

import csv

import pytest

from operate.failures import Status
from services.identity.bootstrap import identity_in
from services.support.adapters.legacy_import import COLUMNS
from shared.context import Duty
from shared.installation import installation as opened
from shared.transport.inproc import KombuChannel
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC

pytestmark = pytest.mark.postgres

INSTITUTIONS = [
    "醫事機構代碼,機構名稱,院所類別,縣市",
    f"{BANQIAO_CLINIC},板橋安康小兒科診所,診所,新北市",
    f"{DAAN_CLINIC},大安仁愛診所,診所,臺北市",
]
PERSONNEL = [
    "醫事人員代號,姓名,醫事人員類別,身分證字號,執業機構代碼",
    f"{BANQIAO_DOCTOR},陳安,A,F100000015,{BANQIAO_CLINIC}",
]
APPROVED = f"11307180001,1,人員,{BANQIAO_DOCTOR},{BANQIAO_CLINIC},{DAAN_CLINIC},,一般支援,01,1990304,0900,1990304,1200"
OF_NOBODY = APPROVED.replace(BANQIAO_DOCTOR, "DR-0").replace(",1,", ",2,", 1)


@pytest.fixture
def town(installation, tmp_path):
    """Two clinics and a doctor in a registry whose log has been published."""
    for kind, rows in (("institutions", INSTITUTIONS), ("personnel", PERSONNEL)):
        installation.answer("registry", "import", kind, written(tmp_path, *rows))
    KombuChannel.queues.clear()
    with opened(installation.settings) as place, identity_in(place) as identity:
        [(stored,)] = identity.application.recorder.connections.fetch("select count(*) from event")
        with identity.workers([Duty.RELAY]) as workers:
            while identity.log.head().position < stored:
                assert not workers.wait(0.02)
    return installation


def written(folder, *rows):
    path = folder / "file.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def brought(town):
    [(count,)] = town.query("select count(*) from support.event where type = 'support.SupportBroughtOver.v1'")
    return count


def test_what_was_approved_before_is_tried_and_then_brought_over_once(town, tmp_path):
    file = written(tmp_path, ",".join(COLUMNS.headings.values()), APPROVED, OF_NOBODY)
    tried = town.answer("support", "import-legacy", file, "--dry-run", status=Status.NO)
    assert (tried["stored"], tried["taken"], tried["refused"], brought(town)) == (False, 1, 1, 0)
    [remark] = tried["remarks"]
    assert (remark["row"], remark["code"], remark["column"]) == (2, "practitioner-unknown", "醫事人員代號")

    results = tmp_path / "results.csv"
    taken = town.answer("support", "import-legacy", file, "--results", str(results), status=Status.NO)
    again = town.answer("support", "import-legacy", file, status=Status.NO)
    assert (taken["stored"], taken["taken"], again["taken"], again["unchanged"], brought(town)) == (True, 1, 0, 1, 1)
    told = list(csv.DictReader(results.read_text("utf-8-sig").splitlines()))
    assert [(row["結果"], row["案件編號"]) for row in told] == [("taken", "11307180001"), ("refused", "")]


def test_a_file_with_other_columns_is_refused_as_a_whole(town, tmp_path):
    file = written(tmp_path, ",".join([*COLUMNS.headings.values(), "備註"]), f"{APPROVED},夜診")
    refused = town.caretrail("support", "import-legacy", file)
    assert refused.returncode not in {0, Status.NO}
    assert "備註" in refused.stderr
    assert brought(town) == 0

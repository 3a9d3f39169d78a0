"""An operator fills a fresh registry: the published hospitals, and files of the register with each row told."""

from __future__ import annotations

import csv

import pytest

from operate.failures import Status
from services.identity.adapters.published_hospitals import published_hospitals
from tests.controls.family import BANQIAO_CLINIC, DAAN_CLINIC

HEADINGS = "醫事機構代碼,機構名稱,院所類別,縣市,區域,診療科別,參與計畫"
BANQIAO = f"{BANQIAO_CLINIC},板橋安康小兒科診所,診所,新北市,板橋區,小兒科,幼兒專責醫師114/01/01"
DAAN = f"{DAAN_CLINIC},大安診所,診所,臺北市,大安區,04,"
FAULTY = "35,太短,診所,臺北市,,,"

pytestmark = pytest.mark.postgres


@pytest.fixture
def file(tmp_path):
    """A file of institutions with these rows."""

    def written(*rows, headings=HEADINGS):
        path = tmp_path / "institutions.csv"
        path.write_text("\n".join([headings, *rows]), encoding="utf-8")
        return str(path)

    return written


def entered(installation):
    """How many institutions there are, and how many take part in the programme of dedicated doctors."""
    registered = "type = 'identity.InstitutionRegistered.v1'"
    joined = "type = 'identity.ProgrammeJoined.v1' and position('dedicated_doctor' in convert_from(data, 'UTF8')) > 0"
    query = f"select count(*) filter (where {registered}), count(*) filter (where {joined}) from identity.event"
    [counts] = installation.query(query)
    return counts


def events(installation):
    [(count,)] = installation.query("select count(*) from identity.event")
    return count


def test_the_published_hospitals_are_entered_once_and_their_second_time_changes_nothing(installation):
    first = installation.answer("registry", "hospitals", "--programme", "dedicated_doctor")
    there = events(installation)
    again = installation.answer("registry", "hospitals", "--programme", "dedicated_doctor")

    assert first["rows"] == first["taken"] > 100
    assert entered(installation) == (first["rows"], first["rows"])
    assert (again["taken"], again["unchanged"], again["refused"]) == (0, first["rows"], 0)
    assert events(installation) == there


def test_hospitals_of_one_county_come_first_and_join_a_programme_later(installation):
    few = installation.answer("registry", "hospitals", "--county", "台北市")
    assert entered(installation) == (few["taken"], 0)

    rest = installation.answer("registry", "hospitals", "--programme", "dedicated_doctor")

    assert rest["taken"] == rest["rows"] > few["taken"] > 0
    assert entered(installation) == (rest["rows"], rest["rows"])


def test_a_hospital_that_somebody_has_entered_or_closed_is_not_overwritten(installation, file):
    first, second = list(published_hospitals())[:2]
    headings = "醫事機構代碼,機構名稱,院所類別,縣市,開業狀態"
    rows = [
        f"{first.institution},改名醫院,醫院,{first.county},開業",
        f"{second.institution},某醫院,醫院,{second.county},歇業",
    ]
    installation.answer("registry", "import", "institutions", file(*rows, headings=headings))
    county = ("--county", first.county, "--county", second.county)

    entered_now = installation.answer("registry", "hospitals", "--programme", "dedicated_doctor", *county)

    assert entered_now["unchanged"] == 1, "the closed one takes part in nothing"
    changed = "select count(*) from identity.event where type = 'identity.InstitutionChanged.v1'"
    assert installation.query(changed) == [(0,)]
    assert entered(installation) == (entered_now["rows"], entered_now["rows"] - 1)


def test_a_file_with_faults_tells_each_row_and_takes_the_others(installation, file, tmp_path):
    results = tmp_path / "results.csv"
    path = file(BANQIAO, FAULTY, DAAN, BANQIAO)

    answer = installation.answer("registry", "import", "institutions", path, "--results", str(results), status=1)

    assert (answer["stored"], answer["rows"], answer["taken"], answer["refused"]) == (True, 4, 2, 2)
    assert [(one["row"], one["code"]) for one in answer["remarks"] if one["outcome"] == "refused"] == [
        (2, "wrong-length"),
        (4, "row-repeated"),
    ]
    told = list(csv.DictReader(results.read_text("utf-8-sig").splitlines()))
    assert [row["結果"] for row in told] == ["taken", "refused", "taken", "refused"]
    assert told[0]["登錄項目"] == BANQIAO_CLINIC
    assert told[1]["說明"]
    assert told[1]["Explanation"]
    assert entered(installation) == (2, 1)


def test_people_are_told_what_to_mend(installation, file):
    ended = installation.caretrail("registry", "import", "institutions", file(BANQIAO, FAULTY))

    assert ended.returncode == 1
    assert "醫事機構代碼" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "Of 2 rows 1 were taken, 0 changed nothing, 1 were refused."


def test_a_dry_run_tells_the_same_and_stores_nothing(installation, file):
    path = file(BANQIAO, DAAN)

    tried = installation.answer("registry", "import", "institutions", path, "--dry-run")
    assert (tried["stored"], tried["taken"], events(installation)) == (False, 2, 0)

    taken = installation.answer("registry", "import", "institutions", path)
    assert (taken["stored"], taken["taken"]) == (True, 2)
    again = installation.answer("registry", "import", "institutions", path)
    assert (again["taken"], again["unchanged"]) == (0, 2)


def test_a_file_that_cannot_be_read_is_refused_whole_and_its_results_may_be_asked_for_again(
    installation, file, tmp_path
):
    results = tmp_path / "results.csv"
    path = file(BANQIAO, headings=HEADINGS.replace("縣市", "縣或市"))

    ended = installation.caretrail("registry", "import", "institutions", path, "--results", str(results))

    assert ended.returncode == 2
    assert ended.stderr.startswith("caretrail: Nothing of the file was taken. ")
    assert "縣" in ended.stderr
    assert not results.exists()
    assert events(installation) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "nurses", "FILE"), "no kind of file nurses. There is: institutions, personnel, places, cards."),
        (("hospitals", "--programme", "dentists"), "There is no programme dentists."),
        (("hospitals", "--county", "天龍國"), "There is no county 天龍國"),
        (("import", "institutions", "FILE", "--results", "FILE"), "is there already"),
    ],
    ids=["kind", "programme", "county", "results"],
)
def test_what_cannot_be_asked_for_is_named(installation, file, arguments, said):
    path = file(BANQIAO)

    ended = installation.caretrail("registry", *(path if one == "FILE" else one for one in arguments))

    assert ended.returncode == 2
    assert said in ended.stderr


def test_an_operator_registers_cards_by_a_file_sees_whose_they_are_and_withdraws_one(installation, file):
    installation.answer("registry", "import", "institutions", file(BANQIAO))
    card = f'醫事機構卡,"C=TW,O=行政院,OU=醫事憑證管理中心",0000000298765432,{BANQIAO_CLINIC},板橋安康小兒科診所'
    cards = file(card, headings="卡別,發卡單位,憑證主體序號,持卡人代號,持卡人名稱")
    assert installation.answer("registry", "import", "cards", cards)["taken"] == 1

    [listed] = installation.answer("registry", "cards", "institution", BANQIAO_CLINIC)["cards"]
    assert (listed["kind"], listed["name"]) == ("institution", "板橋安康小兒科診所")
    withdraw = ("registry", "withdraw-card", listed["id"], "--reason", "lost")
    assert installation.answer(*withdraw)["result"] == "done"
    assert installation.answer(*withdraw)["result"] == "unchanged"
    assert installation.answer("registry", "cards", "institution", BANQIAO_CLINIC)["cards"] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cards", "citizen", "A123456789"), "practitioner, institution, centre"),
        (("withdraw-card", "5b7ec700-0010-4000-8000-000000000003", "--reason", "forgotten"), "lost, replaced, left"),
        (("withdraw-card", "5b7ec700-0010-4000-8000-000000000003", "--reason", "lost"), "no such card"),
    ],
)
def test_what_cannot_be_done_with_a_card_is_told_with_what_can(installation, arguments, said):
    ended = installation.caretrail("registry", *arguments)

    assert ended.returncode == Status.NOT_POSSIBLE
    assert said in ended.stderr

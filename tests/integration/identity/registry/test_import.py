"""Files of the registry taken in: each row told, the same file twice changes nothing, a trial stores nothing."""

import csv
from io import BytesIO, StringIO

import pytest

from services.identity.adapters.published_hospitals import published_hospitals
from services.identity.adapters.registry_import import import_registry
from services.identity.domain.registry.institution import institution_id
from services.identity.domain.registry.practitioner import practitioner_id
from services.identity.events import RegistryFile
from shared.application import Result
from shared.imports.files import ColumnsMissing, ColumnsUnknown, Purpose
from shared.imports.results import ResultFile, RowOutcome
from shared.words import Language
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, DAAN_CLINIC
from tests.integration.identity.registry.office import BUREAU, OPERATOR

HEADINGS = "醫事機構代碼,機構名稱,院所類別,縣市,區域,診療科別,參與計畫"
BANQIAO = f"{BANQIAO_CLINIC},板橋安康小兒科診所,診所,新北市,板橋區,小兒科,幼兒專責醫師114/01/01"
DAAN = f"{DAAN_CLINIC},大安診所,診所,臺北市,大安區,04,"


def lines(*rows, headings=HEADINGS):
    return "\n".join([headings, *rows]).encode()


def taken_in(office, content, kind=RegistryFile.INSTITUTIONS, caller=OPERATOR, purpose=Purpose.TAKE):
    told = []
    summary = import_registry(
        office.registry, BytesIO(content), kind, caller, office.now, purpose=purpose, tell=told.append
    )
    return summary, told


def codes(result):
    return [remark.code for remark in result.remarks]


def test_each_row_is_taken_or_told_why_not_and_the_others_go_on(office):
    summary, told = taken_in(
        office,
        lines(
            BANQIAO,
            DAAN,
            BANQIAO,
            "0401180014,,診所,天龍國,,99,",
            "35,太短,診所,臺北市,,,",
            f"{DAAN_CLINIC}x,太長",
        ),
    )
    assert [result.outcome for result in told] == [RowOutcome.TAKEN, RowOutcome.TAKEN, *[RowOutcome.REFUSED] * 4]
    assert told[0].entry == BANQIAO_CLINIC
    assert codes(told[2]) == ["row-repeated"]
    assert codes(told[3]) == ["field-missing"]
    assert codes(told[4]) == ["wrong-length"]
    assert codes(told[5]) == ["row-malformed"]
    assert (summary.taken, summary.unchanged, summary.refused) == (2, 0, 4)
    [remark] = told[3].remarks
    assert remark.column == "機構名稱"
    assert remark.words[Language.CHINESE]


def test_unknown_codes_are_told_by_their_column(office):
    _, [told] = taken_in(office, lines(f"{DAAN_CLINIC},大安診所,診所,天龍國,,99,"))
    assert sorted(codes(told)) == ["unknown-county", "unknown-department"]
    personnel = lines(
        f"DR-1,陳安康,Ａ,F100000015,{DAAN_CLINIC}", headings="醫事人員代號,姓名,醫事人員類別,身分證字號,執業機構代碼"
    )
    _, [told] = taken_in(office, personnel, RegistryFile.PERSONNEL)
    assert codes(told) == ["institution-unknown"]


def test_the_same_file_twice_changes_nothing_and_is_counted_once(office):
    content = lines(BANQIAO, DAAN)
    first, _ = taken_in(office, content)
    second, told = taken_in(office, content)
    assert (first.taken, second.taken, second.unchanged) == (2, 0, 2)
    assert [result.outcome for result in told] == [RowOutcome.UNCHANGED] * 2
    assert office.told(institution_id(BANQIAO_CLINIC)) == ["InstitutionRegistered", "ProgrammeJoined"]


def test_a_trial_tells_the_same_and_stores_nothing(office):
    content = lines(BANQIAO, "35,太短,診所,臺北市,,,")
    tried, tried_rows = taken_in(office, content, purpose=Purpose.TRY)
    assert office.told(institution_id(BANQIAO_CLINIC)) == []
    taken, taken_rows = taken_in(office, content)
    assert (tried, tried_rows) == (taken, taken_rows)


def test_a_bureau_brings_the_rows_of_its_own_county(office):
    _, told = taken_in(office, lines(BANQIAO, DAAN), caller=BUREAU)
    assert [result.outcome for result in told] == [RowOutcome.TAKEN, RowOutcome.REFUSED]
    assert codes(told[1]) == ["not-your-jurisdiction"]


def test_big5_is_read_and_json_by_lines_too(office):
    summary, _ = taken_in(office, lines(BANQIAO).decode().encode("cp950"))
    assert (summary.encoding, summary.taken) == ("cp950", 1)
    by_line = '{"code":"04595252","name":"中山據點","county":"台北市"}\n{"code":"04595252","name":"大同據點"}\n'
    summary, told = taken_in(office, by_line.encode(), RegistryFile.PLACES)
    assert (summary.taken, summary.refused) == (1, 1)
    assert codes(told[1]) == ["field-missing"]


def test_wrong_columns_stop_the_file_before_anything_is_taken(office):
    with pytest.raises(ColumnsMissing):
        taken_in(office, lines("x,y", headings="醫事機構代碼,機構名稱"))
    with pytest.raises(ColumnsUnknown):
        taken_in(office, lines(BANQIAO + ",1", headings=HEADINGS + ",星座"))


def test_personnel_come_with_licences_and_training(office):
    taken_in(office, lines(BANQIAO))
    cells = {
        "醫事人員代號": BANQIAO_DOCTOR,
        "姓名": "陳安康",
        "醫事人員類別": "西醫師",
        "身分證字號": "F100000015",
        "行動電話": "0922333444",
        "執業機構代碼": BANQIAO_CLINIC,
        "執照字號": "醫執字第1號",
        "執照起日": "109/07/01",
        "執照迄日": "115/06/30",
        "訓練計畫": "幼兒專責醫師",
        "訓練課程": "基礎課程",
        "訓練學分": "4",
        "學分取得日": "114/01/18",
        "參與計畫": "幼兒專責醫師114/01/20",
    }
    content = lines(",".join(cells.values()), headings=",".join(cells))
    summary, _ = taken_in(office, content, RegistryFile.PERSONNEL)
    assert summary.taken == 1
    assert office.told(practitioner_id(BANQIAO_DOCTOR)) == [
        "PractitionerRegistered",
        "LicenceRecorded",
        "TrainingCredited",
        "PractitionerJoinedProgramme",
    ]
    again, _ = taken_in(office, content, RegistryFile.PERSONNEL)
    assert again.unchanged == 1


def test_the_results_are_a_file_for_whoever_mends_the_rows(office):
    text = StringIO()
    results = ResultFile(text, "代碼")
    for result in taken_in(office, lines(BANQIAO, "35,太短,診所,臺北市,,,"))[1]:
        results.tell(result)
    heading, first, second = csv.reader(StringIO(text.getvalue()))
    assert heading[:3] == ["列", "結果", "代碼"]
    assert first[:3] == ["1", "taken", BANQIAO_CLINIC]
    assert second[3:5] == ["wrong-length", "醫事機構代碼"]


def test_the_published_hospitals_can_be_entered_as_they_are(office):
    outcomes = [office.ask(entry) for entry in published_hospitals()]
    assert len(outcomes) > 100
    assert {outcome.result for outcome in outcomes} == {Result.DONE}

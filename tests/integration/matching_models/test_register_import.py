"""Files of the register taken in by the real application, row by row."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from services.matching.adapters.register_import import import_register, read_register, read_short_register
from services.matching.adapters.register_rows import CLOSURES, ENROLMENTS
from services.matching.application import Matching
from services.matching.demonstration.reference_registry import reference_registry
from services.matching.events import RegisterKind
from shared.calendar import working_calendar
from shared.imports.files import ColumnsMissing, Purpose
from shared.imports.results import ResultFile, RowOutcome
from shared.imports.taking import RowsTooMany
from shared.principal import Role
from shared.store.schema import install
from shared.vault import schema as vault_schema
from shared.vault.master_keys import MasterKeys
from shared.vault.vault import Vault
from shared.words import Language
from tests.integration.matching_models.people import bureau, doctor, staff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from shared.imports.results import RowResult
    from shared.principal import Principal
    from tests.servers import PostgresServer

pytestmark = pytest.mark.postgres

NOW = datetime(2025, 3, 3, 2, tzinfo=UTC)
OPERATOR = staff(Role.OPERATOR)
MATSU = "0291010010"
KEELUNG = "0211070012"
MOTHERS = ("Y200000011", "Y200000020", "Y200000039", "Y200000048")
"""Made up; they pass the checksum."""


@pytest.fixture
def matching(database_dsn: str, postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Matching]:
    vault_dsn = postgres_server.new_database()
    vault = Vault(
        vault_schema.install(vault_dsn), MasterKeys.create_file(tmp_path / "master.keys"), tmp_path / "forgotten.jsonl"
    )
    registry = reference_registry()
    with Matching(install(database_dsn, "matching"), vault, registry, working_calendar()) as application:
        yield application
    vault.close()
    postgres_server.drop_database(vault_dsn)


def doctor_of(institution: str) -> str:
    return reference_registry().doctors_at(institution)[0].number


def row(number: int, **changed: str) -> dict[str, str]:
    """The enrolment of one made-up child."""
    institution = changed.get("institution", MATSU)
    return {
        "institution": institution,
        "doctor": changed.get("doctor") or doctor_of(institution),
        "enrolled_on": "114/03/03",
        "contact.relation": "母親",
        "contact.name": f"測試{number}",
        "contact.mobile": f"090000000{number}",
        "mother.identifier": MOTHERS[number],
        "child.name": f"寶寶{number}",
        "child.sex": "女",
        "child.birth_date": "2025/02/01",
        "child.residence.county": "連江縣",
        "child.residence.district": "南竿鄉",
        **{name.replace("__", "."): value for name, value in changed.items()},
    }


def as_csv(rows: list[dict[str, str]], encoding: str = "utf-8") -> io.BytesIO:
    columns = ENROLMENTS if "enrolled_on" in rows[0] else CLOSURES
    names = [name for name in columns.headings if any(name in row for row in rows)]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns.headings[name] for name in names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return io.BytesIO(text.getvalue().encode(encoding))


def taken_in(
    matching: Matching,
    file: io.BytesIO,
    principal: Principal = OPERATOR,
    kind: RegisterKind = RegisterKind.ENROLMENTS,
    purpose: Purpose = Purpose.TAKE,
):
    """The summary, and what was told of each row: number, outcome, codes."""
    told = []
    summary = import_register(matching, read_register(file, kind), principal, NOW, purpose=purpose, tell=told.append)
    return summary, [(result.number, result.outcome.value, [r.code for r in result.remarks]) for result in told]


def import_file(matching: Matching, file: io.BytesIO, tell: Callable[[RowResult], None]) -> None:
    """Take a file of enrolments in, with somebody else listening."""
    rows = read_register(file, RegisterKind.ENROLMENTS)
    import_register(matching, rows, OPERATOR, NOW, purpose=Purpose.TAKE, tell=tell)


def stored(matching: Matching, type_name: str) -> int:
    """How many events of this type there are."""
    query = "select count(*) from event where type = %s"
    return matching.recorder.connections.fetch(query, (f"matching.{type_name}.v1",))[0][0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_every_row_of_a_good_file_is_taken(matching, encoding):
    summary, told = taken_in(matching, as_csv([row(0), row(1)], encoding))

    assert told == [(1, "taken", []), (2, "taken", [])]
    assert (summary.rows, summary.taken, summary.unchanged, summary.refused) == (2, 2, 0, 0)
    assert summary.encoding == ("cp950" if encoding == "cp950" else "utf-8")
    assert (stored(matching, "EnrolmentRecorded"), stored(matching, "RegisterImported")) == (2, 1)


def test_the_same_file_again_changes_nothing(matching):
    taken_in(matching, as_csv([row(0), row(1, enrolled_on="114/13/01")]))
    events = [stored(matching, name) for name in ("EnrolmentRecorded", "RegisterImported")]

    summary, told = taken_in(matching, as_csv([row(0), row(1, enrolled_on="114/13/01")]))

    assert told == [(1, "unchanged", []), (2, "refused", ["impossible-date"])]
    assert (summary.taken, summary.unchanged, summary.refused) == (0, 1, 1)
    assert [stored(matching, name) for name in ("EnrolmentRecorded", "RegisterImported")] == events


def test_nothing_published_of_a_file_can_be_found_by_guessing_the_file(matching):
    file = as_csv([row(0)])

    taken_in(matching, file)

    query = (
        "select convert_from(data, 'UTF8') || convert_from(meta, 'UTF8') from event union all select key from answer"
    )
    told = [text for (text,) in matching.recorder.connections.fetch(query, ())]
    assert len(told) == 4
    assert not any(sha256(file.getvalue()).hexdigest() in text for text in told)


def test_a_file_of_nothing_but_faults_counts_once_however_often_it_comes(matching):
    for _ in range(2):
        taken_in(matching, as_csv([row(0, enrolled_on="")]))

    assert stored(matching, "RegisterImported") == 1


def test_a_row_that_another_file_has_brought_is_known_again(matching):
    taken_in(matching, as_csv([row(0)]))

    _, told = taken_in(matching, as_csv([row(1), row(0)]))

    assert told == [(1, "taken", []), (2, "unchanged", [])]


def test_a_row_that_comes_twice_in_one_file_is_taken_once(matching):
    _, told = taken_in(matching, as_csv([row(0), row(0)]))

    assert told == [(1, "taken", []), (2, "unchanged", [])]
    assert stored(matching, "EnrolmentRecorded") == 1


def test_an_import_cut_short_is_finished_by_importing_the_file_again(matching):
    class PulledThePlug(Exception):
        pass

    def tell(result):
        if result.number == 2:
            raise PulledThePlug

    file = as_csv([row(0), row(1), row(2)])
    with pytest.raises(PulledThePlug):
        import_file(matching, file, tell)

    summary, told = taken_in(matching, file)

    assert told == [(1, "unchanged", []), (2, "unchanged", []), (3, "taken", [])]
    assert (summary.taken, stored(matching, "EnrolmentRecorded"), stored(matching, "RegisterImported")) == (1, 3, 1)


def test_a_trial_tells_the_same_and_stores_nothing(matching):
    rows = [row(0), row(1, enrolled_on="114/13/01"), row(2, institution="9999999990", doctor="D0000001")]

    tried = taken_in(matching, as_csv(rows), purpose=Purpose.TRY)

    query = "select (select count(*) from event), (select count(*) from answer), (select count(*) from reservation)"
    assert matching.recorder.connections.fetch(query, ()) == [(0, 0, 0)]
    assert tried == taken_in(matching, as_csv(rows))


def test_a_trial_of_a_file_that_was_taken_tells_that_it_changes_nothing(matching):
    file = as_csv([row(0)])
    taken_in(matching, file)

    assert taken_in(matching, file, purpose=Purpose.TRY)[1] == [(1, "unchanged", [])]
    assert stored(matching, "RegisterImported") == 1


def test_a_file_of_more_rows_than_are_taken_at_once_is_refused_whole():
    read_short_register(as_csv([row(0), row(1)]), RegisterKind.ENROLMENTS, most=2)
    with pytest.raises(RowsTooMany):
        read_short_register(as_csv([row(0), row(1), row(2)]), RegisterKind.ENROLMENTS, most=2)


def test_each_row_at_fault_is_told_and_the_others_are_taken(matching):
    rows = [
        row(0, institution="9999999990", doctor="D0000001"),
        row(1, doctor="D9999999"),
        row(1, mother__identifier="Y200000022"),
        row(1, child__birth_date="1140231", contact__mobile="12"),
        row(1, contact__mobile=""),
        row(2),
    ]

    summary, told = taken_in(matching, as_csv(rows))

    assert told == [
        (1, "refused", ["institution-unknown"]),
        (2, "refused", ["doctor-unknown"]),
        (3, "refused", ["wrong-checksum"]),
        (4, "refused", ["impossible-date"]),
        (5, "refused", ["contact-missing"]),
        (6, "taken", []),
    ]
    assert (summary.taken, summary.refused) == (1, 5)


@pytest.mark.parametrize("column", ["case_no", "doctor", "contact__name", "child__residence__street"])
def test_a_row_with_a_character_that_no_database_holds_is_refused_and_the_import_goes_on(matching, column):
    summary, told = taken_in(matching, as_csv([row(0, **{column: "250218P\0"}), row(1, case_no="")]))

    assert told == [(1, "refused", ["text-unprintable"]), (2, "taken", [])]
    assert (summary.taken, summary.refused) == (1, 1)


def test_a_file_with_wrong_columns_takes_nothing(matching):
    with pytest.raises(ColumnsMissing):
        taken_in(matching, io.BytesIO("收案日期\n114/03/03\n".encode()))

    assert (stored(matching, "EnrolmentRecorded"), stored(matching, "RegisterImported")) == (0, 0)


def test_json_is_taken_like_csv(matching):
    summary, told = taken_in(matching, io.BytesIO(json.dumps([row(0)], ensure_ascii=False).encode()))

    assert (told, summary.encoding) == ([(1, "taken", [])], "utf-8")


CLOSURE = {
    "institution": MATSU,
    "closed_on": "114/03/03",
    "reason": "遷出",
    "mother.identifier": MOTHERS[0],
    "birth_date": "2025/02/01",
    "birth_order": "0",
}


def test_a_row_imported_again_tells_that_its_enrolment_was_closed_since(matching):
    file = as_csv([row(0), row(1)])
    taken_in(matching, file)
    taken_in(matching, as_csv([CLOSURE]), kind=RegisterKind.CLOSURES)

    for again in (file, as_csv([row(0), row(1), row(2)])):
        _, told = taken_in(matching, again)
        assert told[:2] == [(1, "unchanged", ["enrolment-closed-since"]), (2, "unchanged", [])]


def test_a_closure_finds_the_child_and_closes_once(matching):
    taken_in(matching, as_csv([row(0)]))

    first = taken_in(matching, as_csv([CLOSURE]), kind=RegisterKind.CLOSURES)[1]
    again = taken_in(matching, as_csv([CLOSURE, {**CLOSURE, "birth_order": "2"}]), kind=RegisterKind.CLOSURES)[1]

    assert first == [(1, "taken", [])]
    assert again == [(1, "unchanged", []), (2, "refused", ["enrolment-unknown"])]
    assert stored(matching, "EnrolmentClosed") == 1


def test_a_clinic_brings_its_own_rows_and_a_bureau_those_of_its_county(matching):
    file = [row(0), row(1, institution=KEELUNG)]

    clinic = taken_in(matching, as_csv(file), doctor(MATSU, doctor_of(MATSU)))[1]
    county = taken_in(matching, as_csv(file), bureau("基隆市"))[1]

    assert clinic == [(1, "taken", []), (2, "refused", ["not-your-institution"])]
    assert county == [(1, "refused", ["not-your-jurisdiction"]), (2, "taken", [])]


def test_the_result_file_says_of_each_row_what_to_mend_in_both_languages(matching):
    text = io.StringIO(newline="")
    results = ResultFile(text, "案件編號")
    file = as_csv([row(0), row(1, enrolled_on="", child__residence__county="")])

    import_file(matching, file, results.tell)

    text.seek(0)
    _, first, second = csv.reader(text)
    assert first == ["1", RowOutcome.TAKEN, "", "", "", "", ""]
    assert second[:5] == ["2", RowOutcome.REFUSED, "", "field-missing\nfield-missing", "收案日期\n現居縣市"]
    assert second[6] == "Fill in this field.\nFill in this field."
    assert all(second[5].split("\n"))


def test_a_remark_speaks_every_language(matching):
    told = []
    import_file(matching, as_csv([row(0, enrolled_on="")]), told.append)

    assert set(told[0].remarks[0].words) == set(Language)

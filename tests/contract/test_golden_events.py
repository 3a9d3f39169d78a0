"""What was published once stays readable and stays the same, byte for byte."""

from __future__ import annotations

import jsonschema
import msgspec
import pytest

from operate.documents.published import contexts
from operate.documents.schemas import data_schema
from shared.events import EventDecoder, current_version_of
from shared.vault.boxes import PersonKey
from tests.contract.golden_files import DIGESTS, FOLDER, add_missing, altered, digests, golden
from tests.controls.examples import EXAMPLES
from tests.controls.family import (
    BORN_CHILD,
    CHILD,
    CONTACT,
    FATHER,
    MOTHER,
    MOTHERS_ID,
    person_key,
)

PUBLISHED = {type_name: cls for context in contexts() for type_name, cls in context.events.items()}


def test_every_published_type_has_an_example_and_a_golden_file():
    assert EXAMPLES.keys() == PUBLISHED.keys()
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}.json" for name in PUBLISHED} | {DIGESTS}


@pytest.mark.parametrize("type_name", sorted(PUBLISHED))
def test_a_golden_file_is_exactly_what_its_example_is_stored_as(type_name):
    assert msgspec.json.encode(EXAMPLES[type_name]()) == golden(type_name)


@pytest.mark.parametrize("type_name", sorted(PUBLISHED))
def test_a_golden_file_decodes_into_its_example(type_name):
    assert msgspec.json.decode(golden(type_name), type=PUBLISHED[type_name]) == EXAMPLES[type_name]()


@pytest.mark.parametrize("type_name", sorted(PUBLISHED))
def test_a_golden_file_of_any_version_is_read_as_the_newest(type_name):
    event = EventDecoder().decode(type_name, golden(type_name))

    assert type(event) is PUBLISHED[current_version_of(type_name)]


@pytest.mark.parametrize("type_name", sorted(PUBLISHED))
def test_the_schema_takes_the_golden_file_and_no_file_that_lacks_a_field(type_name):
    validator = jsonschema.Draft202012Validator(data_schema(type_name, PUBLISHED[type_name]))
    data = msgspec.json.decode(golden(type_name))

    validator.check_schema(validator.schema)
    validator.validate(data)
    for field in validator.schema["required"]:
        lacking = {name: value for name, value in data.items() if name != field}
        assert not validator.is_valid(lacking), f"without {field}"
    assert not validator.is_valid(data | {"originator_version": "1"})


def test_no_golden_file_has_changed_since_it_was_added():
    assert altered() == []
    assert digests().keys() == {f"{name}.json" for name in PUBLISHED}


def test_a_changed_or_lost_golden_file_is_found_and_never_written_over(tmp_path):
    add_missing(tmp_path)
    changed, lost, *_ = sorted(f"{name}.json" for name in PUBLISHED)
    (tmp_path / changed).write_bytes(b"{}")
    (tmp_path / lost).unlink()

    assert altered(tmp_path) == [changed, lost]
    assert add_missing(tmp_path) == []
    assert (tmp_path / changed).read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("subject", "field", "value"),
    [(CHILD, "child", BORN_CHILD), (MOTHER, "mother", MOTHERS_ID), (CONTACT, "contact", FATHER)],
)
def test_a_box_in_a_golden_file_opens_under_its_person_s_key(subject, field, value):
    event = msgspec.json.decode(golden("matching.CaseSubmitted.v1"), type=PUBLISHED["matching.CaseSubmitted.v1"])

    assert PersonKey(subject, person_key(subject)).open(getattr(event, field), type(value)) == value

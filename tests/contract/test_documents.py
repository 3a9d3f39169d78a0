"""The generated documents are what the code says, and the check that keeps them so can fail."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from operate.documents.__main__ import FOLDER, documents, main, registered, stale
from operate.documents.published import contexts
from operate.release import release

HERE = Path(__file__).parent


@pytest.fixture
def written(tmp_path):
    main([], tmp_path)
    return tmp_path


def test_the_committed_documents_are_up_to_date():
    assert stale(FOLDER, documents(registered(FOLDER), release())) == []


def test_writing_twice_gives_the_same_bytes(written, capsys):
    before = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}

    assert main([], written) == 0

    assert {path: path.read_bytes() for path in written.rglob("*") if path.is_file()} == before
    assert capsys.readouterr().out.splitlines()[-1].startswith("0 of ")


def test_the_check_names_each_document_that_is_stale_and_changes_nothing(written, capsys):
    (written / "catalogue.md").write_text("old")
    (written / "schemas" / "matching.CaseSubmitted.v1.json").unlink()
    (written / "schemas" / "matching.Gone.v1.json").write_text("{}")

    assert main(["--check"], written) == 1

    told = capsys.readouterr().err
    assert [line.split(" ")[0] for line in told.splitlines()[:-1]] == [
        "docs/events/catalogue.md",
        "docs/events/schemas/matching.CaseSubmitted.v1.json",
        "docs/events/schemas/matching.Gone.v1.json",
    ]
    assert (written / "catalogue.md").read_text() == "old"


def test_writing_mends_what_the_check_named(written):
    (written / "catalogue.md").write_text("old")
    (written / "schemas" / "matching.Gone.v1.json").write_text("{}")

    assert main([], written) == 0
    assert main(["--check"], written) == 0


def test_a_published_type_that_the_code_forgot_is_refused(written, capsys):
    with (written / "published.csv").open("a") as file:
        file.write("matching.Gone.v1,0.0.1\n")

    assert main([], written) == 1
    assert "matching.Gone.v1" in capsys.readouterr().err


def test_a_type_keeps_the_release_that_first_published_it():
    register = {"matching.CaseSubmitted.v1": "0.0.1"}

    text = documents(register, "9.9.9")["published.csv"]

    assert "matching.CaseSubmitted.v1,0.0.1\n" in text
    assert "matching.PreferenceOffered.v1,9.9.9\n" in text


def test_the_catalogue_has_every_type_with_each_of_its_fields():
    text = (FOLDER / "catalogue.md").read_text()

    for context in contexts():
        for type_name, cls in context.events.items():
            entry = text.split(f"### {type_name}\n")[1].split("\n###")[0]
            for field in set(cls.__annotations__) - {"originator_id"}:
                assert f"| `{field}` |" in entry


def test_the_asyncapi_document_satisfies_the_asyncapi_meta_schema():
    meta_schema = json.loads((HERE / "asyncapi-3.0.0.schema.json").read_text())
    validator = jsonschema.Draft7Validator(meta_schema)
    document = json.loads((FOLDER / "asyncapi.json").read_text())

    validator.validate(document)
    del document["channels"]["matching.events"]["bindings"]["amqp"]["exchange"]["name"]
    document["channels"]["matching.events"]["bindings"]["amqp"]["is"] = "topic"
    assert not validator.is_valid(document)


def test_every_reference_in_the_asyncapi_document_leads_somewhere():
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    references = list(references_in(document))

    assert references
    for reference in references:
        place = document
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place


def test_every_channel_and_the_stream_carry_every_type_of_their_contexts():
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    everything = set()
    for context in contexts():
        assert document["channels"][f"{context.name}.events"]["messages"].keys() == context.events.keys()
        everything |= context.events.keys()

    assert document["channels"]["caretrail.log"]["messages"].keys() == everything


def references_in(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref":
                yield inner
            else:
                yield from references_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references_in(inner)

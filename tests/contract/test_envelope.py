"""The envelope's exact bytes, checked as an agency would, with and without our code."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import jsonschema
import msgspec
import pytest

from operate.documents.schemas import DIALECT, envelope_schema
from shared.cloudevents import FIRST_PREVIOUS, Chain, Envelope, hash_of, is_unaltered, parse
from shared.principal import Assurance, Principal, Role
from shared.store.append import Attribution, Cause
from tests.contract.golden_files import golden
from tests.controls.examples import EXAMPLES

HERE = Path(__file__).parent
FIRST, SECOND = "matching.CaseSubmitted.v1", "matching.PreferenceOffered.v1"
INCARNATION = "2025-02-18-a1b2c3"
CAUSE = Cause(
    principal=Principal("parent/5b7ec700", Role.PARENT, frozenset({Assurance.OTP})),
    correlation_id="request-1",
    causation_id="request-1",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    policy_version="matching/2025-01-01",
)


def as_stored(type_name):
    """An example as the store keeps it: type, data, and the attributes that go beside the data on the wire."""
    event = EXAMPLES[type_name]()
    return type_name, golden(type_name), Attribution(CAUSE).meta(event.case_no, event.timestamp)


def golden_log():
    return (HERE / "envelopes.ndjson").read_bytes().splitlines()


def test_two_events_in_a_row_have_exactly_the_golden_bytes():
    chain = Chain("matching", INCARNATION)

    bodies = chain.extend([as_stored(FIRST), as_stored(SECOND)])

    assert bodies == golden_log()


def test_a_golden_envelope_says_who_did_what_where_in_the_log():
    first, second = (parse(body) for body in golden_log())

    assert (first.id, first.type, first.position) == ("matching/1", FIRST, 1)
    assert (first.context, first.incarnation) == ("matching", INCARNATION)
    assert (first.subject, first.actorrole, first.assurance) == ("250218P1621006", "parent", "otp")
    assert bytes(first.data) == golden(FIRST)
    assert first.previoushash == FIRST_PREVIOUS.hex()
    assert second.previoushash == first.hash


def test_the_hash_of_a_golden_envelope_holds_and_no_altered_byte_passes():
    for body in golden_log():
        assert hash_of(body).hex() == parse(body).hash
        assert is_unaltered(body)
        assert not is_unaltered(body.replace(b"250218P1621006", b"250218P1621007", 1))


def test_the_published_schema_takes_a_golden_envelope_and_names_every_attribute():
    schema = {"$schema": DIALECT, **envelope_schema()}
    validator = jsonschema.Draft202012Validator(schema)

    for body in golden_log():
        message = msgspec.json.decode(body)
        validator.validate(message)
        assert message.keys() <= schema["properties"].keys()
        assert not validator.is_valid(message | {"position": "0"})
        assert not validator.is_valid({name: value for name, value in message.items() if name != "previoushash"})
    assert set(Envelope.__struct_fields__) <= schema["properties"].keys()


def test_javascript_finds_the_same_hash_by_removing_the_attribute():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed: a JavaScript reader cannot be tried here")

    checked = subprocess.run(
        [node, HERE / "check_hash.mjs"], input=b"\n".join(golden_log()), capture_output=True, timeout=60, check=False
    )
    altered = subprocess.run(
        [node, HERE / "check_hash.mjs"],
        input=golden_log()[0].replace(b"CaseSubmitted", b"CaseSubmittes"),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (checked.returncode, checked.stdout) == (0, b"matching/1 true\nmatching/2 true\n")
    assert (altered.returncode, altered.stdout) == (1, b"matching/1 false\n")

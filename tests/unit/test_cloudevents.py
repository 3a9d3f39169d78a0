"""The bytes of an event on the wire, and the proof in them."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from hashlib import sha256

import kombu.serialization
import pytest

from shared.cloudevents import Chain, NotAnEnvelope, hash_of, is_unaltered, parse, register_serializer

META = b',"subject":"250218P1621006","time":"2025-02-18T10:00:00Z","correlationid":"c-1","actorrole":"parent"'
DATA = b'{"case_no":"250218P1621006"}'
CASE = ("matching.CaseSubmitted.v1", DATA, META)

NODE = shutil.which("node")
IN_JAVASCRIPT = """
const crypto = require("crypto");
const body = require("fs").readFileSync(0, "utf8");
const tail = /,"hash":"([0-9a-f]{64})"}$/;
const digest = crypto.createHash("sha256").update(body.replace(tail, "}"), "utf8").digest("hex");
process.stdout.write(String(digest === tail.exec(body)[1]));
"""


def one(data: bytes = DATA, meta: bytes = META) -> bytes:
    [body] = Chain("matching", "life1").extend([("matching.CaseSubmitted.v1", data, meta)])
    return body


def test_an_event_has_exactly_these_bytes():
    without_hash = (
        b'{"specversion":"1.0","type":"matching.CaseSubmitted.v1","source":"/matching/life1",'
        b'"datacontenttype":"application/json","dataschema":"urn:caretrail:schema:matching.CaseSubmitted.v1",'
        b'"id":"matching/1","position":"1",'
        b'"subject":"250218P1621006","time":"2025-02-18T10:00:00Z","correlationid":"c-1","actorrole":"parent",'
        b'"data":{"case_no":"250218P1621006"},"previoushash":"' + b"0" * 64 + b'"'
    )
    digest = sha256(without_hash + b"}").hexdigest().encode()

    assert one() == without_hash + b',"hash":"' + digest + b'"}'


def test_it_is_json_whose_position_is_a_string():
    assert json.loads(one())["position"] == "1"


def test_a_parsed_event_tells_its_attributes_and_leaves_the_data_untouched():
    event = parse(one())

    assert (event.id, event.type, event.context, event.incarnation) == (
        "matching/1",
        "matching.CaseSubmitted.v1",
        "matching",
        "life1",
    )
    assert (event.position, event.subject, event.correlationid) == (1, "250218P1621006", "c-1")
    assert event.time == datetime(2025, 2, 18, 10, tzinfo=UTC)
    assert bytes(event.data) == DATA
    assert event.actorinstitution == ""


def test_each_event_carries_the_hash_of_the_one_before():
    chain = Chain("matching", "life1")
    events = [parse(body) for body in [*chain.extend([CASE, CASE]), *chain.extend([CASE])]]

    assert [event.position for event in events] == [1, 2, 3]
    assert [event.previoushash for event in events] == ["0" * 64, events[0].hash, events[1].hash]
    assert chain.hash.hex() == events[2].hash


def test_a_chain_goes_on_where_it_was_left():
    whole = Chain("matching", "life1").extend([CASE, CASE, CASE])
    first = Chain("matching", "life1")
    first.extend([CASE])

    assert Chain("matching", "life1", first.position, first.hash).extend([CASE, CASE]) == whole[1:]


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        b'{"hash":"' + b"a" * 64 + b'"}',
        b'{"a":1,"hash":"' + b"a" * 64 + b'"}',
        json.dumps({"note": ',"hash":"' + "b" * 64 + '"}'}).encode(),
        '{"name":"王小明"}'.encode(),
    ],
    ids=["plain", "a hash of its own", "a hash of its own behind a comma", "the tail in a text", "Chinese"],
)
def test_the_hash_can_be_checked_from_the_bytes_alone_whatever_the_data(data):
    body = one(data)
    text = body.decode()
    # As any reader would: the tail is anchored at the end, so the same text inside the data does not matter.
    claimed, covered = text[-66:-2], text[:-75] + "}"

    assert sha256(covered.encode()).hexdigest() == claimed
    assert hash_of(body).hex() == claimed == parse(body).hash
    assert is_unaltered(body)


@pytest.mark.skipif(NODE is None, reason="no JavaScript engine here")
@pytest.mark.parametrize("data", [DATA, json.dumps({"note": ',"hash":"' + "b" * 64 + '"}'}).encode()])
def test_a_javascript_reader_can_check_the_hash(data):
    answer = subprocess.run([NODE, "-e", IN_JAVASCRIPT], input=one(data), capture_output=True, check=True)
    assert answer.stdout == b"true"


def test_any_changed_byte_breaks_the_hash():
    body = one()
    for index in range(len(body)):
        altered = bytearray(body)
        altered[index] ^= 1
        assert not is_unaltered(bytes(altered)), body[index:]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"hash":"x"}', one() + b" ", one()[:-1]])
def test_bytes_that_do_not_end_with_a_hash_are_no_event(body):
    assert not is_unaltered(body)
    with pytest.raises(NotAnEnvelope):
        hash_of(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"id":"\xff"}',
        b'{"id":"matching/1"}',
        one().replace(b'"position":"1"', b'"position":"x"'),
    ],
)
def test_what_is_no_event_is_refused_when_parsed(body):
    with pytest.raises(NotAnEnvelope):
        parse(body)


@pytest.mark.parametrize(
    "data",
    [
        b'{},"position":"9"',
        b'{},"position":"9","data":{}',
        b'{},"id":"matching/9","type":"matching.CaseWithdrawn.v1"',
        b'{},"note":1',
        b'{"case_no":"x"},"data":{"case_no":"y"}',
    ],
)
def test_data_that_smuggles_attributes_is_no_event(data):
    with pytest.raises(NotAnEnvelope):
        parse(one(data))


@pytest.mark.parametrize("data", [b"{}", b'{"data":{"data":1}}', b'{"a":",\\"data\\":1"}', b"[1]"])
def test_data_that_only_looks_like_attributes_is_left_as_it_is(data):
    assert bytes(parse(one(data)).data) == data


def test_text_that_looks_like_data_in_an_attribute_is_left_as_it_is():
    subject = ',"data":9'
    assert parse(one(meta=b',"subject":' + json.dumps(subject).encode())).subject == subject


def test_kombu_hands_on_our_content_type_as_an_envelope():
    register_serializer()
    body = one()

    content_type, encoding, sent = kombu.serialization.dumps(body, serializer="cloudevents")

    assert (content_type, encoding, sent) == ("application/cloudevents+json", "utf-8", body)
    received = kombu.serialization.loads(sent, content_type, encoding, accept={content_type})
    assert received == parse(body)

"""What a service answers "no" with arrives as it was said, through Nameko's own encoding."""

import json
from datetime import date
from uuid import uuid4

import pytest
from kombu.exceptions import ContentDisallowed, DecodeError
from kombu.message import Message
from kombu.utils.json import dumps
from nameko.exceptions import deserialize, serialize

from shared.principal import Role
from shared.refusals import FieldMissing, InvalidForm, RoleNotAllowed, TextTooLong
from shared.rpc.refusals import FieldMalformed
from shared.rpc.wire import AS_JSON, CallRefused, RemoteRefusal, ServiceFailed, ServiceUnavailable, read, written


def sent(error):
    """The error, over the wire."""
    return deserialize(json.loads(json.dumps(serialize(error))))


def refused(refusal) -> RemoteRefusal:
    return sent(CallRefused.because_of(refusal)).refusal


def test_a_refusal_keeps_its_code_field_and_figures():
    told = refused(TextTooLong("contact.name", limit=100, given=101))
    assert (told.code, told.field, told.params) == ("text-too-long", "contact.name", {"limit": 100, "given": 101})


def test_lists_choices_and_dates_among_the_figures_arrive_as_json_has_them():
    assert refused(RoleNotAllowed(roles=(Role.DOCTOR, Role.PARENT))).params == {"roles": ["doctor", "parent"]}
    assert refused(FieldMalformed("x", expected=date(2025, 2, 18))).params == {"expected": "2025-02-18"}


def test_every_objection_to_a_form_arrives():
    told = refused(InvalidForm([FieldMissing("name"), TextTooLong("code", limit=3, given=4)]))
    assert told.code == "invalid-form"
    assert [(one.code, one.field) for one in told.refusals] == [("field-missing", "name"), ("text-too-long", "code")]
    assert told.refusals[1].params == {"limit": 3, "given": 4}


def test_failures_tell_an_incident_and_nothing_else():
    for kind in (ServiceFailed, ServiceUnavailable):
        error = sent(kind("c-1"))
        assert isinstance(error, kind)
        assert (error.incident, error.args) == ("c-1", ("c-1",))


def travelled(body):
    return read(Message(written(body), **AS_JSON, accept={"application/json"}))


@pytest.mark.parametrize(
    "body", [{"kwargs": {"name": "王小明", "n": 10**30}}, {"half": "\ud83d"}, [None, True, 1.5], ""]
)
def test_what_is_sent_is_read_again_as_it_was(body):
    assert travelled(body) == body


def test_what_another_client_marks_with_its_type_is_read_as_such():
    number = uuid4()
    assert read(Message(dumps({"id": number}), **AS_JSON, accept={"application/json"})) == {"id": number}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'"\xff"', b"[" * 100_000])
def test_what_is_no_json_raises(body):
    with pytest.raises(DecodeError):
        read(Message(body, **AS_JSON, accept={"application/json"}))


def test_what_is_no_number_to_others_is_read_as_kombu_reads_it():
    assert read(Message(b'{"n": -Infinity}', **AS_JSON, accept={"application/json"})) == {"n": float("-inf")}


def test_nothing_but_json_is_read():
    with pytest.raises(ContentDisallowed):
        read(
            Message(
                b"\x80\x04N.",
                content_type="application/x-python-serialize",
                content_encoding="binary",
                accept={"application/json"},
            )
        )

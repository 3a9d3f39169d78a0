"""What a service answers "no" with arrives as it was said, through Nameko's own encoding."""

import json
from datetime import date

from nameko.exceptions import deserialize, serialize

from shared.principal import Role
from shared.refusals import FieldMissing, InvalidForm, RoleNotAllowed, TextTooLong
from shared.rpc.refusals import FieldMalformed
from shared.rpc.wire import CallRefused, RemoteRefusal, ServiceFailed, ServiceUnavailable


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

"""JSON Schemas: what the `data` of each event type looks like, and the envelope that carries it."""

from __future__ import annotations

import inspect
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import msgspec

from operate.documents.published import EVERY_EVENT_HAS, docs_of, field_types, values_in
from shared.sealing import Sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.events import Event

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def schema_id(type_name: str) -> str:
    """The `dataschema` of a type's envelopes, and the `$id` of its schema."""
    return f"urn:caretrail:schema:{type_name}"


def envelope_schema() -> Schema:
    """The schema of a whole message: CloudEvents 1.0 in structured JSON, with our extension attributes."""
    attributes: Schema = {
        "specversion": {"const": "1.0"},
        "type": {"type": "string", "description": "`<context>.<Name>.v<version>`; the catalogue lists them."},
        "source": {
            "type": "string",
            "pattern": "^/[a-z_]+/[^/]+$",
            "description": "`/<context>/<incarnation>`: a log restored from an older backup is a new incarnation.",
        },
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "description": "The `$id` of the schema of `data`."},
        "id": {"type": "string", "description": "`<context>/<position>`; unique within the incarnation."},
        "position": {
            "type": "string",
            "pattern": "^[1-9][0-9]*$",
            "description": "Place in the context's log, from 1, without gaps. A string, for it outgrows 32 bits.",
        },
        "subject": {"type": "string", "description": "What the event is about: the case or form number."},
        "time": {"type": "string", "format": "date-time", "description": "When the fact was recorded, in UTC."},
        "correlationid": {"type": "string", "description": "Common to all that followed from one request."},
        "causationid": {"type": "string", "description": "What directly led to this event."},
        "traceparent": {"type": "string", "description": "W3C trace context of the request."},
        "actorid": {"type": "string", "description": "Pseudonym of who acted; never a name."},
        "actorrole": {"type": "string", "description": "In which role."},
        "actorinstitution": {"type": "string", "description": "For which institution (醫事機構代碼)."},
        "assurance": {"type": "string", "description": "How the actor had proved who they are."},
        "policyversion": {"type": "string", "description": "The dated policy values that the decision stood on."},
        "data": {"type": "object", "description": "The event itself."},
        "previoushash": _HASH | {"description": "The `hash` of the position before; 64 zeros at position 1."},
        "hash": _HASH | {"description": "SHA-256 of this message's bytes without this attribute, which is the last."},
    }
    required = ("specversion", "type", "source", "datacontenttype", "dataschema", "id", "position", "data")
    return {
        "title": "Envelope",
        "description": "One event on the wire: CloudEvents 1.0, structured JSON.",
        "type": "object",
        "properties": attributes,
        "required": [*required, "previoushash", "hash"],
    }


def component_schemas(classes: Sequence[type[Event]], ref_template: str) -> dict[str, Schema]:
    """The schemas of these events and of the values in them, by name; `ref_template` says how they refer to each other.

    Descriptions come from docstrings, of fields too; moments carry their format.
    """
    _, components = msgspec.json.schema_components(classes, ref_template=ref_template)
    known = {cls.__name__: cls for cls in classes} | values_in(list(classes))
    for schema in components.values():
        title, _, kind = schema["title"].partition("[")
        _describe(schema, known[title], kind.rstrip("]"))
    return {name: components[name] for name in sorted(components)}


def data_schema(type_name: str, cls: type[Event]) -> Schema:
    """The schema of one type's `data`, complete in itself."""
    definitions = component_schemas([cls], "#/$defs/{name}")
    own = definitions.pop(cls.__name__)
    return {"$schema": DIALECT, "$id": schema_id(type_name), **own, "title": type_name, "$defs": definitions}


def _describe(schema: Schema, cls: type[Any], kind: str) -> None:
    schema["description"] = inspect.getdoc(cls)
    if cls is Sealed:
        schema["description"] = f"`{kind}` as ciphertext of the subject's own key. {schema['description']}"
    docs = docs_of(cls)
    if "enum" in schema:
        meanings = [f"`{member.value}`: {docs[member.name]}" for member in cls if member.name in docs]
        schema["description"] = "\n".join([schema["description"], *meanings])
        return
    for name, hint in field_types(cls).items():
        of_field = schema["properties"][name]
        _mark_moments(of_field, hint)
        if doc := docs.get(name) or EVERY_EVENT_HAS.get(name):
            of_field["description"] = doc


def _mark_moments(schema: Schema, hint: Any) -> None:
    """Give `date-time` to what msgspec writes as plain text, because its type does not demand a zone."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if hint is datetime:
        schema["format"] = "date-time"
    elif get_origin(hint) is tuple:
        _mark_moments(schema["items"], get_args(hint)[0])
    elif "anyOf" in schema and datetime in get_args(hint):
        next(one for one in schema["anyOf"] if one == {"type": "string"})["format"] = "date-time"

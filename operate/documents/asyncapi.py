"""The AsyncAPI 3.0 document: which exchange carries which messages, for agencies that generate their code from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operate.documents.schemas import component_schemas, envelope_schema, schema_id
from shared.events import event_name
from shared.transport import CONTENT_TYPE, LOG_STREAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operate.documents.published import Context
    from shared.events import Event

AMQP_BINDING = {"bindingVersion": "0.3.0"}


def asyncapi(contexts: Sequence[Context], version: str) -> dict[str, Any]:
    """The whole document, for this version of Caretrail."""
    schemas = {"Envelope": envelope_schema()}
    messages = {}
    for context in contexts:
        for type_name, cls in context.events.items():
            messages[type_name] = _message(context.name, type_name, cls)
        # Each context's names stand apart: two contexts may have an Address.
        components = component_schemas(list(context.events.values()), f"#/components/schemas/{context.name}.{{name}}")
        schemas |= {f"{context.name}.{name}": _with_named_discriminators(schema) for name, schema in components.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Caretrail events",
            "version": version,
            "description": "Everything that happens in Caretrail, as CloudEvents on topic exchanges, one a context. "
            "A message may come twice, with the same bytes; `position` tells. Personal data is sealed.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "rabbitmq": {
                "host": "{host}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "variables": {"host": {"default": "localhost:5672", "description": "Address of the broker."}},
            }
        },
        "channels": {f"{context.name}.events": _exchange(context) for context in contexts}
        | {LOG_STREAM: _stream(contexts)},
        "operations": {f"publish-{context.name}": _publish(context) for context in contexts},
        "components": {"messages": messages, "schemas": schemas},
    }


def _with_named_discriminators(schema: Any) -> Any:
    """The schema, in which the field that tells alternatives apart is named as AsyncAPI has it, and not as OpenAPI."""
    if isinstance(schema, list):
        return [_with_named_discriminators(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _with_named_discriminators(inner) for name, inner in schema.items()}
    if "anyOf" in told and isinstance(told.get("discriminator"), dict):
        told["discriminator"] = told["discriminator"]["propertyName"]
    return told


def _exchange(context: Context) -> dict[str, Any]:
    name = f"{context.name}.events"
    return {
        "address": "{eventName}",
        "title": name,
        "description": context.purpose,
        "parameters": {
            "eventName": {
                "description": "The routing key: the event's name without context and version.",
                "enum": sorted({event_name(type_name) for type_name in context.events}),
            }
        },
        "messages": _references(context),
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": name, "type": "topic", "durable": True, "autoDelete": False},
                **AMQP_BINDING,
            }
        },
    }


def _stream(contexts: Sequence[Context]) -> dict[str, Any]:
    references: dict[str, Any] = {}
    for context in contexts:
        references |= _references(context)
    return {
        "address": LOG_STREAM,
        "title": LOG_STREAM,
        "description": "A stream of every context's events, kept for operators and recovery; read it from any offset.",
        "messages": references,
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": LOG_STREAM, "durable": True, "exclusive": False, "autoDelete": False},
                **AMQP_BINDING,
            }
        },
    }


def _publish(context: Context) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{context.name}.events"},
        "summary": f"The relay of {context.name} publishes each event, in the order of the log, at least once.",
        "bindings": {"amqp": {"deliveryMode": 2, "mandatory": True, **AMQP_BINDING}},
    }


def _references(context: Context) -> dict[str, Any]:
    return {type_name: {"$ref": f"#/components/messages/{type_name}"} for type_name in context.events}


def _message(context: str, type_name: str, cls: type[Event]) -> dict[str, Any]:
    return {
        "name": type_name,
        "title": event_name(type_name),
        "summary": (cls.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/Envelope"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"const": type_name},
                        "dataschema": {"const": schema_id(type_name)},
                        "data": {"$ref": f"#/components/schemas/{context}.{cls.__name__}"},
                    },
                },
            ]
        },
        "bindings": {"amqp": {"contentEncoding": "utf-8", "messageType": type_name, **AMQP_BINDING}},
    }

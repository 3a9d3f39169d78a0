"""What RabbitMQ is given before anybody connects: exchanges, queues, bindings, policies, and users who may do little.

The passwords are not here: `deploy.make_secrets` puts their hashes in. docs/operators/rabbitmq.md explains each part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from deploy.topology import WEB, Role, members, workers
from shared.transport import LOG_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deploy.topology import Worker

    Entry = dict[str, Any]

VHOST = "caretrail"
CALLER = "caller"
"""Whoever else calls services: an operator's tool. It may do what the pages may."""
OPERATOR = "operator"
"""Whoever looks at the broker and at the stream of all events."""

CALLS = "nameko-rpc"
DEAD = "caretrail.dead"

_NOTHING = "^$"
_REPLY_QUEUES = r"rpc\.reply-.*"
_REPLY_KEY = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""Replies are addressed by a UUID; requests by `<service>.<method>`."""

_DAY = 24 * 3600 * 1000


def definitions() -> Entry:
    """All of it, as `rabbitmqctl import_definitions` and `load_definitions` take it."""
    exchanges = [
        *(_exchange(f"{member.name}.events", "topic") for member in members()),
        _exchange(LOG_STREAM, "fanout"),
        _exchange(DEAD, "fanout"),
        _exchange(CALLS, "topic"),
    ]
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_user(name) for name in users()],
        "permissions": [
            *(_permission_of(worker) for worker in workers()),
            *(_of_caller(caller) for caller in (WEB, CALLER)),
            _of_operator(),
        ],
        "topic_permissions": list(_topic_permissions()),
        "policies": _policies(),
        "exchanges": exchanges,
        "queues": list(_queues()),
        "bindings": list(_bindings()),
    }


def users() -> list[str]:
    """Everyone who connects."""
    return [*(worker.name for worker in workers()), WEB, CALLER, OPERATOR]


def _user(name: str) -> Entry:
    """A user who cannot log in by a password before one is set: none has an empty hash."""
    tags = ["monitoring"] if name == OPERATOR else []
    return {"name": name, "password_hash": "", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}


def _exchange(name: str, kind: str) -> Entry:
    settings = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"name": name, "vhost": VHOST, "type": kind, **settings}


def _queues() -> Iterator[Entry]:
    kinds = {LOG_STREAM: "stream", DEAD: "quorum"}
    kinds |= {queue: "quorum" for member in members() for queue in member.queues}
    for name, kind in kinds.items():
        yield _queue(name, {"x-queue-type": kind})
    for member in members():
        yield _queue(f"rpc-{member.name}", {})  # as Nameko declares it


def _queue(name: str, arguments: Entry) -> Entry:
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": arguments}


def _bindings() -> Iterator[Entry]:
    yield _binding(LOG_STREAM, LOG_STREAM, "")
    yield _binding(DEAD, DEAD, "")
    for member in members():
        yield _binding(f"{member.name}.events", LOG_STREAM, "#")
        yield _binding(CALLS, f"rpc-{member.name}", f"{member.name}.*")
        for queue, context in member.queues.items():
            yield _binding(f"{context}.events", queue, "#")


def _binding(source: str, queue: str, key: str) -> Entry:
    destination = {"destination": queue, "destination_type": "queue"}
    return {"source": source, "vhost": VHOST, **destination, "routing_key": key, "arguments": {}}


def _policies() -> list[Entry]:
    followed = "|".join(re.escape(member.name) for member in members())
    followers = "|".join(re.escape(queue) for member in members() for queue in member.queues)
    following = {
        "delivery-limit": 20,
        "dead-letter-exchange": DEAD,
        "max-length": 1_000_000,
        "overflow": "drop-head",
    }
    return [
        _policy("log-stream", rf"^{re.escape(LOG_STREAM)}$", {"max-age": "14D", "max-length-bytes": 20_000_000_000}),
        _policy("followers", rf"^({followers})$", following),
        # Definitions that are taken in take nothing away: what only another release reads goes once none does.
        _policy("former-followers", rf"^(?!({followers})$)({followed})\.", following | {"expires": _DAY}),
        _policy(
            "dead-letters",
            rf"^{re.escape(DEAD)}$",
            {"max-length": 10_000, "overflow": "drop-head", "message-ttl": 14 * _DAY},
        ),
        _policy("calls", "^rpc-", {"max-length": 10_000, "overflow": "reject-publish", "message-ttl": 60_000}),
    ]


def _policy(name: str, pattern: str, definition: Entry) -> Entry:
    return {
        "name": name,
        "vhost": VHOST,
        "pattern": pattern,
        "apply-to": "queues",
        "priority": 0,
        "definition": definition,
    }


def _permission_of(worker: Worker) -> Entry:
    context = worker.member.name
    if worker.role is Role.SERVE:
        # Nameko declares what it uses, and binds its queue, at every start.
        own = _only(CALLS, f"rpc-{context}")
        return _permission(worker.name, configure=own, write=own, read=own)
    if worker.role is Role.RELAY:
        # It reads the stream to see that the broker is not ahead of the log, up to a mark that it puts there.
        return _permission(worker.name, write=_only(f"{context}.events", LOG_STREAM), read=_only(LOG_STREAM))
    return _permission(worker.name, read=_only(*worker.member.reads(worker.role)))


def _of_caller(name: str) -> Entry:
    own = f"^({re.escape(CALLS)}|{_REPLY_QUEUES})$"
    return _permission(name, configure=own, write=own, read=own)


def _of_operator() -> Entry:
    return _permission(OPERATOR, write=_only(LOG_STREAM), read=_only(LOG_STREAM, DEAD))


def _permission(user: str, *, configure: str = _NOTHING, write: str = _NOTHING, read: str = _NOTHING) -> Entry:
    return {"user": user, "vhost": VHOST, "configure": configure, "write": write, "read": read}


def _topic_permissions() -> Iterator[Entry]:
    """A service takes requests for itself and sends replies; a caller sends requests and takes replies."""
    services = "|".join(re.escape(member.name) for member in members())
    for member in members():
        read = rf"^{re.escape(member.name)}\.\*$"
        yield {"user": f"{member.name}-{Role.SERVE}", **_on_calls(_REPLY_KEY, read)}
    for caller in (WEB, CALLER):
        yield {"user": caller, **_on_calls(rf"^({services})\.", _REPLY_KEY)}


def _on_calls(write: str, read: str) -> Entry:
    return {"vhost": VHOST, "exchange": CALLS, "write": write, "read": read}


def _only(*names: str) -> str:
    """These names and no other; nothing where there are none."""
    return f"^({'|'.join(re.escape(name) for name in names)})$" if names else _NOTHING


def with_administrator(hashes: Mapping[str, str], administrator: str, administrator_hash: str) -> Entry:
    """The definitions with the hash of each user's password, and with someone who may do everything."""
    complete = definitions()
    complete["users"] = [user | {"password_hash": hashes[user["name"]]} for user in complete["users"]]
    complete["users"].append(_user(administrator) | {"password_hash": administrator_hash, "tags": ["administrator"]})
    complete["permissions"].append(_permission(administrator, configure=".*", write=".*", read=".*"))
    return complete

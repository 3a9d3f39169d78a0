"""What every process is told by its environment, the same in a container and under systemd.

Secrets are files in /run/secrets, each process seeing its own; what an operator chooses is in `site.env`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.topology import INSTALLER, WEB, members

if TYPE_CHECKING:
    from collections.abc import Iterable

SECRETS = "/run/secrets"
MASTER_KEYS = "master.keys"
CHECKPOINT_KEY = "checkpoint.key"
PRINCIPAL_KEY = "principal.key"
PRINCIPAL_PUBLIC_KEY = "principal.pub"
REGISTER_KEY = "register.key"
BROKER = "broker"
WEB_KEY = "web.key"

_IDENTITY = "identity"
"""The one context that signs principals."""
_SUPPORT = "support"
"""The one context that signs register files for the insurer."""


def environments() -> dict[str, str]:
    """By file name: the environment of each context's processes, and of `caretrail install`."""
    found = {
        f"{member.name}.env": _lines(member.name, _of_context(member.name, member.databases)) for member in members()
    }
    databases = sorted({database for member in members() for database in member.databases})
    found[f"{WEB}.env"] = _lines("`caretrail web`", _of_web())
    found[f"{INSTALLER}.env"] = _lines("`caretrail install`", map(_database, databases))
    return found


def database_secret(database: str) -> str:
    """The file that holds the address of a database."""
    return f"database_{database}"


def has_principal_key(context: str) -> bool:
    """Whether a context signs who is calling; the others only have the public key."""
    return context == _IDENTITY


def has_register_key(context: str) -> bool:
    """Whether a context signs register files."""
    return context == _SUPPORT


def _of_everybody() -> Iterable[str]:
    yield "CARETRAIL_VAR=/var/lib/caretrail"
    yield "CARETRAIL_LOG_FORMAT=json"
    yield f"CARETRAIL_BROKER_FILE={SECRETS}/{BROKER}"


def _of_web() -> Iterable[str]:
    yield from _of_everybody()
    yield f"CARETRAIL_WEB_KEY_FILE={SECRETS}/{WEB_KEY}"


def _of_context(context: str, databases: Iterable[str]) -> Iterable[str]:
    yield from _of_everybody()
    yield from map(_database, databases)
    yield f"CARETRAIL_MASTER_KEYS_FILE={SECRETS}/{MASTER_KEYS}"
    yield f"CARETRAIL_CHECKPOINT_KEY_FILE={SECRETS}/{CHECKPOINT_KEY}"
    yield f"CARETRAIL_PRINCIPAL_PUBLIC_KEY_FILE={SECRETS}/{PRINCIPAL_PUBLIC_KEY}"
    if has_principal_key(context):
        yield f"CARETRAIL_PRINCIPAL_KEY_FILE={SECRETS}/{PRINCIPAL_KEY}"
    if has_register_key(context):
        yield f"CARETRAIL_REGISTER_KEY_FILE={SECRETS}/{REGISTER_KEY}"


def _database(name: str) -> str:
    return f"CARETRAIL_DATABASE_{name.upper()}_FILE={SECRETS}/{database_secret(name)}"


def _lines(whose: str, settings: Iterable[str]) -> str:
    heading = (
        f"# What {whose} is told. Written from the code by `./justw docs`: your own choices belong into site.env.\n"
    )
    return heading + "".join(f"{setting}\n" for setting in settings)

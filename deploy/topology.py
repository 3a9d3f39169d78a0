"""Who takes part in a deployment, read from the code: contexts, what each follows, and its processes with their queues.

The broker's definitions, the database's roles and the environment of every process are written from this, see
`deploy.documents`, so that none of them can say anything else than the code does.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from operate.documents.published import contexts as publishing
from shared.context import consumer_of, duty_of
from shared.read_models.model import ReadModel

if TYPE_CHECKING:
    from collections.abc import Iterator

    Follower = type[ReadModel[Any]]

VAULT = "vault"
INSTALLER = "installer"
"""The login that owns every database, makes the tables and runs nothing."""
WEB = "web"
"""The process of the pages and the API. It has no database and no key of people: it asks the contexts by RPC."""


class Role(StrEnum):
    """What a process does, as the commands of `caretrail` are named."""

    SERVE = "serve"
    RELAY = "relay"
    PROJECT = "project"
    REACT = "react"


@dataclass(frozen=True)
class Member:
    """One context of the deployment, and what follows events on its behalf."""

    name: str
    followers: tuple[Follower, ...]

    @property
    def follows(self) -> tuple[str, ...]:
        """The other contexts whose logs it reads."""
        return tuple(sorted({follower.context for follower in self.followers} - {self.name}))

    @property
    def databases(self) -> tuple[str, ...]:
        """What its processes connect to: its own database, those of the logs that it reads, and the vault."""
        return (self.name, *self.follows, VAULT)

    @property
    def queues(self) -> dict[str, str]:
        """The queues of its followers, each with the context whose events it receives."""
        return {queue_of(self.name, follower): follower.context for follower in self.followers}

    def reads(self, role: Role) -> tuple[str, ...]:
        """The queues that its process of this role takes events from."""
        return tuple(
            sorted({queue_of(self.name, follower) for follower in self.followers if duty_of(follower) == role.value})
        )


@dataclass(frozen=True)
class Worker:
    """One process of the deployment; its user at the broker has its name."""

    member: Member
    role: Role

    @property
    def name(self) -> str:
        """Names the process, its user at the broker and its directory of secrets."""
        return f"{self.member.name}-{self.role}"


def queue_of(context: str, follower: Follower) -> str:
    """The queue through which a context's follower receives events."""
    return f"{follower.context}.{consumer_of(context, follower)}"


@cache
def members() -> tuple[Member, ...]:
    """Every context that publishes, by name."""
    return tuple(Member(context.name, tuple(_followers(context.name))) for context in publishing())


def workers() -> list[Worker]:
    """Every process: each context's four."""
    return [Worker(member, role) for member in members() for role in Role]


def _followers(context: str) -> Iterator[Follower]:
    """The read models and processes that lie in a context's packages of these names."""
    for part in ("read_models", "processes"):
        package_name = f"services.{context}.{part}"
        if find_spec(package_name) is None:
            continue
        package = importlib.import_module(package_name)
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package_name}.{found.name}")
            for cls in vars(module).values():
                if inspect.isclass(cls) and issubclass(cls, ReadModel) and cls.__module__ == module.__name__:
                    yield cls

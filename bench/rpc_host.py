"""`python -m bench.rpc_host echo|matching|identity BROKER`: a service in a process, until its input is closed.

`echo` is bare Nameko, which gives back what it gets. `matching` takes its settings from the environment and says whom
its cases belong to: a signed principal and the case's id, for each of `CASES` families. `identity` says the token of an
open session of each of these families' parents.
"""

from __future__ import annotations

import os

os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"  # or psycopg would stop all green threads while one waits

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402 - these come after the patch, as in an entry point
from contextlib import contextmanager  # noqa: E402
from datetime import timedelta  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402
from uuid import uuid4  # noqa: E402

import msgspec  # noqa: E402
from eventlet import tpool  # noqa: E402
from nameko.containers import ServiceContainer  # noqa: E402
from nameko.rpc import rpc  # noqa: E402

from services.identity.application.accounts.sessions import OpenSession  # noqa: E402
from services.identity.bootstrap import identity_in  # noqa: E402
from services.identity.entrypoints.service import IdentityService  # noqa: E402
from services.identity.events import Whereabouts  # noqa: E402
from services.matching.bootstrap import matching_in  # noqa: E402
from services.matching.commands import PreferenceEntry  # noqa: E402
from services.matching.demonstration.reference_registry import reference_registry  # noqa: E402
from services.matching.entrypoints.service import MatchingService  # noqa: E402
from shared.context import utc_now  # noqa: E402
from shared.installation import installation  # noqa: E402
from shared.principal import Assurance, Principal, Role  # noqa: E402
from shared.principal_tokens import PrincipalSigner  # noqa: E402
from shared.rpc.call import Host  # noqa: E402
from shared.rpc.hosting import MAX_WORKERS, give_way, hosted  # noqa: E402
from shared.rpc.keys import principal_reader  # noqa: E402
from shared.settings import load  # noqa: E402
from shared.vault.blind_index import Identifier  # noqa: E402
from shared.vault.signing import load_or_create  # noqa: E402
from tests.controls.applicants import FamilyOf  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.identity.bootstrap import IdentityContext
    from services.matching.bootstrap import MatchingContext
    from shared.sealing import Sealed
    from shared.settings import Settings

CASES = 100


class Echo:
    """The reference: what Nameko does by itself."""

    name = "echo"

    @rpc  # type: ignore[untyped-decorator]
    def echo(self, payload: object) -> object:
        """Give back what came."""
        return payload


@contextmanager
def echo(broker: str) -> Iterator[dict[str, Any]]:
    """The bare service at work."""
    container = ServiceContainer(Echo, {"AMQP_URI": broker, "max_workers": MAX_WORKERS})
    container.start()
    yield {}
    container.stop()


@contextmanager
def matching(broker: str) -> Iterator[dict[str, Any]]:
    """Matching at work, and its cases."""
    settings = load(os.environ)
    registry = reference_registry()
    with installation(settings, give_way) as place, matching_in(place, registry=registry) as context:
        preferences = [
            PreferenceEntry(doctor.institution, doctor.number)
            for doctor in registry.doctors.values()
            if doctor.training_done
        ][:3]
        cases = _cases(context, settings, preferences)
        with hosted({MatchingService: Host(context, principal_reader(settings))}, broker):
            yield {"cases": cases, "preferences": preferences}


def _cases(context: MatchingContext, settings: Settings, preferences: list[PreferenceEntry]) -> list[tuple[str, str]]:
    """A case each of so many families: its id, and the signed principal of its parent, good for an hour."""
    signer = PrincipalSigner(load_or_create(settings.principal_key_file, ()), timedelta(hours=1))
    found = []
    for number in range(CASES):
        family = FamilyOf(number)
        subject = context.vault.subject_for([Identifier("mobile", family.contact.mobile)])
        parent = Principal(f"parent/{number}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)
        application = family.application(preferences=tuple(preferences))
        outcome = context.handle(application, parent, f"bench/{number}", utc_now())
        found.append((str(outcome.id), signer.sign(parent, utc_now())))
    return found


@contextmanager
def identity(broker: str) -> Iterator[dict[str, Any]]:
    """Identity at work, with somebody signed in of every family."""
    settings = load(os.environ)
    with installation(settings, give_way) as place, identity_in(place) as context:
        sessions = [_session(context, number) for number in range(CASES)]
        with hosted({IdentityService: Host(context, principal_reader(settings))}, broker):
            yield {"sessions": sessions}


def _session(context: IdentityContext, number: int) -> str:
    subject = context.vault.subject_for([Identifier("mobile", FamilyOf(number).contact.mobile)])
    parent = Principal(f"parent/{number}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)
    where: Sealed[Whereabouts] = context.vault.seal(subject, Whereabouts("192.0.2.1", "bench"))
    now = utc_now()
    idle, ends_at = timedelta(minutes=30), now + timedelta(hours=12)
    opened = OpenSession(uuid4(), parent, subject, where, None, opened_at=now, seen_at=now, idle=idle, ends_at=ends_at)
    return context.application.desk.entrance.sessions.open(opened)


def main(kind: str, broker: str) -> None:
    """Host until told that nobody calls any more."""
    with {"echo": echo, "matching": matching, "identity": identity}[kind](broker) as said:
        sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
        sys.stdout.flush()
        tpool.execute(sys.stdin.read)


if __name__ == "__main__":
    main(*sys.argv[1:])

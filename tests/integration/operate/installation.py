"""An embedded installation of Caretrail: families apply in it, and `caretrail` is called on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import msgspec
import psycopg

from operate.contexts import compose, contexts
from services.matching.commands import PreferenceEntry
from shared.embedded import EmbeddedPostgres
from shared.installation import installation as opened
from shared.principal import Assurance, Principal, Role
from shared.read_models.status import status
from shared.settings import load
from shared.transport.inproc import KombuChannel
from shared.vault.blind_index import Identifier
from tests.controls.applicants import FamilyOf, taipei
from tests.controls.logbook import eventually
from tests.controls.matching_alone import REGISTRY, matching
from tests.integration.operate.command_line import called

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from services.matching.bootstrap import MatchingContext
    from shared.events import Event

SOME_DAY = taipei(2, 18)

_INSERT = """
insert into event (originator_id, originator_version, type, data, meta) values (%s, %s, %s, %s, ',"subject":"test"')
"""


class Installation:
    """One installation under `var`; its database runs until `with` ends."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.settings = load({"CARETRAIL_VAR": str(var)})
        self._server = EmbeddedPostgres(var)
        self.families = 0

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "operate", *arguments]

    def environment(self, **settings: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "CARETRAIL_VAR": str(self.var), "CARETRAIL_LANGUAGE": "en", **settings}

    def caretrail(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Call the command line, with CARETRAIL_… settings of its own."""
        return called(arguments, self.environment(**settings))

    def copy(self, var: Path) -> Installation:
        """Another with the same past, under `var`; this one must not be at work."""
        subprocess.run(["cp", "--archive", "--", self.var, var], check=True)  # noqa: S607 - owners are kept
        copied = Installation(var)
        copied.families = self.families
        return copied

    def answer(self, *arguments: str, status: int = 0) -> Any:
        """The JSON object that the command line answers with, ending as expected."""
        ended = self.caretrail(*arguments, "--json")
        assert ended.returncode == status, ended.stderr
        [line] = ended.stdout.splitlines()
        return json.loads(line)

    def furnish(self) -> None:
        """Give every context its tables, which would otherwise be made by whoever comes first."""
        with opened(self.settings) as place:
            for name in contexts():
                with compose(name)(place):
                    pass

    @contextmanager
    def at_work(self) -> Iterator[MatchingContext]:
        """Matching with its relay, projectors and processes at work; at the end all have caught up."""
        for line in KombuChannel.queues.values():
            line.queue.clear()  # what another installation has published in this process
        with matching(self.settings, lambda: SOME_DAY) as matched, matched.workers():
            yield matched
            eventually(lambda: self._is_settled(matched))

    def admit(self, families: int) -> None:
        """Have so many more families apply, and everything follow from it."""
        with self.at_work() as matched:
            for _ in range(families):
                self.families += 1
                self._apply(matched, FamilyOf(self.families))

    def store(self, *events: Event) -> None:
        """Put events into the log as they are, whatever they are; nobody has noticed them yet."""
        with self.query_connection() as connection:
            for event in events:
                values = (event.originator_id, event.originator_version, event.TOPIC, msgspec.json.encode(event))
                connection.execute(_INSERT, values)

    def store_unreadable(self, originator_id: object, version: int, type_name: str) -> None:
        """Put something into the log that is no event of its type."""
        data = json.dumps({"originator_id": str(originator_id), "originator_version": version})
        with self.query_connection() as connection:
            connection.execute(_INSERT, (originator_id, version, type_name, data.encode()))

    def query_connection(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The superuser in matching's schema."""
        options = "-c search_path=matching"
        return psycopg.connect(self._server.dsn("caretrail"), autocommit=True, options=options)

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.query_connection() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def _is_settled(self, matched: MatchingContext) -> bool:
        [(stored, published)] = self.query("select (select count(*) from event), published from relay")
        followers = list(matched.followers.values())
        found = status(followers, matched.database, matched.log)
        return stored == published and all(one.is_current and one.position == stored for one in found)

    def _apply(self, matched: MatchingContext, family: FamilyOf) -> None:
        clinic = next(clinic for clinic in REGISTRY.institutions.values() if clinic.takes_part)
        doctor = REGISTRY.doctors_at(clinic.code)[0]
        subject = matched.vault.subject_for([Identifier("mobile", family.contact.mobile)])
        parent = Principal(f"parent/{family.number}", Role.PARENT, frozenset({Assurance.OTP}), subject=subject)
        application = family.application(preferences=(PreferenceEntry(clinic.code, doctor.number),))
        matched.handle(application, parent, f"test/{family.number}", SOME_DAY)

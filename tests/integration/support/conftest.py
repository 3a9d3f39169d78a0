"""Support over a store and a vault of its own, with a register and diaries that tests tell what is so."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from services.support.adapters.cabinet import FolderCabinet
from services.support.application import Supporting
from services.support.commands import (
    ApproveApplication,
    DraftApplication,
    SetAmendments,
    SetLines,
    SubmitForReview,
)
from services.support.domain.application import Application
from services.support.domain.support import Support
from services.support.events import ApplicationKind
from shared.calendar import WorkingCalendar
from shared.events import event_name
from shared.principal import process
from shared.vault.blind_index import Identifier
from tests.controls.family import taipei
from tests.controls.supporters import (
    BUREAU,
    DAAN_EVENINGS,
    PRACTITIONER,
    ToldDiaries,
    ToldRegister,
    ToldRegistrar,
    amendment,
    line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from shared.application import Outcome
    from shared.postgres import Database
    from shared.principal import Principal
    from shared.vault.vault import Vault


class Office:
    """Gives commands as the people of a story would, each under a key of its own unless told otherwise."""

    def __init__(
        self,
        supporting: Supporting,
        vault: Vault,
        register: ToldRegister,
        diaries: ToldDiaries,
        registrar: ToldRegistrar,
    ) -> None:
        self.supporting = supporting
        self.vault = vault
        self.register = register
        self.diaries = diaries
        self.registrar = registrar
        self.now = taipei(2, 18, 10)
        self.platform = process("lock_out_whoever_has_left")
        self._keys = count()

    def ask(self, command: object, caller: Principal, key: str = "", now: datetime | None = None) -> Outcome:
        return self.supporting.handle(command, caller, key or f"test/{next(self._keys)}", now or self.now)

    def by_platform(self, command: object) -> Outcome:
        return self.ask(command, self.platform)

    def application(self, application_id: UUID) -> Application:
        return self.supporting.load(Application, application_id)

    def support(self, support_id: UUID) -> Support:
        return self.supporting.load(Support, support_id)

    def told(self, aggregate_id: UUID) -> list[str]:
        """The names of an aggregate's events, in order."""
        return [event_name(fact.TOPIC) for fact in self.supporting.events.get(aggregate_id)]  # type: ignore[attr-defined]

    def drafted(
        self, *lines: Any, caller: Principal = PRACTITIONER, kind: ApplicationKind = ApplicationKind.NEW
    ) -> Outcome:
        """A draft, with these lines."""
        case = self.ask(DraftApplication(kind), caller)
        return self.ask(SetLines(case.id, lines), caller) if lines else case

    def submitted(self, *lines: Any, caller: Principal = PRACTITIONER) -> Outcome:
        """An application for new supports under review."""
        case = self.drafted(*(lines or (line(),)), caller=caller)
        return self.ask(SubmitForReview(case.id, len(lines) or 1), caller)

    def granted(self, *lines: Any, caller: Principal = PRACTITIONER) -> list[UUID]:
        """Supports that the bureau has approved, by their ids."""
        case = self.submitted(*lines, caller=caller)
        self.ask(ApproveApplication(case.id), BUREAU)
        return list(self.application(case.id).lines)

    def amending(self, support_id: UUID, caller: Principal = PRACTITIONER, **terms: Any) -> Outcome:
        """A change of a support under review."""
        case = self.ask(DraftApplication(ApplicationKind.AMEND), caller)
        terms = terms or {"schedule": DAAN_EVENINGS}
        self.ask(SetAmendments(case.id, (amendment(support_id, **terms),)), caller)
        return self.ask(SubmitForReview(case.id, 1), caller)


@pytest.fixture(scope="module")
def context_name() -> str:
    return "support"


@pytest.fixture
def office(database: Database, vault: Vault, tmp_path: Path) -> Iterator[Office]:
    """An office with an empty log."""
    with database.connect(name="test") as connection:
        connection.execute("truncate event, reservation, answer, counter")
    register = ToldRegister.with_subject(vault.subject_for([Identifier("national_id", "F100000015")]))
    diaries = ToldDiaries()
    calendar = WorkingCalendar(holidays=frozenset(), make_up_days=frozenset())
    registrar = ToldRegistrar()
    cabinet = FolderCabinet(tmp_path / "uploads", tmp_path / "blobs")
    with Supporting(database, vault, register, diaries, calendar, registrar, cabinet) as supporting:
        yield Office(supporting, vault, register, diaries, registrar)

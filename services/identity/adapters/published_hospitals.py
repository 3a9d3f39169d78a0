"""The published list of hospitals as entries of the registry: what a new installation can begin with.

The list names neither county nor district. The county is read from digits 3 and 4 of the code; a hospital whose digits
name none is left out, as somebody has to say where it lies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from services.identity.application.registry.lookups import known_institution
from services.identity.commands import JoinProgramme, ParticipationEntry, RecordInstitution
from services.identity.events import InstitutionKind
from shared.calendar import taipei_day
from shared.imports.results import ImportSummary, RowOutcome, RowResult, summarised
from shared.taiwan.codes import hospitals
from shared.taiwan.places import county_of_institution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from services.identity.application.identity import Identity
    from services.identity.events import Programme
    from shared.principal import Principal


def published_hospitals() -> Iterator[RecordInstitution]:
    """One entry for each hospital of the list that a county can be given to."""
    for code, hospital in hospitals().items():
        county = county_of_institution(hospital.code)
        if county is not None:
            yield RecordInstitution(code, hospital.name, InstitutionKind.HOSPITAL, county.name)


def enter_hospitals(  # noqa: PLR0913 - which, into what, by whom, when, and who hears of each
    application: Identity,
    entries: Iterable[RecordInstitution],
    programmes: Iterable[Programme],
    principal: Principal,
    now: datetime,
    *,
    tell: Callable[[RowResult], None],
) -> ImportSummary:
    """Enter these at `now` (aware), taking part in `programmes` from that day on, and `tell` each one's result.

    The list is older than what anybody has entered since: of a known hospital nothing changes, but that it comes into
    a programme in which it never was.
    """
    today, key = taipei_day(now), f"hospitals/{uuid4()}"
    joining = tuple(ParticipationEntry(programme, today) for programme in programmes)

    def result_of(number: int, entry: RecordInstitution) -> RowResult:
        commands = list(_missing(application, entry, joining))
        for place, command in enumerate(commands):
            application.handle(command, principal, f"{key}/{number}/{place}", now)
        return RowResult(number, RowOutcome.TAKEN if commands else RowOutcome.UNCHANGED, entry.institution)

    results = (result_of(number, entry) for number, entry in enumerate(entries, start=1))
    return summarised("", "", results, tell)


def _missing(
    application: Identity, entry: RecordInstitution, joining: tuple[ParticipationEntry, ...]
) -> Iterator[RecordInstitution | JoinProgramme]:
    """What has to be entered so that the hospital is known and takes part."""
    known = known_institution(application.desk, entry.institution)
    if known is None:
        yield replace(entry, programmes=joining)
    elif known.closed_since is None:
        for joined in joining:
            if joined.programme not in known.programmes:
                yield JoinProgramme(entry.institution, joined.programme, joined.since)

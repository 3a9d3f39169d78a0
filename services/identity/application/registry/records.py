"""Non-medical places, and the files that were taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventsourcing.application import AggregateNotFoundError

from services.identity.application.registry.lookups import decided, known_institution
from services.identity.application.registry.sheet import NAME_LIMIT, NUMBER_LIMIT, Sheet
from services.identity.domain.registry import refusals
from services.identity.domain.registry.access import keeping_entries_of
from services.identity.domain.registry.place import Place, place_id
from services.identity.domain.registry.records import RegistryImport
from shared.calendar import taipei_day
from shared.imports.counts import RowCounts
from shared.refusals import heed

if TYPE_CHECKING:
    from datetime import datetime

    from services.identity.application.desk import Desk
    from services.identity.commands import AddPlace, RecordPlace, RecordRegistryImport
    from shared.application import Decision
    from shared.principal import Principal


def record_place(desk: Desk, command: RecordPlace, principal: Principal, now: datetime) -> Decision:
    """新增非醫事機構: one for each code and name."""
    sheet = Sheet(taipei_day(now))
    code = sheet.needed_text(command.code, "code", NUMBER_LIMIT)
    name = sheet.needed_text(command.name, "name", NAME_LIMIT)
    address = sheet.address(command.county, command.district, command.street)
    sheet.finish()
    known = _known(desk, code, name)
    heed(keeping_entries_of(principal, [known.address.county if known else "", address.county]))
    place = known or Place.register(code, name, address, now)
    place.change(address, now)
    return decided(place, code)


def add_place(desk: Desk, command: AddPlace, _: Principal, now: datetime) -> Decision:
    """新增非醫事機構 once for each code and name; a code of ten digits that looks mistyped is noticed."""
    sheet = Sheet(taipei_day(now))
    code = sheet.place_code(command.code)
    name = sheet.needed_text(command.name, "name", NAME_LIMIT)
    address = sheet.address(command.county, command.district, command.street)
    sheet.finish()
    institution = known_institution(desk, code)
    if institution is not None:
        raise refusals.PlaceIsInstitution("code", name=institution.profile.name)
    if _known(desk, code, name) is not None:
        raise refusals.PlaceKnownAlready("name")
    return decided(Place.register(code, name, address, now), code, sheet.notices)


def record_import(desk: Desk, command: RecordRegistryImport, _: Principal, now: datetime) -> Decision:
    """匯入: the rows were commands of their own; this counts them."""
    sheet = Sheet(taipei_day(now))
    digest = sheet.digest(command.digest, "digest")
    counts = RowCounts(command.rows, command.taken, command.unchanged, command.refused)
    sheet.object(counts.objection())
    sheet.finish()
    told = desk.vault.keyed_digest("file", bytes.fromhex(digest)).hex()
    record = RegistryImport.record(command.kind, told, counts, now)
    return decided(record, "")


def _known(desk: Desk, code: str, name: str) -> Place | None:
    try:
        return desk.store.load(Place, place_id(code, name))
    except AggregateNotFoundError:
        return None
